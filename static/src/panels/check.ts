// The checks in; a badge for every leaf, out.
import { answered, checks } from "../answers";
import { el } from "../dom";
import { textOf } from "../numbers";
import { nodes, selected, t, tab } from "../state";
import type { Checks, LeafCheck } from "../types";
import { nameOf } from "./inspector";

const SIGNS = { agrees: "✓", disagrees: "✗", kink: "∧", unchecked: "?" };

/** A leaf's badge: the sign also says it, not only the colour; a short one leaves out the error. */
export function badge(one: LeafCheck, short = false): HTMLElement {
  const label = t(`panel.check.${one.verdict}`);
  return el("button", { type: "button", class: `badge ${one.verdict}`, title: describe(one), "aria-label": `${label}: ${describe(one)}`, click: () => (tab.value = "check") }, SIGNS[one.verdict], one.error === null || short ? null : ` ${textOf(one.error)}`);
}

export function badgeOf(node: string, short = false): HTMLElement | null {
  const found = checks.value?.leaves.find((one) => one.node === node);
  return found ? badge(found, short) : null;
}

function describe(one: LeafCheck): string {
  const parts = [t(`panel.check.${one.verdict}`)];
  if (one.error !== null) parts.push(t("panel.check.error", { error: textOf(one.error), relative: textOf(one.relative) }));
  if (one.step !== null) parts.push(t("panel.check.step", { step: textOf(one.step) }));
  if (one.directions) parts.push(t("panel.check.directions", { count: one.directions }));
  if (one.elements > 1) parts.push(t("panel.check.elements", { count: one.elements }));
  if (one.kinks.length) parts.push(t("panel.check.kinks", { places: one.kinks.slice(0, 4).map((k) => `[${k.join(", ")}]`).join(" ") }));
  if (one.note) parts.push(one.note);
  return parts.join(" · ");
}

function row(one: LeafCheck): HTMLElement {
  const leaf = nodes.value.get(one.node);
  const culprit = one.culprit ? nodes.value.get(one.culprit) : undefined;
  return el("li", {},
    el("div", { class: "check-head" }, el("button", { type: "button", class: "link", click: () => { selected.value = one.node; tab.value = "inspect"; } }, leaf ? nameOf(leaf) : one.node), badge(one)),
    el("p", { class: "statistics" }, describe(one)),
    culprit ? el("p", { class: "reason bad" }, t("panel.check.culprit"), " ", el("button", { type: "button", class: "link", click: () => { selected.value = culprit.id; tab.value = "inspect"; } }, `${nameOf(culprit)} (${culprit.op})`)) : null);
}

function body(all: Checks): (HTMLElement | null)[] {
  checks.value = all;
  return [
    el("p", { class: "lead" }, t("panel.check.lead")),
    el("ul", { class: "checks" }, ...all.leaves.map(row)),
    ...all.notes.map((note) => el("p", { class: "note" }, note)),
  ];
}

export const check = (): HTMLElement => answered<"check_gradients">({ type: "check_gradients" }, body);
