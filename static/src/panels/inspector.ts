// The selected node or edge in; every number of it, in words and grids, out.
import { effect } from "@preact/signals-core";
import { readSlice, setRoot } from "../api";
import { byId, el } from "../dom";
import { brief, flat, shapeText, textOf } from "../numbers";
import { nodes, result, root, selected, stale, t } from "../state";
import type { Edge, Node, Tensor, Value } from "../types";
import { reveal } from "./editor";

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

/** Elements as a grid, coloured by sign and size, sign also in the text. */
function grid(data: unknown, shape: number[]): HTMLElement {
  const columns = shape.length ? (shape[shape.length - 1] ?? 1) : 1;
  const items = flat(data).slice(0, 256);
  const largest = Math.max(...items.map((x) => (typeof x === "number" && Number.isFinite(x) ? Math.abs(x) : 0)), 1e-30);
  const table = el("div", { class: "grid", role: "img", "aria-label": items.map(textOf).join(", ") });
  table.style.setProperty("--columns", String(Math.min(Math.max(columns, 1), 16)));
  for (const item of items) {
    const size = typeof item === "number" ? Math.abs(item) / largest : 0;
    const cell = el("span", { class: typeof item === "number" && item < 0 ? "negative" : "positive", title: String(item) }, textOf(item));
    cell.style.setProperty("--strength", `${Math.round(size * 55)}%`);
    table.append(cell);
  }
  return table;
}

function statistics(value: Value): HTMLElement {
  const parts: [string, unknown][] = [["min", value.min], ["max", value.max], ["mean", value.mean], ["std", value.std], ["|·|", value.norm]];
  const line = parts.filter(([, x]) => x !== null).map(([name, x]) => `${name} ${textOf(x)}`);
  if (value.zero) line.push(t("page.zeros", { count: value.zero }));
  if (value.nan) line.push(`NaN ${value.nan}`);
  if (value.inf) line.push(`∞ ${value.inf}`);
  return el("p", { class: "statistics" }, line.join(" · ") + (value.approximate ? ` ${t("page.sampled")}` : ""));
}

function tensor(node: Node, output: number, of: "value" | "gradient", value: Value, shape: number[]): HTMLElement {
  const block = el("div", { class: `tensor ${of}` }, el("h4", {}, t(`page.${of}`), number(value, shape, of)));
  if (value.numel > 1) block.append(statistics(value));
  if (value.data !== null && value.numel > 1) block.append(grid(value.data, shape));
  else if (value.numel > 64) block.append(corner(node, output, of, shape));
  return block;
}

/** A big tensor is read by slice, never whole. */
function corner(node: Node, output: number, of: "value" | "gradient", shape: number[]): HTMLElement {
  const index = shape.map((size, k) => (k >= shape.length - 2 ? [0, Math.min(8, size)] : 0));
  const show = el("button", { type: "button", class: "quiet small" }, t("page.read_corner"));
  show.addEventListener("click", () => {
    void readSlice({ type: "slice", node: node.id, output, of, index }).then((sliced) => {
      if (sliced.value?.data != null) {
        show.replaceWith(el("p", { class: "statistics" }, t("page.corner", { shape: shapeText(sliced.shape) })), grid(sliced.value.data, sliced.shape));
      } else show.replaceWith(el("p", { class: "statistics" }, sliced.problem?.message ?? t("page.no_slice")));
    });
  });
  return show;
}

function output(node: Node, position: number, one: Tensor): HTMLElement {
  const block = el("section", { class: "output" });
  if (node.outputs.length > 1) block.append(el("h3", {}, `${t("page.output")} ${position}: ${nameOf(node, position)}`));
  block.append(tensor(node, position, "value", one.value, one.shape));
  if (one.gradient) block.append(tensor(node, position, "gradient", one.gradient, one.shape));
  else block.append(el("p", { class: "reason" }, t(`reason.${one.no_gradient ?? "no_backward"}`)));
  const total = sum(node, position, one);
  if (total) block.append(total);
  return block;
}

