// A leaf in; second derivatives (or the Jacobian), and forward beside reverse mode, out.
import { answered } from "../answers";
import { el } from "../dom";
import { formula } from "../math";
import { flat, textOf } from "../numbers";
import { t } from "../state";
import type { Curvature } from "../types";
import { chooser, leaf } from "./paths";

function matrix(one: Curvature): HTMLElement {
  const items = flat(one.matrix);
  const largest = Math.max(...items.map((x) => (typeof x === "number" ? Math.abs(x) : 0)), 1e-30);
  const isDense = one.columns > 6;
  const table = el("div", { class: isDense ? "grid dense" : "grid", role: "img", "aria-label": items.slice(0, 64).map(textOf).join(", ") });
  table.style.setProperty("--columns", String(one.columns));
  for (const x of items) {
    const cell = el("span", { class: typeof x === "number" && x < 0 ? "negative" : "positive", title: String(x) }, isDense ? "" : textOf(x));
    cell.style.setProperty("--strength", `${Math.round((typeof x === "number" ? Math.abs(x) / largest : 0) * (isDense ? 100 : 55))}%`);
    table.append(cell);
  }
  return table;
}

const listed = (data: unknown): string => {
  const items = flat(data);
  return `[${items.slice(0, 8).map(textOf).join(", ")}${items.length > 8 ? ", …" : ""}]`;
};

function body(one: Curvature): (HTMLElement | null)[] {
  const row = (label: string, passes: number, numbers: string): HTMLElement =>
    el("tr", {}, el("th", { scope: "row" }, label), el("td", {}, numbers), el("td", {}, String(passes)));
  const head = el("tr", {}, ...["", t("panel.along_ones"), t("panel.passes")].map((text) => el("th", { scope: "col" }, text)));
  return [
    el("h3", {}, formula(`\\displaystyle ${one.latex}`), " ", el("span", { class: "soft" }, `${t(`panel.${one.kind}`)} ${one.rows}×${one.columns}`)),
    matrix(one),
    one.eigenvalues ? el("p", { class: "statistics" }, `${t("panel.eigenvalues")} ${listed(one.eigenvalues)}`) : null,
    el("table", { class: "modes" }, el("thead", {}, head), el("tbody", {},
      row(t("panel.forward_mode"), one.forward_passes, one.jvp === null ? "—" : listed(one.jvp)),
      row(t("panel.reverse_mode"), one.reverse_passes, listed(one.vjp)))),
    el("p", { class: "note" }, t("panel.passes_note")),
    ...one.notes.map((note) => el("p", { class: "note" }, note)),
  ];
}

export function curve(): HTMLElement {
  const choose = chooser();
  if (!leaf.value) return el("p", { class: "reason" }, t("panel.no_leaf"));
  return el("div", { class: "stack" }, choose, answered<"curve">({ type: "curve", leaf: leaf.value }, body));
}
