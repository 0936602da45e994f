// Generated from the Python structs by `python -m app.types_ts`; do not edit.

export interface Hit {
  node: string | null;
  scope: string | null;
  name: string;
  op: string;
  path: string;
  shape: number[] | null;
}

export interface Found {
  hits: Hit[];
  total: number;
}

export interface How {
  theme: "light" | "dark";
  step: number;
  first: number;
  last: number;
  crop: "graph" | "frame";
  background: "solid" | "transparent";
  text: "text" | "paths";
  scale: number;
  seconds: number;
  slides: "clicks" | "morph";
  movie: boolean;
  title: string;
  lang: "en" | "es";
  view: "program" | "autograd";
  opened: string[];
  closed: string[];
  selected: string | null;
  thumbs: boolean;
  room: [number, number] | null;
}

export interface Span {
  line: number;
  column: number;
  end_line: number;
  end_column: number;
}

export interface Value {
  data: unknown;
  numel: number;
  min: number | "nan" | "inf" | "-inf" | null;
  max: number | "nan" | "inf" | "-inf" | null;
  mean: number | "nan" | "inf" | "-inf" | null;
  std: number | "nan" | "inf" | "-inf" | null;
  norm: number | "nan" | "inf" | "-inf" | null;
  nan: number;
  inf: number;
  zero: number;
  approximate: boolean;
}

export interface Thumb {
  levels: ((number | null)[])[];
  scale: number;
  steps: [number, number];
}

export interface Held {
  value: Value | null;
  by: string;
  span: Span | null;
  update: string | null;
}

export interface Tensor {
  shape: number[];
  dtype: string;
  device: string;
  value: Value;
  gradient: Value | null;
  no_gradient: "no_backward" | "not_required" | "not_differentiable" | "detached" | "no_grad" | "unreachable" | "failed" | "running" | null;
  thumb: Thumb | null;
  gradient_thumb: Thumb | null;
  carried: Value | null;
  rest: Value | null;
  rest_because: "seed" | "hook" | "versions" | "unrecorded" | "inside" | "left_out" | null;
  held: Held | null;
}

export interface Node {
  id: string;
  kind: "parameter" | "input" | "buffer" | "constant" | "op";
  op: string;
  symbol: string;
  name: string | null;
  scope: string | null;
  span: Span | null;
  autograd: string | null;
  is_leaf: boolean;
  requires_grad: boolean;
  outputs: Tensor[];
  saved: string[];
  failed: boolean;
}

export interface Source {
  node: string;
  output: number;
}

export interface Target {
  node: string;
  argument: number | string;
}

export interface Local {
  latex: string;
  value: Value | null;
}

export interface Edge {
  id: string;
  source: Source;
  target: Target;
  contribution: Value | null;
  local: Local | null;
}

export interface Scope {
  id: string;
  parent: string | null;
  kind: "module" | "function" | "loop";
  name: string;
  path: string;
  type: string;
}

export interface Step {
  node: string;
  edges: string[];
  text: string;
  contributions: (Value | null)[];
  gradients: (Value | null)[];
  before: Value | null;
}

export interface Pass {
  kind: "forward" | "backward" | "update";
  index: number;
  root: string | null;
  steps: Step[];
  inferred: boolean;
}

export interface Diagnostic {
  code: string;
  severity: "error" | "warning" | "note";
  node: string | null;
  span: Span | null;
  message: string;
  hint: string;
}

export interface Binding {
  name: string;
  span: Span;
  node: string;
  output: number;
}

export interface Print {
  text: string;
  line: number | null;
}

export interface Part {
  kind: "layer" | "value";
  name: string;
  text: string;
  span: Span;
}

export interface ProgramInfo {
  language: string;
  source: string;
  code: string;
  inputs: Record<string, unknown>;
  parts: Part[];
}

export interface Run {
  device: string;
  dtype: string;
  seed: number;
  torch: string;
  timings_ms: Record<string, number>;
}

