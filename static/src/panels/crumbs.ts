// The chosen node or scope in; the way to it from the outermost module, out.
import { effect } from "@preact/signals-core";
import { fold, openBelow } from "../api";
import { byId, el } from "../dom";
import { centre } from "../stage";
import { nodes, result, selected, t, view } from "../state";
import type { Scope } from "../types";

/** A scope and all around it, outermost first. */
export function around(id: string | null): Scope[] {
  const scopes = new Map(result.value?.graph.scopes.map((one) => [one.id, one]) ?? []);
  const found: Scope[] = [];
  for (let scope = id ? scopes.get(id) : undefined; scope && !found.includes(scope); scope = scope.parent ? scopes.get(scope.parent) : undefined) found.unshift(scope);
  return found;
}

const isOpen = (scope: Scope): boolean => view.value?.picture.marks.some((mark) => mark.id === `${scope.id}.scope`) ?? false;

function crumb(scope: Scope): HTMLElement {
  const open = isOpen(scope);
  const name = scope.type === "iteration" ? `[${scope.name}]` : scope.name;
  return el("li", {},
    el("button", { type: "button", class: "quiet small", title: `${scope.path} (${scope.type})`, click: () => centre(`${scope.id}.scope`) }, name),
    open ? el("button", { type: "button", class: "icon small", "aria-label": t("crumbs.fold", { name: scope.path }), title: t("crumbs.fold", { name: scope.path }), click: () => fold(scope.id, false) }, "⊖") : null,
    open ? el("button", { type: "button", class: "icon small", "aria-label": t("crumbs.below", { name: scope.path }), title: t("crumbs.below", { name: scope.path }), click: () => openBelow(scope.id) }, "⊕") : null);
}

export function mountCrumbs(): void {
  effect(() => {
    const node = selected.value ? nodes.value.get(selected.value) : undefined;
    const path = around(node?.scope ?? null);
    const text = view.value?.picture.abridged ?? "";
    const box = byId("crumbs");
    box.hidden = !text && !path.length;
    const all = view.value?.picture.marks.some((mark) => mark.kind === "folded") ? el("button", { type: "button", class: "quiet small", title: t("crumbs.everything"), click: () => openBelow("") }, t("crumbs.open_all")) : null;
    box.replaceChildren(path.length ? el("ol", {}, ...path.map(crumb)) : el("span", {}, text), ...(all && !path.length ? [all] : []));
  });
}
