// Runs, cancels, folds and slices out to the server; results in, stale ones dropped.
import { batch } from "@preact/signals-core";
import { inflated } from "./deflate";
import { byId } from "./dom";
import { exportNews } from "./export";
import {
  anchor, boot, busy, closed, connected, device, dtype, inputs, language, lastStep, mending, nodes, opened, playing, problem, result,
  root, seed, selected, sketch, source, stale, step, t, thumbs, view, wanted,
} from "./state";
import type {
  AnswerMessage, AskMessage, Card, Checks, Curvature, Derivation, Distributed, ExportedMessage, ExportingMessage, FindMessage, FoldMessage, Found, Health, FoundMessage, Memory, MendedMessage, Origin, Paths, Problem, ProblemMessage,
  ProgressMessage, Reasons, ResultMessage, RunMessage, SketchMessage, Sliced, Unanswered, ViewMessage,
} from "./types";

type FromServer = ProgressMessage | SketchMessage | ResultMessage | ProblemMessage | MendedMessage | ViewMessage | AnswerMessage | FoundMessage | ExportingMessage | ExportedMessage;
/** Which question each answer answers. */
interface Answers {
  slice: Sliced; distribution: Distributed; edge_card: Card; node_card: Card; origin_of: Origin; derive: Derivation; paths_between: Paths;
  check_gradients: Checks; why: Reasons; curve: Curvature; remember: Memory; examine: Health;
}
type Question = AskMessage["question"];
type Asked<Kind extends Question["type"]> = Extract<Question, { type: Kind }>;

let socket: WebSocket | null = null;
let number = 0;
let current = 0;
let retry = 500;
let waiting: string | null = null;
const finding = new Map<number, (found: Found) => void>();
const asked = new Map<number, (answer: AnswerMessage["answer"]) => void>();

