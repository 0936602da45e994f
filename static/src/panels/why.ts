// The reasons in; what is wrong with the gradients, with paths, remedies and a profile, out.
import { answered, reasons } from "../answers";
import { el } from "../dom";
import { lit, selected, t, tab } from "../state";
import type { Reason, Reasons } from "../types";
import { reveal } from "./editor";
import { profile } from "./profile";

function row(one: Reason): HTMLElement {
  const light = (): void => void (lit.value = [...one.nodes, ...one.edges]);
  const item = el("li", { class: one.severity, pointerenter: light, focusin: light, pointerleave: () => (lit.value = []) },
    el("p", {}, one.message), el("p", { class: "remedy" }, one.hint));
  const first = one.nodes[one.nodes.length - 1];
  const links = el("div", { class: "copies" });
  if (first) links.append(el("button", { type: "button", class: "quiet small", click: () => { selected.value = first; tab.value = "inspect"; lit.value = [...one.nodes, ...one.edges]; } }, t("panel.show_path")));
  const span = one.span;
  if (span) links.append(el("button", { type: "button", class: "quiet small", click: () => reveal(span) }, t("page.line", { line: span.line })));
  item.append(links);
  return item;
}

function body(all: Reasons): (HTMLElement | null)[] {
  reasons.value = all;
  const list = all.reasons.length
    ? el("ul", { class: "reasons" }, ...all.reasons.map(row))
    : el("p", { class: "reason good" }, t("panel.nothing_wrong"));
  return [list, profile(all.profile)];
}

export const why = (): HTMLElement => answered<"why">({ type: "why" }, body);
