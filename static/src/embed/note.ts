// The card or edge a person chose in; its numbers in full, out.
import { effect } from "@preact/signals-core";
import { byId, el } from "../dom";
import { isMasked, ownerOf, reveal } from "./masks";
import { elementOf } from "./picture";
import { open, reel, revealed, t } from "./reel";
import type { Numbers } from "../types";

/** A tensor; covered like the line on the card that shows it. */
function numbers(one: Numbers, owner: string): HTMLElement {
  const mark = `${owner}.${one.kind}`;
  const text = isMasked(mark)
    ? el("button", { type: "button", class: "masked", "aria-label": `${one.label}: ${t("reel.hidden")}`, click: () => reveal(mark) }, "?")
    : el("pre", { class: one.kind, tabindex: 0, "aria-label": one.label }, one.text);
  return el("div", {}, el("h3", {}, one.label), text);
}

export function mountNote(): void {
  const sheet = byId<HTMLDialogElement>("note");
  let from = "";
  effect(() => {
    void revealed.value;
    const note = open.value ? reel.notes[open.value.note] : undefined;
    if (!open.value || !note) {
      if (sheet.open) sheet.close();
      return;
    }
    const owner = ownerOf(open.value.mark);
    const isNameless = isMasked(`${owner}.name`);
    from = open.value.mark;
    sheet.setAttribute("aria-label", t("reel.numbers", { name: isNameless ? "?" : note.title }));
    sheet.replaceChildren(
      el("header", {}, el("h2", {}, isNameless ? "?" : note.title), el("button", { type: "button", class: "close", "aria-label": t("page.close"), click: () => (open.value = null) }, "×")),
      el("p", { class: "soft" }, note.about),
      ...(note.code && !isNameless ? [el("p", { class: "code" }, el("span", { class: "soft" }, String(note.line)), el("code", {}, note.code))] : []),
      ...note.numbers.map((one) => numbers(one, owner)),
      ...(note.reason ? [el("p", { class: "soft" }, note.reason)] : []),
    );
    if (!sheet.open) sheet.show();
  });
  sheet.addEventListener("close", () => {
    open.value = null;
    elementOf(from)?.focus({ preventScroll: true });
  });
}
