// The parts of a network's text in; controls, and a form that changes the text they stand in, out.
import { effect } from "@preact/signals-core";
import { run } from "../api";
import { byId, el } from "../dom";
import { boot, inputs, result, source, t } from "../state";
import type { Part } from "../types";
import { load } from "./editor";

/** The text between parts, and the parts' own texts. */
interface Pieces { between: string[]; texts: string[] }

function place(text: string, line: number, column: number): number {
  const rows = text.split(/\r\n|\r|\n/);
  let start = 0;
  for (let n = 1; n < line; n++) {
    start += rows[n - 1]?.length ?? 0;
    start += text.startsWith("\r\n", start) ? 2 : 1;
  }
  return start + [...(rows[line - 1] ?? "")].slice(0, column).join("").length;
}

function pieces(text: string, parts: Part[]): Pieces {
  const found: Pieces = { between: [], texts: [] };
  let end = 0;
  for (const { span } of parts) {
    const from = place(text, span.line, span.column);
    found.between.push(text.slice(end, from));
    end = place(text, span.end_line, span.end_column);
    found.texts.push(text.slice(from, end));
  }
  found.between.push(text.slice(end));
  return found;
}

function write({ between, texts }: Pieces): void {
  load(texts.reduce((all, text, k) => all + (between[k] ?? "") + text, "") + (between[texts.length] ?? ""));
}

/** Change the text by parts, and run it. */
function change(parts: Part[], how: (now: Pieces) => void): void {
  const now = pieces(source.value, parts);
  how(now);
  write(now);
}

function remove(now: Pieces, k: number): void {
  now.texts.splice(k, 1);
  if (k === 0) now.between.splice(1, 1);
  else now.between.splice(k, 1);
}

function swap(now: Pieces, a: number, b: number): void {
  [now.texts[a], now.texts[b]] = [now.texts[b] ?? "", now.texts[a] ?? ""];
}

/** What is written after a layer's word: its sizes and options. */
function argumentsOf(part: Part): string {
  return part.text.replace(/^[^\W\d]\w*\s*/u, "");
}

const layerText = (kind: string, rest: string): string => (kind === "input" ? rest : `${kind} ${rest}`.trim());
const icon = (text: string, label: string, disabled: boolean, click: () => void): HTMLElement =>
  el("button", { type: "button", class: "icon small", "aria-label": label, title: label, disabled, click }, text);

function layerRow(part: Part, k: number, parts: Part[]): HTMLElement {
  const write = (kind: string, rest: string): void => change(parts, (now) => void (now.texts[k] = layerText(kind, rest)));
  const field = el("input", { type: "text", value: argumentsOf(part), "aria-label": t("network.arguments", { name: part.name }), "data-key": `a${k}`, spellcheck: "false" });
  field.addEventListener("change", () => write(part.name, field.value));
  const kinds = part.name === "input" ? ["input"] : boot.layers;
  const select = el("select", { "aria-label": t("network.kind", { n: k + 1 }), "data-key": `k${k}` }, ...kinds.map((kind) => el("option", { selected: kind === part.name }, kind)));
  select.addEventListener("change", () => write(select.value, boot.defaults[select.value] ?? ""));
  const fixed = part.name === "input";
  return el("li", {}, el("span", { class: "soft" }, String(k + 1)), select, field,
    icon("↑", t("network.up", { name: part.name }), fixed || k === 0 || parts[k - 1]?.name === "input", () => change(parts, (now) => swap(now, k, k - 1))),
    icon("↓", t("network.down", { name: part.name }), fixed || k === parts.length - 1, () => change(parts, (now) => swap(now, k, k + 1))),
    icon("×", t("network.remove", { name: part.name }), fixed || parts.length < 3, () => change(parts, (now) => remove(now, k))));
}

/** A new layer comes before the loss, where there is one. */
function add(parts: Part[]): void {
  const last = parts[parts.length - 1];
  const k = last && boot.losses.includes(last.name) ? parts.length - 1 : parts.length;
  change(parts, (now) => {
    now.texts.splice(k, 0, "relu");
    now.between.splice(Math.max(k, 1), 0, ", ");
  });
}

function valueRow(part: Part, k: number, parts: Part[]): HTMLElement {
  const flag = part.name === "qkv_bias";
  const field = flag
    ? el("input", { type: "checkbox", checked: /true|^1/i.test(part.text), "data-key": `v${k}` })
    : el("input", { type: "number", value: Number(part.text.replaceAll("_", "")), step: part.name === "drop_rate" ? 0.05 : 1, min: 0, "data-key": `v${k}` });
  const json = /"\s*:\s*(true|false)\b/.test(source.value);
  field.addEventListener("change", () => {
    const text = flag ? String(field.checked) : field.value;
    change(parts, (now) => void (now.texts[k] = flag && !json ? (field.checked ? "True" : "False") : text));
  });
  return el("li", { class: "value" }, el("label", {}, el("code", {}, part.name), field));
}

function showForm(): void {
  const box = byId<HTMLDetailsElement>("form");
  const program = result.value?.graph.program;
  const parts = program?.language === "network" ? program.parts : [];
  box.hidden = !parts.length || program?.source !== source.value;
  if (box.hidden) return;
  const focused = (document.activeElement as HTMLElement | null)?.dataset["key"];
  const layered = parts[0]?.kind === "layer";
  box.replaceChildren(
    el("summary", {}, t(layered ? "network.form" : "network.values")),
    el("ol", {}, ...parts.map((part, k) => (layered ? layerRow(part, k, parts) : valueRow(part, k, parts)))),
    ...(layered ? [el("button", { type: "button", class: "quiet small", id: "add-layer", click: () => add(parts) }, `+ ${t("network.add")}`)] : []));
  if (focused) box.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
}

/** A control of a network: a switch or a whole number. */
export function control(name: string, value: unknown): HTMLElement {
  const flag = typeof value === "boolean";
  const field = el("input", flag ? { type: "checkbox", checked: value } : { type: "number", min: 1, step: 1, value: Number(value) });
  field.addEventListener("change", () => {
    if (!flag && !(field.valueAsNumber >= 1)) return;
    inputs.value = { ...inputs.value, [name]: flag ? field.checked : field.valueAsNumber };
    run();
  });
  return el("label", { class: "control", "data-control": name }, t(`network.${name}`), field);
}

export function mountNetwork(): void {
  effect(showForm);
}
