// The last backward pass in; its derivation out, line by line, with closed forms and copies.
import { answered } from "../answers";
import { el } from "../dom";
import { formula } from "../math";
import { lit, nodes, selected, step, steps, t } from "../state";
import type { Derivation, DerivedStep } from "../types";

function copy(label: string, text: string): HTMLElement {
  const button = el("button", { type: "button", class: "quiet small", click: () => void navigator.clipboard.writeText(text).then(() => {
    button.textContent = t("panel.copied");
    setTimeout(() => (button.textContent = label), 1500);
  }) }, label);
  return button;
}

const isBackward = (one: DerivedStep): boolean => one.edges.length > 0 || one.latex.includes("\\partial");

function go(one: DerivedStep): void {
  const kind = isBackward(one) ? "backward" : "forward";
  const at = steps.value.findIndex((s) => s.kind === kind && s.node === one.node);
  if (at >= 0) step.value = at;
  if (nodes.value.has(one.node)) selected.value = one.node;
}

function line(one: DerivedStep, k: number): HTMLElement {
  const light = (): void => void (lit.value = [one.node, ...one.edges]);
  const item = el("li", { class: isBackward(one) ? "backward" : "forward", pointerenter: light, focusin: light, pointerleave: () => (lit.value = []) },
    formula(one.latex, true));
  if (one.numbers) item.append(el("div", { class: "below" }, formula(one.numbers, true)));
  const button = el("button", { type: "button", class: "jump", "aria-label": `${k + 1}: ${t("panel.show_step")}`, title: t("panel.show_step"), click: () => go(one) }, String(k + 1));
  item.prepend(button);
  return item;
}

function body(one: Derivation): (HTMLElement | null)[] {
  const list = el("ol", { class: "derivation" }, ...one.steps.map((step, k) => line(step, k)));
  const closed = one.closed.length
    ? el("div", { class: "closed" }, el("h3", {}, t("panel.closed")), ...one.closed.map((form) => formula(form.latex, true)))
    : null;
  return [
    closed,
    el("div", { class: "copies" }, copy(t("panel.copy_latex"), one.latex), copy(t("panel.copy_markdown"), one.markdown)),
    ...one.notes.map((note) => el("p", { class: "note" }, note)),
    list,
  ];
}

export const derivation = (): HTMLElement => answered<"derive">({ type: "derive" }, body);
