// An element chosen in a grid in; where it came from out: the sum, and neighbours lit up.
import { answered } from "../answers";
import { el } from "../dom";
import { icon } from "../icons";
import { formula } from "../math";
import { flat, shapeText, textOf } from "../numbers";
import { element, lit, nodes, t } from "../state";
import type { Element } from "../state";
import type { Lit, Origin, Value } from "../types";
import { indexOf, nameOf } from "./inspector";

const key = (index: number[]): string => index.join(",");

/** A neighbour's elements, those that count lit by their weight. */
function neighbour(one: Lit): HTMLElement | null {
  const node = nodes.value.get(one.node);
  const out = node?.outputs[one.output];
  if (!node || !out) return null;
  const value: Value | null = one.of === "value" ? out.value : out.gradient;
  const name = `${one.of === "gradient" ? "∂ " : ""}${nameOf(node, one.output)}`;
  const head = el("h4", {}, el("button", { type: "button", class: "link", click: () => choose(one, one.elements[0] ?? []) }, name), el("span", { class: "soft" }, t("panel.lit", { count: one.elements.length + one.left_out })));
  const weights = new Map(one.elements.map((index, k) => [key(index), one.weights[k]]));
  if (!value || value.data === null || value.numel < 2) {
    const listed = one.elements.slice(0, 6).map((index) => `[${key(index)}] · ${textOf(weights.get(key(index)))}`).join("  ");
    return el("div", { class: "neighbour" }, head, value?.numel === 1 ? null : el("p", { class: "statistics" }, listed));
  }
  const columns = out.shape[out.shape.length - 1] ?? 1;
  const grid = el("div", { class: "grid", role: "group", "aria-label": name });
  grid.style.setProperty("--columns", String(Math.min(Math.max(columns, 1), 16)));
  flat(value.data).forEach((x, position) => {
    const index = indexOf(position, out.shape);
    const weight = weights.get(key(index));
    const cell = el("button", { type: "button", class: weight === undefined ? "off" : "on", title: weight === undefined ? "" : `× ${textOf(weight)}`, click: () => choose(one, index) }, textOf(x));
    grid.append(cell);
  });
  return el("div", { class: "neighbour" }, head, grid);
}

function choose(one: Lit, index: number[]): void {
  element.value = { node: one.node, output: one.output, of: one.of, index };
}

function body(origin: Origin): (HTMLElement | null)[] {
  lit.value = origin.lit.map((one) => one.node);
  return [
    formula(origin.latex, true),
    origin.terms > 1 ? el("p", { class: "statistics" }, t("panel.terms", { count: origin.terms })) : null,
    ...origin.notes.map((note) => el("p", { class: "note" }, note)),
    ...origin.lit.map(neighbour),
  ];
}

/** The panel for the chosen element. */
export function origin(chosen: Element): HTMLElement {
  const node = nodes.value.get(chosen.node);
  const name = node ? `${chosen.of === "gradient" ? "∂ " : ""}${nameOf(node, chosen.output)}${shapeText(chosen.index).replaceAll("×", ", ") || ""}` : "";
  const close = el("button", { type: "button", class: "icon", "aria-label": t("page.close"), click: () => { element.value = null; lit.value = []; } }, icon("close"));
  return el("section", { class: "origin" },
    el("h3", {}, el("span", {}, t("panel.origin", { name })), close),
    answered<"origin_of">({ type: "origin_of", node: chosen.node, output: chosen.output, of: chosen.of, element: chosen.index }, body));
}
