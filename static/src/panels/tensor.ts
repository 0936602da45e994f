// A tensor's place in; a dialog that shows any part of it as colours and numbers, read when looked at, out.
import { effect, untracked } from "@preact/signals-core";
import { computing, once } from "../answers";
import { ask } from "../api";
import { byId, el } from "../dom";
import { icon } from "../icons";
import { shapeText, textOf } from "../numbers";
import { element, nodes, result, selected, t, viewing, type Viewed } from "../state";
import { controls } from "../tensor/controls";
import { DECADES, draw, under, type Tone } from "../tensor/heatmap";
import { counted, histogram } from "../tensor/histogram";
import { csvOf, pythonOf, shownText, statistics, table } from "../tensor/text";
import { elementAt, indexOf, isClose, matrixOf, moved, whole, zoomed, type Window } from "../tensor/window";
import type { Distributed, Edge, Sliced } from "../types";
import { nameOf } from "./inspector";

type Of = "value" | "gradient";

let shown: Viewed = { node: "", output: 0, of: "value", edge: null };
/** What `matrix` holds, and the window asked for: an index never stands beside another window's number. */
let view: Window = whole([]);
let ahead: Window = view;
let matrix: unknown[][] = [];
let sliced: Sliced | null = null;
let spread: Distributed | null = null;
let cursor: [number, number] = [0, 0];
let aim: [number, number] = [0, 0];
let tone: Tone = "linear";
let bars: "linear" | "log" = "linear";
let asking = 0;
/** Just opened: the keys are for the picture. */
let isFresh = false;
let canvas = el("canvas");

const edgeOf = ({ edge }: Viewed): Edge | undefined => result.value?.graph.edges.find((one) => one.id === edge);
/** Whether there is a gradient to look into: the tensor's own, or what its edge brought. */
const hasGradient = (one: Viewed): boolean => Boolean(one.edge ? edgeOf(one)?.contribution : nodes.value.get(one.node)?.outputs[one.output]?.gradient);

/** Open the viewer on an output of a node; nothing where there is none such. */
function open(next: Viewed): void {
  const { node, output, of } = next;
  const one = nodes.value.get(node)?.outputs[output];
  if (!one || (of === "gradient" && !hasGradient(next))) return void (viewing.value = null);
  shown = next;
  view = ahead = whole(one.shape);
  cursor = aim = [0, 0];
  frame();
  const dialog = byId<HTMLDialogElement>("tensor");
  isFresh = !dialog.open;
  if (isFresh) dialog.showModal();
  else byId(`tensor-${of}`).focus();
  load();
}

function load(): void {
  const [now, place, wanted] = [++asking, { ...shown }, ahead];
  void ask<"slice">({ type: "slice", ...place, index: indexOf(wanted) }).then((answer) => {
    if (now !== asking) return;
    if (answer.type === "sliced" && answer.value && answer.value.data !== null) {
      sliced = answer;
      view = wanted;
      matrix = matrixOf(answer.value.data, view);
      cursor = aim = [Math.max(0, Math.min(aim[0], matrix.length - 1)), Math.max(0, Math.min(aim[1], (matrix[0]?.length ?? 1) - 1))];
      part();
    } else {
      const problem = answer.problem;
      byId("tensor-part").replaceChildren(el("p", { class: "reason" }, problem ? `${problem.message} ${problem.hint}` : t("page.no_slice")));
    }
  });
  count();
}

function count(): void {
  const place = { ...shown };
  void once<"distribution">({ type: "distribution", ...place, scale: bars }).then((answer) => {
    if (JSON.stringify(place) !== JSON.stringify(shown)) return;
    const whole = byId("tensor-whole");
    spread = answer.type === "distributed" ? answer : null;
    if (answer.type === "unanswered") whole.replaceChildren(el("p", { class: "reason" }, answer.problem.message, " ", answer.problem.hint));
    else whole.replaceChildren(statistics(answer.value), switcher("bars", bars, (next) => { bars = next; count(); }), histogram(answer), el("p", { class: "statistics" }, counted(answer)));
    if (sliced) part();
  });
}