export interface Graph {
  schema: string;
  program: ProgramInfo;
  run: Run;
  nodes: Node[];
  edges: Edge[];
  scopes: Scope[];
  passes: Pass[];
  diagnostics: Diagnostic[];
  prints: Print[];
  bindings: Binding[];
  root: string | null;
}

export interface AutogradNode {
  id: string;
  label: string;
  kind: "leaf" | "op" | "root" | "saved";
  node: string | null;
}

export interface AutogradView {
  nodes: AutogradNode[];
  edges: [string, string][];
}

export interface Problem {
  code: string;
  message: string;
  hint: string;
  span: Span | null;
  frames: string[];
  repair: string | null;
  mends: string[];
  remains: string | null;
}

export interface Depth {
  name: string;
  node: string;
  activation: number | "nan" | "inf" | "-inf";
  gradient: number | "nan" | "inf" | "-inf" | null;
}

export interface Units {
  node: string;
  name: string;
  kind: "dead" | "saturated" | "entropy";
  share: number | "nan" | "inf" | "-inf";
  count: number;
}

export interface OpCost {
  node: string;
  name: string;
  path: string;
  ms: number | null;
  flops: number | null;
  bytes: number;
}

export interface ScopeCost {
  scope: string;
  parent: string | null;
  path: string;
  type: string;
  ops: number;
  ms: number;
  flops: number;
  bytes: number;
  parameters: number;
}

export interface ParameterHealth {
  node: string;
  name: string;
  shape: number[];
  norm: number | "nan" | "inf" | "-inf";
  gradient: number | "nan" | "inf" | "-inf" | null;
  ratio: number | "nan" | "inf" | "-inf" | null;
  is_update: boolean;
  reason: string | null;
}

export interface Health {
  type: "health";
  profile: Depth[];
  units: Units[];
  ops: OpCost[];
  scopes: ScopeCost[];
  parameters: ParameterHealth[];
  ms: number;
  flops: number;
  notes: string[];
}

export interface Slice {
  type: "slice";
  node: string;
  output: number;
  of: "value" | "gradient";
  edge: string | null;
  index: (number | number[])[];
}

export interface Distribution {
  type: "distribution";
  node: string;
  output: number;
  of: "value" | "gradient";
  edge: string | null;
  scale: "linear" | "log";
}

export interface EdgeCard {
  type: "edge_card";
  edge: string;
  element: number[] | null;
}

export interface NodeCard {
  type: "node_card";
  node: string;
  output: number;
  element: number[] | null;
}

export interface OriginOf {
  type: "origin_of";
  node: string;
  output: number;
  of: "value" | "gradient";
  element: number[];
}

export interface Derive {
  type: "derive";
}

export interface PathsBetween {
  type: "paths_between";
  leaf: string;
}

export interface CheckGradients {
  type: "check_gradients";
}

export interface Why {
  type: "why";
}

export interface Curve {
  type: "curve";
  leaf: string;
}

export interface Remember {
  type: "remember";
}

export interface Line {
  role: "formula" | "chain" | "local" | "numbers" | "sum" | "shapes" | "vjp";
  latex: string;
}

export interface Card {
  type: "card";
  title: string;
  op: string;
  category: string | null;
  doc: string | null;
  known: boolean;
  lines: Line[];
  notes: string[];
  upstream: Value | null;
  local: Value | null;
  contribution: Value | null;
  contribution_edges: string[];
}

export interface Lit {
  node: string;
  output: number;
  of: "value" | "gradient";
  elements: number[][];
  weights: (number | "nan" | "inf" | "-inf")[];
  left_out: number;
}

export interface Origin {
  type: "origin";
  lit: Lit[];
  latex: string;
  terms: number;
  is_numeric: boolean;
  notes: string[];
}

export interface DerivedStep {
  node: string;
  edges: string[];
  latex: string;
  numbers: string;
}

