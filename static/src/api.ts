// Runs, cancels, folds and slices out to the server; results in, stale ones dropped.
import { batch } from "@preact/signals-core";
import { byId } from "./dom";
import {
  boot, busy, closed, connected, dtype, inputs, language, lastStep, opened, playing, problem, result, root, seed,
  selected, source, stale, step,
} from "./state";
import type {
  FoldMessage, ProblemMessage, ProgressMessage, ResultMessage, RunMessage, Sliced, SlicedMessage, SliceMessage, Slice,
  ViewMessage,
} from "./types";

type FromServer = ProgressMessage | ResultMessage | ProblemMessage | ViewMessage | SlicedMessage;

let socket: WebSocket | null = null;
let number = 0;
let current = 0;
let retry = 500;
let waiting: string | null = null;
const slices = new Map<number, (sliced: Sliced) => void>();

function connect(): void {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/api/v1/live`);
  socket.addEventListener("open", () => {
    connected.value = true;
    retry = 500;
    if (waiting) socket?.send(waiting);
    waiting = null;
  });
  socket.addEventListener("message", (event) => take(JSON.parse(event.data as string) as FromServer));
  socket.addEventListener("close", () => {
    connected.value = false;
    busy.value = null;
    setTimeout(connect, (retry = Math.min(retry * 2, 10_000)));
  });
}

function send(message: object, keep = false): void {
  const text = JSON.stringify(message);
  if (socket?.readyState === WebSocket.OPEN) socket.send(text);
  else if (keep) waiting = text;
  if (!socket) connect();
}

/** Run what the editor holds. */
export function run(): void {
  current = ++number;
  const message: RunMessage = {
    type: "run",
    id: current,
    room: [Math.max(byId("stage").clientWidth, 200), Math.max(byId("stage").clientHeight, 200)],
    job: {
      type: "job",
      source: source.value,
      language: language.value,
      inputs: inputs.value,
      options: { device: "cpu", dtype: dtype.value, seed: seed.value, root: root.value, lang: boot.lang },
    },
  };
  const id = current;
  setTimeout(() => {
    if (id === current && pending === id) busy.value ??= { stage: "parse", count: 0, elapsed: 250 };
  }, 250);
  pending = id;
  send(message, true);
}

let pending = 0;

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
  const message: FoldMessage = { type: "fold", id: ++number, opened: opened.value, closed: closed.value };
  send(message);
}

/** Part of a tensor, read from the document's worker. */
export function readSlice(slice: Slice): Promise<Sliced> {
  const message: SliceMessage = { type: "slice", id: ++number, slice };
  return new Promise((resolve) => {
    slices.set(message.id, resolve);
    send(message);
  });
}

function take(message: FromServer): void {
  if (message.type === "sliced") {
    slices.get(message.id)?.(message.sliced);
    slices.delete(message.id);
  } else if (message.type === "view") {
    const old = result.value;
    if (old) batch(() => {
      result.value = { ...old, views: { ...old.views, program: message.view } };
      step.value = lastStep.value;
    });
  } else if (message.id === current || message.id === 0) {
    if (message.type === "progress") {
      busy.value = { stage: message.stage, count: message.count, elapsed: message.elapsed_ms };
    } else finish(message);
  }
}

function finish(message: ResultMessage | ProblemMessage): void {
  pending = 0;
  batch(() => {
    busy.value = null;
    problem.value = message.problem;
    if (message.type === "problem") {
      stale.value = true;
      return;
    }
    playing.value = false;
    stale.value = false;
    opened.value = [];
    closed.value = [];
    result.value = { graph: message.graph, views: message.views, problem: message.problem };
    if (selected.value && !message.graph.nodes.some((n) => n.id === selected.value)) selected.value = null;
    step.value = lastStep.value;
  });
}
