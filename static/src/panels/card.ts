// A node or an edge in; its chain-rule card out: symbols above, numbers below.
import { answered } from "../answers";
import { el } from "../dom";
import { formula } from "../math";
import { brief } from "../numbers";
import { t } from "../state";
import type { Card, Line, Value } from "../types";

function chip(label: string, value: Value | null, kind: string): HTMLElement {
  return el("div", { class: `factor ${kind}` }, el("span", { class: "factor-name" }, label), el("span", { class: "factor-number" }, value ? brief(value, value.numel === 1 ? [] : [value.numel]) : "—"));
}

/** upstream × local = contribution, as three boxes. */
function factors(card: Card): HTMLElement | null {
  if (!card.contribution || !card.upstream) return null;
  const row = el("div", { class: "factors" }, chip(t("panel.upstream"), card.upstream, "backward"));
  if (card.local) row.append(el("span", { class: "sign" }, "×"), chip(t("panel.local"), card.local, "local"));
  else row.append(el("span", { class: "sign" }, "→"), chip(t("panel.vjp"), null, "local"));
  row.append(el("span", { class: "sign" }, "="), chip(t("panel.contribution"), card.contribution, "backward strong"));
  return card.local ? row : null;
}

function line(one: Line): HTMLElement {
  return el("div", { class: `line line-${one.role}` }, el("span", { class: "line-role" }, t(`panel.line.${one.role}`)), formula(one.latex, true));
}

/** The lines of a card, one label for neighbours of the same role. */
function lines(all: Line[]): HTMLElement {
  const block = el("div", { class: "lines" });
  let last = "";
  for (const one of all) {
    const written = line(one);
    if (one.role === last) written.classList.add("again");
    last = one.role;
    block.append(written);
  }
  return block;
}

export function cardBody(card: Card): (HTMLElement | null)[] {
  return [
    factors(card),
    lines(card.lines),
    ...card.notes.map((note) => el("p", { class: "note" }, note)),
    card.doc ? el("a", { class: "doc", href: card.doc, target: "_blank", rel: "noopener" }, `torch: ${card.op}`) : null,
  ];
}

export const edgeCard = (edge: string, element: number[] | null): HTMLElement =>
  el("section", { class: "card-panel" }, answered<"edge_card">({ type: "edge_card", edge, element }, cardBody));

export const nodeCard = (node: string, output: number): HTMLElement =>
  el("section", { class: "card-panel" }, answered<"node_card">({ type: "node_card", node, output, element: null }, (card) => (card.lines.length || card.notes.length ? cardBody(card) : [])));
