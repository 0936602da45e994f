// A window onto a tensor in; the controls that choose its rows, columns and other indices, out.
import { el } from "../dom";
import { t } from "../state";
import { isClose, isWhole, moved, whole, zoomed, type Window } from "./window";

type Change = (next: Window) => void;

/** Which dimension runs along one side. */
function side(window: Window, which: "rows" | "columns", change: Change): HTMLElement {
  const select = el("select", { id: `tensor-${which}` });
  window.shape.forEach((size, d) => select.append(el("option", { value: d, selected: window[which] === d }, t("tensor.dimension", { dimension: d, size }))));
  select.addEventListener("change", () => {
    const chosen = Number(select.value);
    const other = which === "rows" ? window.columns : window.rows;
    const swapped = chosen === other ? window[which] : other;
    change(which === "rows" ? whole(window.shape, chosen, swapped, window.at) : whole(window.shape, swapped, chosen, window.at));
  });
  return el("label", {}, t(`tensor.${which}`), select);
}

/** The index along a dimension that is neither. */
function slider(window: Window, dimension: number, change: Change): HTMLElement {
  const last = (window.shape[dimension] ?? 1) - 1;
  const value = window.at[dimension] ?? 0;
  const name = t("tensor.index", { dimension });
  const set = (input: HTMLInputElement) => (): void => change({ ...window, at: window.at.map((old, d) => (d === dimension ? Math.max(0, Math.min(last, Math.trunc(Number(input.value) || 0))) : old)) });
  const range = el("input", { type: "range", min: 0, max: last, value, "aria-label": name });
  const number = el("input", { type: "number", min: 0, max: last, value, "aria-label": name });
  range.addEventListener("input", () => (number.value = range.value));
  range.addEventListener("change", set(range));
  number.addEventListener("change", set(number));
  return el("div", { class: "slider" }, el("span", {}, name), range, number, el("span", { class: "soft" }, t("tensor.of", { size: last + 1 })));
}

export function controls(window: Window, cursor: [number, number], change: Change): HTMLElement {
  const button = (text: string, name: string, off: boolean, act: () => void): HTMLElement => el("button", { type: "button", class: "quiet small", "aria-label": t(name), title: t(name), disabled: off, click: act }, text);
  const all = isWhole(window);
  const others = window.shape.map((size, d) => (d === window.rows || d === window.columns || size < 2 ? null : slider(window, d, change)));
  return el("div", { class: "controls" },
    window.shape.length > 1 && el("div", { class: "sides" }, side(window, "rows", change), side(window, "columns", change)),
    ...others,
    all && isClose(window) ? null : el("div", { class: "moves", role: "group", "aria-label": t("page.zoom") },
      button("+", "tensor.closer", isClose(window), () => change(zoomed(window, 0.5, ...cursor))),
      button("−", "tensor.further", all, () => change(zoomed(window, 2, ...cursor))),
      button("⤢", "tensor.whole", all, () => change(whole(window.shape, window.rows, window.columns, window.at))),
      button("←", "tensor.left", all, () => change(moved(window, 0, -0.5))), button("→", "tensor.right", all, () => change(moved(window, 0, 0.5))),
      button("↑", "tensor.up", all, () => change(moved(window, -0.5, 0))), button("↓", "tensor.down", all, () => change(moved(window, 0.5, 0)))));
}
