// Rows and columns in; a table that sorts by a click, filters by name and saves as CSV, out.
import { el } from "../dom";
import { t } from "../state";

/** `value` sorts and is what a CSV gets; `cell` is what is seen; `title` says a short `label` in full. */
export interface Column<Row> { key: string; label: string; title?: string; value: (row: Row) => string | number | null; cell?: (row: Row) => HTMLElement | string }
export interface Sorting { key: string; down: boolean }

/** A path that may break after its dots. */
export const dotted = (path: string): (Node | string)[] => path.split(/(?<=\.)/).flatMap((part, k) => (k ? [el("wbr"), part] : [part]));

/** Rows drawn at once. */
const DRAWN = 60;

export function compared(a: string | number | null, b: string | number | null, down: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1; // nothing comes last both ways
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
  return down ? -order : order;
}

export function csvOf<Row>(columns: Column<Row>[], rows: Row[]): string {
  const quoted = (x: string | number | null): string => {
    const text = x === null ? "" : String(x);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.map((c) => quoted(c.key)), ...rows.map((row) => columns.map((c) => quoted(c.value(row))))].map((line) => line.join(",")).join("\n") + "\n";
}

export function save(name: string, text: string, type = "text/csv"): void {
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The first column names the row; `file` is what a CSV is called, none where there is nothing to save. */
export function table<Row>(columns: Column<Row>[], rows: Row[], sorting: Sorting | null, file = ""): HTMLElement {
  let order = sorting;
  let wanted = "";
  const body = el("tbody");
  const more = el("p", { class: "statistics" });
  const heads = columns.map((column) => {
    const button = el("button", { type: "button", class: "sort", title: t("health.sort", { name: column.title ?? column.label }), "aria-label": column.title ?? null, click: () => {
      order = { key: column.key, down: order?.key === column.key ? !order.down : column !== columns[0] };
      draw();
    } }, column.label);
    return el("th", { scope: "col" }, button);
  });
  const matching = (): Row[] => rows.filter((row) => String(columns[0]?.value(row) ?? "").toLowerCase().includes(wanted));
  const draw = (): void => {
    const now = order;
    const by = columns.find((column) => column.key === now?.key);
    const found = matching();
    if (by && now) found.sort((a, b) => compared(by.value(a), by.value(b), now.down));
    body.replaceChildren(...found.slice(0, DRAWN).map((row) => el("tr", {}, ...columns.map((column, k) => {
      const content = column.cell?.(row) ?? String(column.value(row) ?? "—");
      return k ? el("td", {}, content) : el("th", { scope: "row" }, content);
    }))));
    heads.forEach((head, k) => head.setAttribute("aria-sort", columns[k] === by && now ? (now.down ? "descending" : "ascending") : "none"));
    more.textContent = found.length > DRAWN ? t("health.more", { count: (found.length - DRAWN).toLocaleString() }) : "";
  };
  const field = el("input", { type: "search", placeholder: t("health.filter"), "aria-label": t("health.filter") });
  field.addEventListener("input", () => { wanted = field.value.toLowerCase(); draw(); });
  draw();
  const tools = el("div", { class: "table-tools" },
    rows.length > 8 ? field : null,
    file ? el("button", { type: "button", class: "quiet small", click: () => save(file, csvOf(columns, rows)) }, t("health.csv")) : null);
  return el("div", { class: "stack" }, tools.childElementCount ? tools : null, el("div", { class: "scroll" }, el("table", { class: "sortable" }, el("thead", {}, el("tr", {}, ...heads)), body)), more);
}