function connect(): void {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/api/v1/live?deflate`);
  socket.binaryType = "arraybuffer";
  let taken = Promise.resolve();
  socket.addEventListener("open", () => {
    connected.value = true;
    retry = 500;
    if (waiting) socket?.send(waiting);
    waiting = null;
  });
  socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
    const text = typeof data === "string" ? data : inflated(new Uint8Array(data));
    taken = taken.then(async () => take(JSON.parse(await text) as FromServer)).catch(reportError); // in the order they came
  });
  socket.addEventListener("close", () => {
    connected.value = false;
    busy.value = null;
    setTimeout(connect, (retry = Math.min(retry * 2, 10_000)));
  });
}

/** The next message's number. */
export const nextId = (): number => ++number;

/** Fold as a link says. */
export function refoldAs(open: string[], shut: string[]): void {
  opened.value = open;
  closed.value = shut;
  refold(null, null);
}

export function send(message: object, keep = false): void {
  const text = JSON.stringify(message);
  if (socket?.readyState === WebSocket.OPEN) socket.send(text);
  else if (keep) waiting = text;
  if (!socket) connect();
}

/** The stage in px: a picture too wide for it flows downwards. */
export const stageRoom = (): [number, number] => [Math.max(byId("stage").clientWidth, 200), Math.max(byId("stage").clientHeight, 200)];

/** Run what the editor holds. */
export function run(): void {
  current = ++number;
  const message: RunMessage = {
    type: "run",
    id: current,
    thumbs: thumbs.value,
    room: stageRoom(),
    job: {
      type: "job",
      source: source.value,
      language: language.value,
      inputs: inputs.value,
      options: { device: device.value, dtype: dtype.value, seed: seed.value, root: root.value, lang: boot.lang },
      is_watched: true,
    },
  };
  const id = current;
  setTimeout(() => {
    if (id === current && pending === id) busy.value ??= { stage: "parse", count: 0, total: null, elapsed: 250, since: performance.now() };
  }, 250);
  pending = id;
  send(message, true);
}

let pending = 0;
/** The fold asked for last, until it is drawn or a run makes it nobody's. */
let folding = 0;
/** The run a sketch was shown of last. */
let sketched = 0;

/** Stop the run going on. */
export function cancel(): void {
  send({ type: "cancel", id: current });
}

/** Make a node the root and run again. */
export function setRoot(node: string | null): void {
  root.value = node;
  run();
}

/** Draw again with this scope open or folded. */
export function fold(scope: string, open: boolean): void {
  const without = (list: string[]): string[] => list.filter((other) => other !== scope);
  opened.value = open ? [...without(opened.value), scope] : without(opened.value);
  closed.value = open ? without(closed.value) : [...without(closed.value), scope];
  anchor.value = scope;
  refold(null, null);
}

function refold(reveal: string | null, below: string | null): void {
  folding = ++number;
  const message: FoldMessage = { type: "fold", id: folding, opened: opened.value, closed: closed.value, reveal, below, thumbs: thumbs.value };
  send(message);
}

/** Draw again with or without small heatmaps on the cards. */
export function showThumbs(shown: boolean): void {
  thumbs.value = shown;
  localStorage.setItem("thumbs", shown ? "on" : "off");
  if (result.value) refold(null, null);
}

/** Open everything below a scope ("" is everywhere) there is room for. */
export function openBelow(scope: string): void {
  anchor.value = scope || null;
  refold(null, scope);
}

/** Open what hides a node or scope, and bring it into view. */
export function reveal(id: string): void {
  wanted.value = id;
  if (nodes.value.has(id) && view.value?.picture.marks.some((mark) => mark.id === `${id}.card`)) {
    selected.value = id;
    return;
  }
  refold(id, null);
}

/** Nodes and scopes that fit some words, also inside folds. */
export function find(text: string): Promise<Found> {
  const message: FindMessage = { type: "find", id: ++number, text };
  return new Promise((resolve) => {
    finding.set(message.id, resolve);
    send(message);
  });
}

/** Why a sketch is asked nothing: its tensors are in the hands of the run. */
const unfinished = (): Problem => ({ code: "unfinished", message: t(busy.peek() ? "progress.later" : "progress.never"), hint: "", span: null, frames: [], repair: null, mends: [], remains: null });

/** The worker of the last run answers, or says why it cannot. */
export function ask<Kind extends Question["type"]>(question: Asked<Kind>): Promise<Answers[Kind] | Unanswered> {
  const message: AskMessage = { type: "ask", id: ++number, question };
  if (sketch.peek()) return Promise.resolve({ type: "unanswered", problem: unfinished() });
  return new Promise((resolve) => {
    asked.set(message.id, (answer) => resolve(answer as Answers[Kind] | Unanswered));
    send(message);
  });
}

function take(message: FromServer): void {
  if (message.type === "exporting" || message.type === "exported") exportNews(message);
  else if (message.type === "problem" && exportNews(message)) return;
  else if (message.type === "answer") {
    asked.get(message.id)?.(message.answer);
    asked.delete(message.id);
  } else if (message.type === "found") {
    finding.get(message.id)?.(message.found);
    finding.delete(message.id);
  } else if (message.type === "view") {
    const old = result.value;
    if (old && message.id === folding) batch(() => {
      const isAtEnd = step.value === lastStep.value;
      opened.value = message.opened;
      result.value = { ...old, graph: message.graph, views: { ...old.views, program: message.view } };
      if (isAtEnd || step.value > lastStep.value) step.value = lastStep.value;
      if (wanted.value && message.graph.nodes.some((n) => n.id === wanted.value)) selected.value = wanted.value;
    });
  } else if (message.id === current || message.id === 0) {
    if (message.type === "progress") {
      const { stage, count, total, elapsed_ms: elapsed } = message;
      busy.value = { stage, count, total, elapsed, since: performance.now() };
    } else if (message.type === "sketch") draft(message);
    else if (message.type === "mended") batch(() => {
      mending.value = false;
      problem.value = message.problem;
    });
    else finish(message);
  }
}

/** What the run has come to: shown at once, replaced when it ends. */
function draft(message: SketchMessage): void {
  batch(() => {
    show(message, null);
    sketched = message.id;
    sketch.value = { shown: message.shown, events: message.events, isOutline: message.is_outline };
    problem.value = null;
  });
}

function show(message: ResultMessage | SketchMessage, found: Problem | null): void {
  const isMissed = sketched === message.id && !isFoldedAs(message); // folded while this was drawn
  folding = 0;
  playing.value = false;
  stale.value = false;
  if (!isMissed) [opened.value, closed.value] = [message.opened, message.closed];
  result.value = { graph: message.graph, views: message.views, problem: found, size: message.size };
  if (selected.value && !message.graph.nodes.some((n) => n.id === selected.value)) selected.value = null;
  step.value = lastStep.value;
  if (isMissed) refold(null, null);
}

const same = (one: string[], other: string[]): boolean => String([...one].sort()) === String([...other].sort());
const isFoldedAs = (message: ResultMessage | SketchMessage): boolean => same(opened.peek(), message.opened) && same(closed.peek(), message.closed);

function finish(message: ResultMessage | ProblemMessage): void {
  pending = 0;
  batch(() => {
    busy.value = null;
    mending.value = message.is_mending;
    problem.value = message.problem;
    if (message.type === "problem") {
      stale.value = true;
      return;
    }
    show(message, message.problem);
    sketch.value = null;
  });
}
