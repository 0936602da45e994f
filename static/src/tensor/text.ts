// A slice and what is known of its tensor in; sentences, a table and texts to copy, out.
import { el } from "../dom";
import { textOf } from "../numbers";
import { t } from "../state";
import type { Sliced, Value } from "../types";
import { elementAt, type Window } from "./window";

/** Rows and columns of the table beside the picture. */
const TABLE = 16;

/** Which elements are shown, dimension by dimension, as the answer itself says. */
export function shownText(sliced: Sliced, window: Window): string {
  const one = (d: number): string => {
    const [index, size] = [sliced.index[d], sliced.whole[d] ?? 0];
    if (!Array.isArray(index)) return t("tensor.shown_one", { dimension: d, index: index ?? 0 });
    const [start, stop, step] = index as [number, number, number];
    const count = Math.max(0, Math.ceil((stop - start) / step));
    const side = d === window.rows ? t("tensor.rows") : t("tensor.columns");
    if (count === size) return t("tensor.shown_all", { side, size });
    const words = { side, size, first: start, last: start + Math.max(0, count - 1) * step, step };
    return t(step === 1 ? "tensor.shown_range" : "tensor.shown_every", words);
  };
  return sliced.whole.map((_, d) => one(d)).join(" · ");
}

/** A number as Python and CSV write it. */
const plain = (x: unknown): string => (typeof x === "boolean" ? (x ? "True" : "False") : String(x));
export const csvOf = (matrix: unknown[][]): string => matrix.map((row) => row.map(plain).join(",")).join("\n") + "\n";

export function pythonOf(matrix: unknown[][], dtype: string): string {
  const one = (x: unknown): string => (x === "nan" || x === "inf" || x === "-inf" ? `float("${x}")` : plain(x).replace(/^\((.*)\)$/, "$1"));
  return `torch.tensor([${matrix.map((row) => `[${row.map(one).join(", ")}]`).join(",\n              ")}], dtype=torch.${dtype})`;
}

export function table(matrix: unknown[][], window: Window): HTMLElement {
  const along = (row: number, column: number, d: number): string => String(elementAt(window, row, column)[d] ?? "");
  const rows = matrix.slice(0, TABLE);
  const head = el("tr", {}, el("td", {}), ...(rows[0] ?? []).slice(0, TABLE).map((_, k) => el("th", { scope: "col" }, along(0, k, window.columns))));
  const lines = rows.map((row, i) => el("tr", {}, el("th", { scope: "row" }, along(i, 0, window.rows)), ...row.slice(0, TABLE).map((x) => el("td", { title: plain(x) }, textOf(x)))));
  const left = matrix.length > TABLE || (matrix[0]?.length ?? 0) > TABLE;
  return el("details", { class: "elements" }, el("summary", {}, t("tensor.table")),
    left && el("p", { class: "statistics" }, t("tensor.table_some", { count: TABLE })),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("tensor.table") }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...lines))));
}

/** Every statistic with its name; ≈ where a sample stands for the whole. */
export function statistics(value: Value): HTMLElement {
  const about = value.approximate ? "≈ " : "";
  const named: [string, unknown][] = [["tensor.min", value.min], ["tensor.max", value.max], ["tensor.mean", value.mean], ["tensor.std", value.std], ["tensor.norm", value.norm], ["tensor.zeros", value.zero], ["NaN", value.nan], ["∞", value.inf]];
  const rows = named.filter(([, x]) => x !== null).map(([name, x]) =>
    el("div", {}, el("dt", {}, name.includes(".") ? t(name) : name), el("dd", { title: `${about}${plain(x)}` }, `${about}${textOf(x)}`)));
  return el("dl", { class: "measures" }, ...rows);
}
