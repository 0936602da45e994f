// The selected node or edge in; every number of it, in words and grids, out.
import { checks } from "../answers";
import { setRoot } from "../api";
import { el } from "../dom";
import { brief, flat, shapeText, textOf } from "../numbers";
import { element, nodes, result, root, selected, stale, t, viewing, type Viewed } from "../state";
import type { Edge, Node, Tensor, Value } from "../types";
import { edgeCard, nodeCard } from "./card";
import { badgeOf } from "./check";
import { reveal } from "./editor";
import { origin } from "./origin";
import { parameters } from "./parameters";

/** Where the k-th element of a tensor stands. */
export function indexOf(position: number, shape: number[]): number[] {
  const index: number[] = [];
  for (const size of [...shape].reverse()) {
    index.unshift(position % size);
    position = Math.floor(position / size);
  }
  return index;
}

export function nameOf(node: Node, output = 0): string {
  const names = (node.name ?? "").split(", ");
  return names[output] || node.name || node.symbol || node.op || node.id;
}

function row(label: string, ...children: (HTMLElement | string)[]): HTMLElement {
  return el("div", { class: "row" }, el("dt", {}, label), el("dd", {}, ...children));
}

function number(value: Value, shape: number[], kind: string): HTMLElement {
  const exact = value.numel === 1 ? String(flat(value.data)[0]) : shapeText(shape);
  return el("span", { class: `number ${kind}`, title: exact }, brief(value, shape));
}

/** Elements as a grid, coloured by sign and size, sign also in the text; each can be chosen. */
function grid(data: unknown, shape: number[], choose?: (index: number[]) => void): HTMLElement {
  const columns = shape.length ? (shape[shape.length - 1] ?? 1) : 1;
  const items = flat(data).slice(0, 256);
  const largest = Math.max(...items.map((x) => (typeof x === "number" && Number.isFinite(x) ? Math.abs(x) : 0)), 1e-30);
  const table = el("div", { class: "grid", role: choose ? "group" : "img", "aria-label": choose ? t("panel.choose_element") : items.map(textOf).join(", ") });
  table.style.setProperty("--columns", String(Math.min(Math.max(columns, 1), 16)));
  items.forEach((item, position) => {
    const size = typeof item === "number" ? Math.abs(item) / largest : 0;
    const kind = typeof item === "number" && item < 0 ? "negative" : "positive";
    const index = indexOf(position, shape);
    const cell = choose
      ? el("button", { type: "button", class: kind, title: `[${index.join(", ")}] ${String(item)}`, click: () => choose(index) }, textOf(item))
      : el("span", { class: kind, title: String(item) }, textOf(item));
    cell.style.setProperty("--strength", `${Math.round(size * 55)}%`);
    table.append(cell);
  });
  return table;
}

function statistics(value: Value): HTMLElement {
  const parts: [string, unknown][] = [["min", value.min], ["max", value.max], [t("tensor.mean"), value.mean], [t("tensor.std"), value.std], ["|·|", value.norm]];
  const line = parts.filter(([, x]) => x !== null).map(([name, x]) => `${name} ${textOf(x)}`);
  if (value.zero) line.push(t("page.zeros", { count: value.zero }));
  if (value.nan) line.push(`NaN ${value.nan}`);
  if (value.inf) line.push(`∞ ${value.inf}`);
  if (value.approximate) line.push(t("page.sampled"));
  return el("p", { class: "statistics" }, ...line.flatMap((one, k) => [k ? " · " : "", el("span", {}, one)]));
}

function tensor(node: Node, output: number, of: "value" | "gradient", value: Value, shape: number[]): HTMLElement {
  const block = el("div", { class: `tensor ${of}` }, el("h4", {}, t(`page.${of}`), number(value, shape, of)));
  if (value.numel > 1) block.append(statistics(value));
  const choose = (index: number[]): void => void (element.value = { node: node.id, output, of, index });
  if (value.data !== null && value.numel > 1) block.append(grid(value.data, shape, stale.value ? undefined : choose));
  if (value.numel > 1) block.append(...viewer({ node: node.id, output, of, edge: null }));
  return block;
}

/** The way into all of a tensor, while its worker is there to be asked. */
const viewer = (place: Viewed): HTMLElement[] =>
  stale.value ? [] : [el("button", { type: "button", class: "quiet small view-tensor", click: () => (viewing.value = place) }, t("tensor.open"))];