export interface ClosedForm {
  leaf: string;
  latex: string;
  value: number | "nan" | "inf" | "-inf";
  autograd: number | "nan" | "inf" | "-inf";
}

export interface Derivation {
  type: "derivation";
  steps: DerivedStep[];
  left_out: number;
  closed: ClosedForm[];
  latex: string;
  markdown: string;
  notes: string[];
}

export interface Path {
  nodes: string[];
  edges: string[];
  share: number | "nan" | "inf" | "-inf";
  latex: string;
  product: string;
}

export interface Paths {
  type: "paths";
  leaf: string;
  root: string;
  count: string;
  paths: Path[];
  total: number | "nan" | "inf" | "-inf";
  shown: number | "nan" | "inf" | "-inf";
  is_norm: boolean;
  is_complete: boolean;
  notes: string[];
}

export interface LeafCheck {
  node: string;
  verdict: "agrees" | "disagrees" | "kink" | "unchecked";
  error: number | "nan" | "inf" | "-inf" | null;
  relative: number | "nan" | "inf" | "-inf" | null;
  step: number | null;
  elements: number;
  directions: number;
  kinks: number[][];
  culprit: string | null;
  note: string;
}

export interface Checks {
  type: "checks";
  leaves: LeafCheck[];
  notes: string[];
}

export interface Reason {
  code: string;
  severity: "error" | "warning" | "note";
  message: string;
  hint: string;
  nodes: string[];
  edges: string[];
  span: Span | null;
}

export interface Reasons {
  type: "reasons";
  reasons: Reason[];
  profile: Depth[];
}

export interface Curvature {
  type: "curvature";
  kind: "hessian" | "jacobian";
  leaf: string;
  root: string;
  rows: number;
  columns: number;
  matrix: unknown;
  eigenvalues: (number | "nan" | "inf" | "-inf")[] | null;
  gradient: Value | null;
  jvp: unknown;
  vjp: unknown;
  forward_passes: number;
  reverse_passes: number;
  latex: string;
  notes: string[];
}

export interface SavedTensor {
  name: string;
  shape: number[];
  dtype: string;
  bytes: number;
  shared: boolean;
}

export interface SavedAt {
  node: string;
  tensors: SavedTensor[];
  bytes: number;
  released: boolean;
}

export interface Memory {
  type: "memory";
  saved: SavedAt[];
  peak: number;
  notes: string[];
}

export interface Examine {
  type: "examine";
}

export interface Sliced {
  type: "sliced";
  shape: number[];
  value: Value | null;
  problem: Problem | null;
  index: (number | number[])[];
  whole: number[];
  dtype: string;
}

export interface Distributed {
  type: "distributed";
  edges: (number | "nan" | "inf" | "-inf")[];
  counts: number[];
  value: Value;
  scale: number;
  counted: number;
  steps: number[];
}

export interface Unanswered {
  type: "unanswered";
  problem: Problem;
}

export interface Options {
  device: string;
  dtype: "float32" | "float64";
  seed: number;
  root: string | null;
  lang: string;
}

export interface Job {
  type: "job";
  source: string;
  language: string | null;
  inputs: Record<string, unknown>;
  options: Options;
  is_watched: boolean;
}

export interface Progress {
  type: "progress";
  stage: "parse" | "forward" | "backward" | "graph" | "layout";
  count: number;
  total: number | null;
}

export interface Sketch {
  type: "sketch";
  graph: Graph;
  events: number;
  shown: number;
  is_outline: boolean;
}

export interface Outcome {
  type: "outcome";
  graph: Graph | null;
  autograd: AutogradView | null;
  problem: Problem | null;
}

export interface Mark {
  id: string;
  role: "scope" | "scope-label" | "card" | "symbol" | "name" | "value" | "gradient" | "due" | "sum" | "edge" | "arrowhead" | "contribution" | "thumb";
  x: number;
  y: number;
  width: number;
  height: number;
  node: string | null;
  edge: string | null;
  scope: string | null;
  kind: string;
  path: string | null;
  text: string | null;
  size: number;
  anchor: "start" | "middle" | "end";
  bold: boolean;
  tone: number | null;
  alt: string | null;
  levels: ((number | null)[])[] | null;
}

