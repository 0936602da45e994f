// A leaf in; every path to the root with its share of the gradient, out.
import { signal } from "@preact/signals-core";
import { answered } from "../answers";
import { el } from "../dom";
import { formula } from "../math";
import { textOf } from "../numbers";
import { lit, result, t } from "../state";
import type { Path, Paths } from "../types";
import { nameOf } from "./inspector";

export const leaf = signal<string | null>(null);

/** The leaves a backward pass reached. */
export function leaves(): { id: string; name: string }[] {
  return (result.value?.graph.nodes ?? []).filter((n) => n.is_leaf && n.outputs[0]?.gradient).map((n) => ({ id: n.id, name: nameOf(n) }));
}

export function chooser(): HTMLElement {
  const all = leaves();
  if (!all.some((one) => one.id === leaf.value)) leaf.value = all[0]?.id ?? null;
  const select = el("select", { id: "leaf", change: () => (leaf.value = select.value) });
  for (const one of all) select.append(el("option", { value: one.id, selected: one.id === leaf.value }, one.name));
  return el("label", { class: "chooser" }, el("span", {}, t("panel.leaf")), select);
}

function row(path: Path, largest: number): HTMLElement {
  const size = typeof path.share === "number" ? Math.abs(path.share) / largest : 0;
  const light = (): void => void (lit.value = [...path.nodes, ...path.edges]);
  const item = el("li", { tabindex: 0, pointerenter: light, focusin: light, pointerleave: () => (lit.value = []), focusout: () => (lit.value = []) },
    el("div", { class: "share" }, el("span", { class: "bar-of" }), el("strong", {}, textOf(path.share))), formula(path.latex, true),
    path.product ? el("div", { class: "below" }, formula(path.product, true)) : null);
  item.style.setProperty("--share", `${Math.round(size * 100)}%`);
  return item;
}

function body(paths: Paths): (HTMLElement | null)[] {
  const largest = Math.max(...paths.paths.map((path) => (typeof path.share === "number" ? Math.abs(path.share) : 0)), 1e-30);
  const count = paths.count === "1" ? t("panel.one_path") : t("panel.many_paths", { count: Number(paths.count) < 1e15 ? Number(paths.count).toLocaleString() : paths.count });
  return [
    el("p", { class: "lead" }, count),
    el("ol", { class: "paths" }, ...paths.paths.map((path) => row(path, largest))),
    el("dl", { class: "facts" },
      el("div", { class: "row" }, el("dt", {}, paths.is_complete ? t("panel.sum_of_all") : t("panel.sum_of_shown")), el("dd", {}, textOf(paths.shown))),
      el("div", { class: "row" }, el("dt", {}, paths.is_norm ? t("panel.gradient_norm") : t("page.gradient")), el("dd", { class: "backward" }, textOf(paths.total)))),
    ...paths.notes.map((note) => el("p", { class: "note" }, note)),
  ];
}

export function paths(): HTMLElement {
  const choose = chooser();
  if (!leaf.value) return el("p", { class: "reason" }, t("panel.no_leaf"));
  return el("div", { class: "stack" }, choose, answered<"paths_between">({ type: "paths_between", leaf: leaf.value }, body));
}
