// The chosen tab in; its panel out, under a row of tabs that arrow keys walk.
import { batch, computed, effect } from "@preact/signals-core";
import { checks, reasons } from "../answers";
import { byId, el } from "../dom";
import { busy, element, lit, result, selected, sketch, stale, t, tab, type Tab } from "../state";
import { check } from "./check";
import { curve } from "./curve";
import { derivation } from "./derivation";
import { inspected } from "./inspector";
import { remember } from "./memory";
import { examine } from "./health";
import { leaf, paths } from "./paths";
import { why } from "./why";

const PANELS: Record<Tab, () => HTMLElement[]> = {
  inspect: inspected,
  derivation: () => [derivation()],
  paths: () => [paths()],
  check: () => [check()],
  why: () => [why()],
  health: () => [examine()],
  curve: () => [curve()],
  memory: () => [remember()],
};
const NAMES = Object.keys(PANELS) as Tab[];

function walk(event: KeyboardEvent): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  tab.value = NAMES[(NAMES.indexOf(tab.value) + by + NAMES.length) % NAMES.length] ?? "inspect";
  byId(`tab-${tab.value}`).focus();
}

/** Scroll the row of tabs alone to a tab: scrollIntoView would move the page, too. */
function show(row: HTMLElement, chosen: HTMLElement): void {
  const [left, right] = [chosen.offsetLeft - row.offsetLeft, chosen.offsetLeft - row.offsetLeft + chosen.offsetWidth];
  if (left < row.scrollLeft) row.scrollLeft = left;
  else if (right > row.scrollLeft + row.clientWidth) row.scrollLeft = right - row.clientWidth;
}

/** How many things a tab has to say before it is opened. */
function count(name: Tab): string {
  if (name === "why") return reasons.value?.reasons.length ? String(reasons.value.reasons.length) : "";
  if (name === "check" && checks.value?.leaves.length) return checks.value.leaves.some((one) => one.verdict === "disagrees") ? "✗" : checks.value.leaves.every((one) => one.verdict === "agrees") ? "✓" : "";
  return "";
}

/** A sketch is all there will be. */
const isStopped = computed(() => sketch.value !== null && busy.value === null);

/** What an element has become where a panel was drawn again, with more to say about the same. */
const sameIn = (panel: HTMLElement, was: Element | null): HTMLElement | undefined =>
  [...panel.querySelectorAll<HTMLElement>(was?.tagName ?? "button")].find((one) => one.textContent === was?.textContent);

export function mountTabs(): void {
  const panel = byId("panel");
  const buttons = NAMES.map((name) => el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", click: () => (tab.value = name), keydown: (event) => walk(event as KeyboardEvent) }));
  byId("tabs").append(...buttons);
  effect(() => {
    NAMES.forEach((name, k) => {
      const button = buttons[k];
      if (!button) return;
      const isChosen = tab.value === name;
      button.setAttribute("aria-selected", String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
      const said = count(name);
      button.replaceChildren(t(`panel.tab.${name}`), ...(said ? [el("span", { class: `count ${said === "✗" ? "bad" : ""}` }, said)] : []));
    });
    panel.setAttribute("aria-labelledby", `tab-${tab.value}`);
  });
  effect(() => show(byId("tabs"), byId(`tab-${tab.value}`)));
  let drawn = selected.peek();
  effect(() => {
    void [result.value, leaf.value, isStopped.value];
    const active = document.activeElement;
    const hadFocus = panel.contains(active);
    panel.replaceChildren(...PANELS[tab.value]());
    if (hadFocus) (drawn === selected.peek() && sameIn(panel, active) || panel).focus({ preventScroll: true });
    drawn = selected.peek();
    panel.classList.toggle("is-stale", stale.value);
  });
  let last = selected.value;
  effect(() => {
    if (selected.value === last) return;
    last = selected.value;
    panel.scrollTop = 0;
    batch(() => {
      if (selected.value !== null && tab.peek() !== "derivation") tab.value = "inspect";
      element.value = null;
      lit.value = [];
    });
  });
}