function output(node: Node, position: number, one: Tensor): HTMLElement {
  const block = el("section", { class: "output" });
  if (node.outputs.length > 1) block.append(el("h3", {}, `${t("page.output")} ${position}: ${nameOf(node, position)}`));
  block.append(tensor(node, position, "value", one.value, one.shape));
  if (one.gradient) block.append(tensor(node, position, "gradient", one.gradient, one.shape), ...held(one));
  else block.append(el("p", { class: "reason" }, t(`reason.${one.no_gradient ?? "no_backward"}`)));
  const total = sum(node, position, one);
  if (total) block.append(total);
  return block;
}

/** What .grad held when it was used, where that is not what backward summed, and why. */
function held(one: Tensor): HTMLElement[] {
  const { held } = one;
  if (!held) return [];
  const update = nodes.value.get(held.update ?? "");
  const span = held.span;
  const title = update ? t("held.used", { op: update.op }) : t("held.end");
  const value = held.value ? number(held.value, one.shape, "gradient") : el("span", { class: "number gradient" }, "None");
  const why = el("p", { class: "reason" }, held.by ? t("held.by", { by: held.by === "=" ? ".grad = …" : held.by }) : t("held.unseen"));
  if (span) why.append(" ", el("button", { type: "button", class: "link", click: () => reveal(span) }, t("page.line", { line: span.line })));
  const block = el("div", { class: "tensor gradient held" }, el("h4", {}, title, value));
  if (held.value && held.value.numel > 1) {
    block.append(statistics(held.value));
    if (held.value.data !== null) block.append(grid(held.value.data, one.shape));
  }
  block.append(why);
  return [block];
}

/** What each use sent back, and their sum. */
function sum(node: Node, position: number, one: Tensor): HTMLElement | null {
  const uses = result.value?.graph.edges.filter((e) => e.source.node === node.id && e.source.output === position && e.contribution) ?? [];
  if (!uses.length && !one.rest) return null;
  const list = el("ul", { class: "contributions" });
  for (const edge of uses) {
    const user = nodes.value.get(edge.target.node);
    if (!user || !edge.contribution) continue;
    const button = el("button", { type: "button", class: "link", click: () => (selected.value = edge.id) }, `${t("page.from")} ${nameOf(user)}`);
    list.append(el("li", {}, button, number(edge.contribution, one.shape, "gradient")));
  }
  if (one.carried) list.append(el("li", {}, el("span", {}, t("page.carried")), number(one.carried, one.shape, "gradient")));
  if (one.rest) list.append(el("li", { class: `rest ${one.rest_because ?? ""}` }, el("span", {}, t(`rest.${one.rest_because ?? "unrecorded"}`)), number(one.rest, one.shape, "gradient")));
  if (uses.length + Number(!!one.carried) + Number(!!one.rest) > 1 && one.gradient) list.append(el("li", { class: "total" }, el("span", {}, "Σ"), number(one.gradient, one.shape, "gradient")));
  return el("div", {}, el("h4", {}, t("page.contributions")), list);
}

function node(one: Node): HTMLElement[] {
  const first = one.outputs[0];
  const head = el("header", {}, el("h2", {}, nameOf(one)), el("p", { class: "kind" }, one.kind === "op" ? `${one.op} · ${t("page.op")}` : t(`picture.${one.kind}`)));
  const facts = el("dl", { class: "facts" });
  if (first) facts.append(row(t("page.shape"), first.shape.length ? shapeText(first.shape) : t("page.scalar")), row("dtype", first.dtype), row(t("page.device"), first.device));
  if (one.autograd) facts.append(row("grad_fn", one.autograd.split("::").pop() ?? ""));
  if (one.saved.length) facts.append(row(t("page.saved"), one.saved.join(", ")));
  const span = one.span;
  if (span) facts.append(row(t("page.source"), el("button", { type: "button", class: "link", click: () => reveal(span) }, t("page.line", { line: span.line }))));
  const badge = badgeOf(one.id);
  if (badge) head.append(badge);
  const parts: HTMLElement[] = [head];
  if (one.failed) parts.push(el("p", { class: "reason bad" }, t("picture.failed")));
  const explain = stale.value || (one.kind !== "op" && !first?.gradient) ? [] : [nodeCard(one.id, 0)];
  parts.push(...one.outputs.map((out, k) => output(one, k, out)), ...chosenOrigin(one.id), ...explain, facts);
  if (one.autograd && !stale.value) {
    const is = result.value?.graph.root === one.id;
    parts.push(is ? el("p", { class: "reason" }, t("page.is_root")) : el("button", { type: "button", id: "make-root", class: "primary", click: () => setRoot(one.id) }, t("page.make_root")));
  }
  if (root.value) parts.push(el("button", { type: "button", class: "quiet", click: () => setRoot(null) }, t("page.own_root")));
  return parts;
}

