// Words typed after `/` in; nodes and scopes of the whole run, also inside folds, out.
import { find, reveal } from "../api";
import { byId, el } from "../dom";
import { shapeText } from "../numbers";
import { t } from "../state";
import type { Hit } from "../types";

let hits: Hit[] = [];
let chosen = 0;

function option(hit: Hit, k: number): HTMLElement {
  const shape = hit.shape?.length ? shapeText(hit.shape) : "";
  return el("li", { role: "option", id: `hit-${k}`, "aria-selected": k === chosen ? "true" : "false", click: () => go(hit) },
    el("strong", {}, hit.name || hit.op),
    hit.op && hit.op !== hit.name ? el("span", { class: "chip" }, hit.op) : null,
    shape ? el("span", { class: "soft" }, shape) : null,
    el("span", { class: "soft path" }, hit.path));
}

function go(hit: Hit | undefined): void {
  if (!hit) return;
  byId<HTMLDialogElement>("search").close();
  byId("stage").focus();
  reveal(hit.node ?? hit.scope ?? "");
}

/** Open the search field over the stage. */
export function openSearch(): void {
  const dialog = byId<HTMLDialogElement>("search");
  const list = el("ul", { role: "listbox", id: "hits", "aria-label": t("search.hits") });
  const count = el("p", { class: "soft", role: "status" }, t("search.hint"));
  const field = el("input", { type: "search", role: "combobox", "aria-expanded": "true", "aria-controls": "hits", placeholder: t("help.search"), "aria-label": t("help.search") });
  let asked = 0;
  const draw = (): void => {
    chosen = Math.max(0, Math.min(chosen, hits.length - 1));
    list.replaceChildren(...hits.map(option));
    field.setAttribute("aria-activedescendant", hits.length ? `hit-${chosen}` : "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  field.addEventListener("input", () => {
    const turn = ++asked;
    void find(field.value).then((found) => {
      if (turn !== asked) return;
      [hits, chosen] = [found.hits, 0];
      count.textContent = !field.value.trim() ? t("search.hint") : found.total ? t("search.count", { count: found.total.toLocaleString() }) : t("search.none");
      draw();
    });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") chosen++;
    else if (event.key === "ArrowUp") chosen--;
    else if (event.key !== "Enter") return;
    event.preventDefault(); // or Enter presses the button that gets the focus back
    if (event.key === "Enter") go(hits[chosen]);
    else draw();
  });
  hits = [];
  dialog.replaceChildren(field, count, list);
  dialog.showModal();
  field.focus();
}

export function mountSearch(): void {
  byId("search").addEventListener("click", (event) => {
    if (event.target === byId("search")) byId<HTMLDialogElement>("search").close();
  });
}