export interface Change {
  mark: string;
  phase: "hidden" | "waiting" | "active" | "done" | null;
  text: string | null;
  tone: number | null;
}

export interface PictureStep {
  kind: "forward" | "backward" | "update";
  pass_index: number;
  node: string | null;
  edges: string[];
  text: string;
  line: number | null;
  changes: Change[];
  flows: [string, string][];
}

export interface Picture {
  width: number;
  height: number;
  marks: Mark[];
  steps: PictureStep[];
  abridged: string;
}

export interface View {
  picture: Picture;
  svg: string;
}

export interface Views {
  program: View;
  autograd: View | null;
}

export interface RunMessage {
  type: "run";
  id: number;
  job: Job;
  room: [number, number] | null;
  thumbs: boolean;
}

export interface CancelMessage {
  type: "cancel";
  id: number;
}

export interface AskMessage {
  type: "ask";
  id: number;
  question: Slice | Distribution | EdgeCard | NodeCard | OriginOf | Derive | PathsBetween | CheckGradients | Why | Curve | Remember | Examine;
}

export interface FoldMessage {
  type: "fold";
  id: number;
  opened: string[];
  closed: string[];
  reveal: string | null;
  below: string | null;
  thumbs: boolean;
}

export interface FindMessage {
  type: "find";
  id: number;
  text: string;
}

export interface ExportMessage {
  type: "export";
  id: number;
  suffix: string;
  how: How;
  template: string | null;
}

export interface StopExportMessage {
  type: "stop_export";
  id: number;
}

export interface ProgressMessage {
  type: "progress";
  id: number;
  stage: string;
  count: number;
  elapsed_ms: number;
  total: number | null;
}

export interface SketchMessage {
  type: "sketch";
  id: number;
  graph: Graph;
  views: Views;
  size: [number, number];
  events: number;
  shown: number;
  is_outline: boolean;
  opened: string[];
  closed: string[];
}

export interface ResultMessage {
  type: "result";
  id: number;
  graph: Graph;
  views: Views;
  size: [number, number];
  problem: Problem | null;
  opened: string[];
  closed: string[];
  is_mending: boolean;
}

export interface ProblemMessage {
  type: "problem";
  id: number;
  problem: Problem;
  is_mending: boolean;
}

export interface MendedMessage {
  type: "mended";
  id: number;
  problem: Problem;
}

export interface ViewMessage {
  type: "view";
  id: number;
  view: View;
  graph: Graph;
  opened: string[];
}

export interface FoundMessage {
  type: "found";
  id: number;
  found: Found;
}

export interface AnswerMessage {
  type: "answer";
  id: number;
  answer: Sliced | Distributed | Card | Origin | Derivation | Paths | Checks | Reasons | Curvature | Memory | Health | Unanswered;
}

export interface ExportingMessage {
  type: "exporting";
  id: number;
  done: number;
  of: number;
}

export interface ExportedMessage {
  type: "exported";
  id: number;
  url: string;
  name: string;
  size: number;
}

export interface Numbers {
  kind: "value" | "gradient" | "contribution";
  label: string;
  text: string;
}

export interface Note {
  title: string;
  about: string;
  line: number | null;
  code: string;
  numbers: Numbers[];
  reason: string;
}

export interface ReelMark {
  id: string;
  text: string | null;
  tone: number | null;
}

export interface ReelStep {
  kind: "forward" | "backward" | "update";
  pass_index: number;
  node: string | null;
  text: string;
  changes: Change[];
  flows: [string, string][];
}

export interface Reel {
  lang: string;
  title: string;
  words: Record<string, string>;
  start: number;
  marks: ReelMark[];
  steps: ReelStep[];
  notes: Record<string, Note>;
  root: string | null;
  abridged: string;
}