/** The chosen element's origin, under the tensors it was chosen in. */
function chosenOrigin(node: string): HTMLElement[] {
  const chosen = element.value;
  return chosen && !stale.value && (chosen.node === node || selected.value === node) ? [origin(chosen)] : [];
}

function edge(one: Edge): HTMLElement[] {
  const source = nodes.value.get(one.source.node);
  const user = nodes.value.get(one.target.node);
  if (!source || !user) return [];
  const from = source.outputs[one.source.output];
  const link = (to: Node): HTMLElement => el("button", { type: "button", class: "link", click: () => (selected.value = to.id) }, nameOf(to));
  const parts = [el("header", {}, el("h2", {}, `${nameOf(source, one.source.output)} → ${nameOf(user)}`), el("p", { class: "kind" }, t("page.edge")))];
  const facts = el("dl", { class: "facts" }, row(t("page.producer"), link(source)), row(t("page.consumer"), link(user)), row(t("page.argument"), String(one.target.argument)));
  const at = chosenIn(one);
  if (!stale.value) parts.push(edgeCard(one.id, at));
  if (from) {
    parts.push(tensor(source, one.source.output, "value", from.value, from.shape));
    if (one.contribution) {
      const block = el("div", { class: "tensor gradient" }, el("h4", {}, t("page.contribution"), number(one.contribution, from.shape, "gradient")));
      if (one.contribution.data !== null && one.contribution.numel > 1) block.append(grid(one.contribution.data, from.shape, (index) => (element.value = { node: source.id, output: one.source.output, of: "gradient", index })));
      if (one.contribution.numel > 1) block.append(...viewer({ node: source.id, output: one.source.output, of: "gradient", edge: one.id }));
      parts.push(block);
    } else if (stale.value) parts.push(el("p", { class: "reason" }, t("page.no_contribution")));
  }
  return [...parts, facts];
}

/** The element of an edge's source chosen last, for the numbers on its card. */
function chosenIn(one: Edge): number[] | null {
  const chosen = element.value;
  return chosen && chosen.node === one.source.node && chosen.output === one.source.output ? chosen.index : null;
}

const counted = (of: "nodes" | "edges", count: number): string => t(`page.${of}${count === 1 ? "_one" : ""}`, { count: count.toLocaleString() });

function overview(): HTMLElement[] {
  const { graph, size } = result.value ?? {};
  if (!graph || !size) return [el("p", { class: "reason" }, t("page.nothing"))];
  const rootNode = nodes.value.get(graph.root ?? "");
  const facts = el("dl", { class: "facts" });
  if (rootNode) facts.append(row(t("page.root"), el("button", { type: "button", class: "link", click: () => (selected.value = rootNode.id) }, nameOf(rootNode))));
  facts.append(row(t("page.seed"), String(graph.run.seed)), row("torch", graph.run.torch), row(t("page.device"), `${graph.run.device}, ${graph.run.dtype}`), row(t("page.size"), `${counted("nodes", size[0])}, ${counted("edges", size[1])}`));
  const parts = [el("header", {}, el("h2", {}, t("page.overview")), el("p", { class: "kind" }, t("page.choose")))];
  const leaves = graph.nodes.filter((n) => n.kind === "parameter");
  if (leaves.length) parts.push(parameters(leaves, graph.edges));
  parts.push(facts);
  return parts;
}

/** What the first tab shows. */
export function inspected(): HTMLElement[] {
  void [checks.value, element.value];
  const id = selected.value;
  const one = id ? nodes.value.get(id) : undefined;
  const other = id ? result.value?.graph.edges.find((e) => e.id === id) : undefined;
  return one ? node(one) : other ? edge(other) : overview();
}