/** Linear or logarithmic. */
function switcher(of: "bars" | "colours", now: Tone, choose: (next: Tone) => void): HTMLElement {
  const one = (name: Tone): HTMLElement => el("button", { type: "button", "aria-pressed": String(now === name), click: () => choose(name) }, t(`tensor.${name}`));
  return el("div", { class: "row" }, el("span", {}, t(`tensor.${of}`)), el("div", { class: "switch", role: "group", "aria-label": t(`tensor.${of}`) }, one("linear"), one("log")));
}

const scale = (): number => spread?.scale ?? 1;
function largest(): number {
  const { min, max } = spread?.value ?? {};
  return typeof min === "number" && typeof max === "number" ? Math.max(Math.abs(min), Math.abs(max)) || 1 : scale();
}

function change(next: Window): void {
  const at = ahead === view ? elementAt(view, ...cursor) : elementAt(ahead, ...aim);
  const near = (dimension: number, range: { start: number; step: number }): number => Math.round(((at[dimension] ?? 0) - range.start) / range.step);
  aim = [next.rows < 0 ? 0 : near(next.rows, next.vertical), near(next.columns, next.horizontal)];
  ahead = next;
  load();
}

function legend(): HTMLElement {
  const full = tone === "log" ? largest() : scale();
  const text = tone === "log" ? t("tensor.legend_log", { decades: DECADES }) : largest() > full ? t("tensor.legend_cut", { scale: textOf(full), largest: textOf(largest()) }) : t("tensor.legend_all");
  return el("div", { class: "tones" }, el("div", { class: "ramp", "aria-hidden": "true" }), el("div", { class: "axis" }, el("span", {}, textOf(-full)), el("span", {}, "0"), el("span", {}, textOf(full))), el("p", { class: "statistics" }, text));
}

/** Everything that depends on the part shown. */
function part(): void {
  if (!sliced) return;
  const held = document.activeElement?.id ?? "";
  const isHeld = document.activeElement === canvas;
  const text = (make: () => string) => (): void => void navigator.clipboard.writeText(make());
  const dtype = sliced.dtype;
  byId("tensor-part").replaceChildren(
    controls(view, cursor, change),
    el("p", { class: "statistics", id: "tensor-shown" }, shownText(sliced, view)),
    el("div", { class: "sheet-of-colours" }, canvas),
    legend(), switcher("colours", tone, (next) => { tone = next; part(); }),
    el("div", { class: "moves" },
      el("button", { type: "button", class: "quiet small", click: text(() => csvOf(matrix)) }, t("tensor.copy_csv")),
      el("button", { type: "button", class: "quiet small", click: text(() => pythonOf(matrix, dtype)) }, t("tensor.copy_python"))),
    table(matrix, view));
  if (isHeld || isFresh) canvas.focus();
  else if (held.startsWith("tensor-")) document.getElementById(held)?.focus();
  isFresh = false;
  paint();
}

function paint(): void {
  if (!matrix.length || !matrix[0]?.length) return read(t("tensor.empty"));
  const room = Math.max(220, Math.min(560, byId("tensor-part").clientWidth - 6));
  draw(canvas, { matrix, scale: scale(), largest: largest(), tone, cursor }, room);
  const x = matrix[cursor[0]]?.[cursor[1]];
  read(`[${elementAt(view, ...cursor).join(", ")}] = ${typeof x === "boolean" ? textOf(x) : String(x)}`);
}

function read(text: string): void {
  byId("tensor-element").textContent = text;
}

/** The element under the cursor becomes the one the origin panel is about. */
function choose(close: boolean): void {
  if (!matrix.length) return;
  const { node, output, of } = shown;
  selected.value = shown.edge ?? node;
  element.value = { node, output, of, index: elementAt(view, ...cursor) };
  if (close) byId<HTMLDialogElement>("tensor").close();
}

const STEPS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Where one stands in the window asked for. */
const focus = (): [number, number] => (ahead === view ? cursor : aim);

function key(event: KeyboardEvent): void {
  const by = STEPS[event.key];
  if (by && event.shiftKey) change(moved(ahead, by[0] / 2, by[1] / 2));
  else if (by) step(by);
  else if (event.key === "+" || event.key === "=") change(zoomed(ahead, 0.5, ...focus()));
  else if (event.key === "-") change(zoomed(ahead, 2, ...focus()));
  else if (event.key === "0") change(whole(ahead.shape, ahead.rows, ahead.columns, ahead.at));
  else if (event.key === "Enter") choose(true);
  else return;
  event.preventDefault();
}

