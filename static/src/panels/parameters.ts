// The parameters of a run in; a table of their sizes and gradients, out.
import { el } from "../dom";
import { brief, shapeText, textOf } from "../numbers";
import { nodes, selected, sketch, t } from "../state";
import type { Edge, Node, Tensor } from "../types";
import { badgeOf } from "./check";
import { nameOf } from "./inspector";
import { dotted, table, type Column } from "./table";

interface Row { node: Node; out: Tensor; after: Tensor | null }

const size = (x: unknown): number | null => (typeof x === "number" ? x : null);
const numbers = (text: string, kind: string): HTMLElement => el("span", { class: `number ${kind}` }, text);

const isSmall = (out: Tensor): boolean => out.value.numel <= 2 && out.value.data !== null;

function name(row: Row): HTMLElement {
  return el("div", { class: "two" }, el("button", { type: "button", class: "link", title: nameOf(row.node), click: () => (selected.value = row.node.id) }, ...dotted(nameOf(row.node))),
    row.out.shape.length ? el("span", { class: "soft" }, shapeText(row.out.shape)) : null);
}

function ratio(row: Row): number | null {
  const [up, down] = [size(row.out.gradient?.norm), size(row.out.value.norm)];
  return up === null || !down ? null : up / down;
}

/** Every parameter: value, gradient, what an optimizer made of it, and how the two compare. */
export function parameters(leaves: Node[], edges: Edge[]): HTMLElement {
  const updates = new Map(edges.flatMap((e) => {
    const target = nodes.value.get(e.target.node);
    return target?.op.endsWith(".step") ? [[e.source.node, target] as const] : [];
  }));
  const rows = leaves.flatMap((node) => {
    const out = node.outputs[0];
    return out ? [{ node, out, after: updates.get(node.id)?.outputs[0] ?? null }] : [];
  });
  // small tensors in full; or all by their norms, so that a column means one thing
  const isWhole = rows.every((row) => isSmall(row.out));
  const short = (value: Tensor["value"], shape: number[]): string => (isWhole ? brief(value, shape) : textOf(value.norm));
  const none = (row: Row): HTMLElement | string => sketch.value ? "—" : el("span", { class: "soft", title: t(`reason.${row.out.no_gradient ?? "no_backward"}`) }, "None");
  const columns: Column<Row>[] = [
    { key: "name", label: t("health.name"), value: (row) => nameOf(row.node), cell: name },
    { key: "value_norm", label: isWhole ? t("page.value") : "|w|", value: (row) => size(row.out.value.norm), cell: (row) => numbers(short(row.out.value, row.out.shape), "value") },
    { key: "gradient_norm", label: isWhole ? t("page.gradient") : "|∂|", value: (row) => size(row.out.gradient?.norm), cell: (row) => (row.out.gradient ? numbers(short(row.out.gradient, row.out.shape), "gradient") : none(row)) },
  ];
  if (updates.size) columns.push({ key: "updated_norm", label: t("page.updated"), value: (row) => size(row.after?.value.norm), cell: (row) => (row.after ? numbers(short(row.after.value, row.after.shape), "update") : "") });
  else columns.push({ key: "ratio", label: t("health.ratio"), value: ratio, cell: (row) => textOf(ratio(row)) });
  if (rows.some((row) => badgeOf(row.node.id))) columns.push({ key: "checked", label: "✓", title: t("panel.checked"), value: (row) => badgeOf(row.node.id)?.textContent ?? null, cell: (row) => badgeOf(row.node.id, true) ?? "" });
  return table(columns, rows, null, rows.length > 8 ? "parameters.csv" : "");
}