/** What each use sent back, and their sum. */
function sum(node: Node, position: number, one: Tensor): HTMLElement | null {
  const uses = result.value?.graph.edges.filter((e) => e.source.node === node.id && e.source.output === position && e.contribution) ?? [];
  if (!uses.length) return null;
  const list = el("ul", { class: "contributions" });
  for (const edge of uses) {
    const user = nodes.value.get(edge.target.node);
    if (!user || !edge.contribution) continue;
    const button = el("button", { type: "button", class: "link", click: () => (selected.value = edge.id) }, `${t("page.from")} ${nameOf(user)}`);
    list.append(el("li", {}, button, number(edge.contribution, one.shape, "gradient")));
  }
  if (uses.length > 1 && one.gradient) list.append(el("li", { class: "total" }, el("span", {}, "Σ"), number(one.gradient, one.shape, "gradient")));
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
  const parts: HTMLElement[] = [head];
  if (one.failed) parts.push(el("p", { class: "reason bad" }, t("picture.failed")));
  parts.push(...one.outputs.map((out, k) => output(one, k, out)), facts);
  if (one.autograd && !stale.value) {
    const is = result.value?.graph.root === one.id;
    parts.push(is ? el("p", { class: "reason" }, t("page.is_root")) : el("button", { type: "button", id: "make-root", class: "primary", click: () => setRoot(one.id) }, t("page.make_root")));
  }
  if (root.value) parts.push(el("button", { type: "button", class: "quiet", click: () => setRoot(null) }, t("page.own_root")));
  return parts;
}

function edge(one: Edge): HTMLElement[] {
  const source = nodes.value.get(one.source.node);
  const user = nodes.value.get(one.target.node);
  if (!source || !user) return [];
  const from = source.outputs[one.source.output];
  const link = (to: Node): HTMLElement => el("button", { type: "button", class: "link", click: () => (selected.value = to.id) }, nameOf(to));
  const parts = [el("header", {}, el("h2", {}, `${nameOf(source, one.source.output)} → ${nameOf(user)}`), el("p", { class: "kind" }, t("page.edge")))];
  const facts = el("dl", { class: "facts" }, row(t("page.producer"), link(source)), row(t("page.consumer"), link(user)), row(t("page.argument"), String(one.target.argument)));
  if (from) {
    parts.push(tensor(source, one.source.output, "value", from.value, from.shape));
    if (one.contribution) {
      const block = el("div", { class: "tensor gradient" }, el("h4", {}, t("page.contribution"), number(one.contribution, from.shape, "gradient")));
      if (one.contribution.data !== null && one.contribution.numel > 1) block.append(grid(one.contribution.data, from.shape));
      parts.push(block);
    } else parts.push(el("p", { class: "reason" }, t("page.no_contribution")));
  }
  return [...parts, facts];
}

function overview(): HTMLElement[] {
  const graph = result.value?.graph;
  if (!graph) return [el("p", { class: "reason" }, t("page.nothing"))];
  const rootNode = nodes.value.get(graph.root ?? "");
  const facts = el("dl", { class: "facts" });
  if (rootNode) facts.append(row(t("page.root"), el("button", { type: "button", class: "link", click: () => (selected.value = rootNode.id) }, nameOf(rootNode))));
  facts.append(row(t("page.seed"), String(graph.run.seed)), row("torch", graph.run.torch), row(t("page.device"), `${graph.run.device}, ${graph.run.dtype}`), row(t("page.size"), t("page.counts", { nodes: graph.nodes.length, edges: graph.edges.length })));
  const parts = [el("header", {}, el("h2", {}, t("page.overview")), el("p", { class: "kind" }, t("page.choose")))];
  const leaves = graph.nodes.filter((n) => n.kind === "parameter");
  if (leaves.length) parts.push(parameters(leaves, graph.edges));
  parts.push(facts);
  return parts;
}

/** Every parameter: value, gradient, and what an optimizer made of it. */
function parameters(leaves: Node[], edges: Edge[]): HTMLElement {
  const body = el("tbody");
  for (const leaf of leaves) {
    const out = leaf.outputs[0];
    if (!out) continue;
    const update = edges.filter((e) => e.source.node === leaf.id).map((e) => nodes.value.get(e.target.node)).find((n) => n?.op.endsWith(".step"));
    const after = update?.outputs[0];
    body.append(el("tr", {},
      el("th", { scope: "row" }, el("button", { type: "button", class: "link", click: () => (selected.value = leaf.id) }, nameOf(leaf))),
      el("td", {}, number(out.value, out.shape, "value")),
      el("td", {}, out.gradient ? number(out.gradient, out.shape, "gradient") : el("span", { class: "soft", title: t(`reason.${out.no_gradient ?? "no_backward"}`) }, "—")),
      el("td", {}, after ? number(after.value, after.shape, "update") : "")));
  }
  const heads = ["", t("page.value"), t("page.gradient"), t("page.updated")].map((text) => el("th", { scope: "col" }, text));
  return el("div", { class: "scroll" }, el("table", { class: "parameters" }, el("thead", {}, el("tr", {}, ...heads)), body));
}

export function mountInspector(): void {
  const panel = byId("inspector");
  effect(() => {
    const id = selected.value;
    const one = id ? nodes.value.get(id) : undefined;
    const other = id ? result.value?.graph.edges.find((e) => e.id === id) : undefined;
    panel.replaceChildren(...(one ? node(one) : other ? edge(other) : overview()));
    panel.classList.toggle("is-stale", stale.value);
  });
}
