// Generated from the Python structs by `python -m app.types_ts`; do not edit.

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

export interface Tensor {
  shape: number[];
  dtype: string;
  device: string;
  value: Value;
  gradient: Value | null;
  no_gradient: "no_backward" | "not_required" | "not_differentiable" | "detached" | "no_grad" | "unreachable" | "failed" | null;
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

export interface ProgramInfo {
  language: string;
  source: string;
  code: string;
  inputs: Record<string, unknown>;
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
}

export interface Slice {
  type: "slice";
  node: string;
  output: number;
  of: "value" | "gradient";
  index: (number | number[])[];
}

export interface Progress {
  type: "progress";
  stage: "parse" | "forward" | "backward" | "graph" | "layout";
  count: number;
}

export interface Outcome {
  type: "outcome";
  graph: Graph | null;
  autograd: AutogradView | null;
  problem: Problem | null;
}

export interface Sliced {
  type: "sliced";
  shape: number[];
  value: Value | null;
  problem: Problem | null;
}

export interface Mark {
  id: string;
  role: "scope" | "scope-label" | "card" | "symbol" | "name" | "value" | "gradient" | "due" | "sum" | "edge" | "arrowhead" | "contribution";
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
}

export interface CancelMessage {
  type: "cancel";
  id: number;
}

export interface SliceMessage {
  type: "slice";
  id: number;
  slice: Slice;
}

export interface FoldMessage {
  type: "fold";
  id: number;
  opened: string[];
  closed: string[];
}

export interface ProgressMessage {
  type: "progress";
  id: number;
  stage: string;
  count: number;
  elapsed_ms: number;
}

export interface ResultMessage {
  type: "result";
  id: number;
  graph: Graph;
  views: Views;
  problem: Problem | null;
}

export interface ProblemMessage {
  type: "problem";
  id: number;
  problem: Problem;
}

export interface ViewMessage {
  type: "view";
  id: number;
  view: View;
}

export interface SlicedMessage {
  type: "sliced";
  id: number;
  sliced: Sliced;
}