/** One element further; over the edge, the window moves along. */
function step([down, right]: [number, number]): void {
  if (ahead !== view) {
    aim = [aim[0] + down, aim[1] + right];
    return;
  }
  const next: [number, number] = [cursor[0] + down, cursor[1] + right];
  const inside = next[0] >= 0 && next[0] < matrix.length && next[1] >= 0 && next[1] < (matrix[0]?.length ?? 0);
  if (!inside) return change(moved(view, down / 2, right / 2));
  cursor = next;
  paint();
}

/** The parts of the dialog that stay while one looks around. */
function frame(): void {
  const node = nodes.value.get(shown.node);
  const one = node?.outputs[shown.output];
  if (!node || !one) return;
  [matrix, sliced, spread] = [[], null, null];
  canvas = el("canvas", { tabindex: 0, role: "application", "aria-label": t("tensor.canvas"), "aria-describedby": "tensor-element tensor-shown" });
  const at = (event: Event): void => { const found = under(canvas, matrix, event as MouseEvent); if (found) { cursor = found; paint(); } };
  canvas.addEventListener("pointermove", at);
  canvas.addEventListener("click", (event) => { at(event); choose(false); });
  canvas.addEventListener("dblclick", () => (isClose(view) ? choose(true) : change(zoomed(view, 0.5, ...cursor))));
  canvas.addEventListener("keydown", key);
  const tab = (of: Of): HTMLElement => el("button", { type: "button", role: "tab", id: `tensor-${of}`, "aria-controls": "tensor-body", "aria-selected": String(shown.of === of), tabindex: shown.of === of ? 0 : -1, disabled: of === "gradient" && !hasGradient(shown), click: () => (viewing.value = { ...shown, of }), keydown: (event) => other(event as KeyboardEvent) }, t(of === "gradient" && shown.edge ? "page.contribution" : `page.${of}`));
  const user = nodes.value.get(edgeOf(shown)?.target.node ?? "");
  const name = `${nameOf(node, shown.output)}${user ? ` → ${nameOf(user)}` : ""}`;
  const close = el("button", { type: "button", class: "icon", "aria-label": t("page.close"), click: () => byId<HTMLDialogElement>("tensor").close() }, icon("close"));
  const origin = el("button", { type: "button", class: "primary small", click: () => choose(true) }, t("tensor.origin"));
  byId("tensor").replaceChildren(
    el("header", {}, el("h2", {}, name, " ", el("span", { class: "soft" }, `${shapeText(one.shape)} ${one.dtype}`)), close),
    el("div", { role: "tablist", "aria-label": t("tensor.title"), class: "switch" }, tab("value"), tab("gradient")),
    el("div", { id: "tensor-body", role: "tabpanel", "aria-labelledby": `tensor-${shown.of}` },
      el("section", { id: "tensor-part", "aria-label": t("tensor.part") }, computing()),
      el("div", { class: "readout" }, el("p", { id: "tensor-element", role: "status" }), origin),
      el("section", { class: "beside", "aria-label": t("tensor.whole_tensor") }, el("div", { id: "tensor-whole" }), el("p", { class: "statistics" }, t("tensor.keys")))));
}

function other(event: KeyboardEvent): void {
  if ((event.key !== "ArrowLeft" && event.key !== "ArrowRight") || !hasGradient(shown)) return;
  event.preventDefault();
  viewing.value = { ...shown, of: shown.of === "value" ? "gradient" : "value" };
}

export function mountTensor(): void {
  const dialog = byId<HTMLDialogElement>("tensor");
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  let last = result.value?.graph.run;
  effect(() => {
    if (result.value?.graph.run !== last && dialog.open) dialog.close();
    last = result.value?.graph.run;
  });
  dialog.addEventListener("close", () => (viewing.value = null));
  effect(() => {
    const next = viewing.value;
    if (next) untracked(() => open(next));
  });
  new ResizeObserver(() => { if (dialog.open) paint(); }).observe(dialog);
}
