// How the network is doing, in; a profile, its units, its costs and its parameters, out.
import { answered, health } from "../answers";
import { el } from "../dom";
import { shapeText, textOf } from "../numbers";
import { heat, lit, selected, t, tab, wanted } from "../state";
import { reveal } from "../api";
import type { Health, OpCost, ParameterHealth, ScopeCost, Units } from "../types";
import { compare } from "./compare";
import { bytesText } from "./memory";
import { profile } from "./profile";
import { dotted, table, type Column } from "./table";

const FLOPS = ["", "k", "M", "G", "T", "P"];

export function flopsText(flops: number | null): string {
  if (flops === null) return "—";
  let size = flops, unit = 0;
  while (size >= 1000 && unit < FLOPS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${textOf(Number(size.toPrecision(3)))} ${FLOPS[unit]}FLOP`;
}

/** Open what hides a node and select it. */
function go(node: string): void {
  tab.value = "inspect";
  selected.value = node;
  wanted.value = node;
  reveal(node);
}

const link = (text: string, node: string, under = ""): HTMLElement =>
  el("div", { class: "two" }, el("button", { type: "button", class: "link", title: text, click: () => go(node) }, ...dotted(text)), under ? el("span", { class: "soft" }, ...dotted(under)) : null);

function unit(one: Units): HTMLElement {
  const share = typeof one.share === "number" ? one.share : 0;
  const item = el("li", { pointerenter: () => (lit.value = [one.node]), pointerleave: () => (lit.value = []) },
    el("div", { class: "check-head" }, link(one.name, one.node), el("strong", {}, one.kind === "entropy" ? textOf(Number(share.toPrecision(3))) : `${Math.round(100 * share)} %`)),
    el("div", { class: "share" }, el("span", { class: `bar-of ${one.kind}` }), el("span", { class: "soft" }, t(`health.${one.kind}`))));
  item.style.setProperty("--share", `${Math.round(100 * share)}%`);
  return item;
}

function units(all: Units[]): HTMLElement | null {
  if (!all.length) return null;
  const some = all.filter((one) => one.kind === "entropy" || Number(one.share) > 0);
  const worst = [...some].sort((a, b) => Number(b.share) - Number(a.share)).slice(0, 12);
  const none = all.length - some.length;
  return el("section", { class: "stack" }, el("h3", {}, t("health.units")),
    worst.length ? el("ul", { class: "memory units" }, ...worst.map(unit)) : null,
    none ? el("p", { class: "statistics" }, t("health.units_zero", { count: none })) : null);
}

const ms = (x: number | null): string => (x === null ? "—" : textOf(Number(x.toPrecision(3))));
const opName = (op: OpCost): string => (op.path ? `${op.path} · ${op.name}` : op.name);

function ops(all: OpCost[]): HTMLElement {
  const columns: Column<OpCost>[] = [
    { key: "op", label: t("health.name"), value: opName, cell: (op) => link(op.name, op.node, op.path) },
    { key: "ms", label: t("health.ms"), value: (op) => op.ms, cell: (op) => ms(op.ms) },
    { key: "flop", label: t("health.flops"), value: (op) => op.flops, cell: (op) => flopsText(op.flops).replace("FLOP", "") },
    { key: "bytes", label: t("health.bytes"), value: (op) => op.bytes, cell: (op) => bytesText(op.bytes) },
  ];
  return el("details", { open: true }, el("summary", {}, t("health.slowest")), table(columns, all, { key: "ms", down: true }, "ops.csv"));
}

function scopes(all: ScopeCost[]): HTMLElement | null {
  if (!all.length) return null;
  const columns: Column<ScopeCost>[] = [
    { key: "module", label: t("health.name"), value: (one) => one.path, cell: (one) => link(one.path, one.scope, one.type) },
    { key: "parameters", label: t("health.count"), value: (one) => one.parameters, cell: (one) => (one.parameters ? one.parameters.toLocaleString() : "—") },
    { key: "ms", label: t("health.ms"), value: (one) => one.ms, cell: (one) => ms(one.ms) },
    { key: "flop", label: t("health.flops"), value: (one) => one.flops, cell: (one) => flopsText(one.flops || null).replace("FLOP", "") },
    { key: "bytes", label: t("health.bytes"), value: (one) => one.bytes, cell: (one) => bytesText(one.bytes) },
  ];
  return el("details", {}, el("summary", {}, t("health.scopes")), table(columns, all, null, "modules.csv"));
}

const size = (x: unknown): number | null => (typeof x === "number" ? x : null);

function weights(all: ParameterHealth[]): (HTMLElement | null)[] {
  if (!all.length) return [null];
  const without = all.filter((one) => one.gradient === null);
  const isUpdate = all.some((one) => one.is_update);
  const columns: Column<ParameterHealth>[] = [
    { key: "name", label: t("health.name"), value: (one) => one.name, cell: (one) => link(one.name, one.node, shapeText(one.shape)) },
    { key: "value_norm", label: "|w|", value: (one) => size(one.norm), cell: (one) => textOf(one.norm) },
    { key: "gradient_norm", label: "|∂|", value: (one) => size(one.gradient), cell: (one) => (one.gradient === null ? el("span", { class: "soft", title: t(`reason.${one.reason ?? "no_backward"}`) }, "—") : el("span", { class: "number gradient" }, textOf(one.gradient))) },
    { key: isUpdate ? "update_ratio" : "gradient_ratio", label: t(isUpdate ? "health.update_ratio" : "health.ratio"), value: (one) => size(one.ratio), cell: (one) => textOf(one.ratio) },
  ];
  return [el("details", { open: true }, el("summary", {}, t("health.parameters")),
    without.length ? el("p", { class: "reason" }, t("health.without", { count: without.length, total: all.length }), ": ", without.slice(0, 6).map((one) => one.name).join(", "), without.length > 6 ? " …" : "") : null,
    table(columns, all, null, "parameters.csv"))];
}

const HEATS = ["none", "ms", "flops", "bytes", "gradient"] as const;

/** Which number colours the cards. */
function heats(): HTMLElement {
  const select = el("select", { id: "heat", "aria-label": t("health.heat") }, ...HEATS.map((one) => el("option", { value: one, selected: heat.peek() === one }, one === "none" || one === "gradient" ? t(`health.heat_${one}`) : t(`health.${one}`))));
  select.addEventListener("change", () => void (heat.value = select.value as (typeof HEATS)[number]));
  return el("label", { class: "chooser" }, t("health.heat"), select);
}

function body(all: Health): (HTMLElement | null)[] {
  health.value = all;
  return [
    el("p", { class: "lead" }, t(all.flops ? "health.lead" : "health.lead_unpriced", { ops: all.ops.length.toLocaleString(), flops: flopsText(all.flops), ms: ms(all.ms) })),
    heats(), profile(all.profile), units(all.units), ...weights(all.parameters), ops(all.ops), scopes(all.scopes), compare(all),
    ...all.notes.map((note) => el("p", { class: "note" }, note)),
  ];
}

export const examine = (): HTMLElement => answered<"examine">({ type: "examine" }, body);
