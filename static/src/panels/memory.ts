// What every op keeps for backward in; a table, and a track under the timeline, out.
import { answered, memory } from "../answers";
import { el, svgElement } from "../dom";
import { shapeText } from "../numbers";
import { nodes, result, selected, steps, t, tab } from "../state";
import type { Memory, SavedAt } from "../types";
import { nameOf } from "./inspector";

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB"];
  let size = bytes, unit = -1;
  while (size >= 1024 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** Bytes kept after every step of the timeline: up where a node computes, down where it has sent. */
export function track(kept: Memory): number[] {
  const cards = new Set(steps.value.map((one) => one.node));
  const scopes = new Map(result.value?.graph.scopes.map((s) => [s.id, s.parent]) ?? []);
  const changes = new Map<string, number[]>();
  for (const one of kept.saved) {
    let card: string | null = one.node;
    if (!cards.has(card)) for (card = nodes.value.get(one.node)?.scope ?? null; card && !cards.has(card); ) card = scopes.get(card) ?? null;
    if (card) changes.set(card, [...(changes.get(card) ?? []), one.released ? one.bytes : -one.bytes]);
  }
  const last = new Map<string, number>();
  steps.value.forEach((one, k) => { if (one.kind === "backward" && one.node) last.set(one.node, k); });
  const held = new Set<string>();
  let now = 0;
  return steps.value.map((one, k) => {
    const saved = one.node ? changes.get(one.node) : undefined;
    if (saved && one.node) {
      if (one.kind === "forward" && !held.has(one.node)) {
        held.add(one.node);
        now += saved.reduce((sum, bytes) => sum + Math.abs(bytes), 0);
      } else if (one.kind === "backward" && last.get(one.node) === k && held.delete(one.node)) now -= saved.reduce((sum, bytes) => sum + Math.max(bytes, 0), 0);
    }
    return now;
  });
}

/** The track as a small area, one sample per step. */
export function trackPicture(kept: Memory): SVGElement {
  const levels = track(kept);
  const peak = Math.max(...levels, 1);
  const svg = svgElement("svg", { viewBox: `0 0 ${Math.max(levels.length - 1, 1)} 20`, preserveAspectRatio: "none", class: "memory-track", role: "img", "aria-label": t("panel.memory_track", { peak: bytesText(peak) }) });
  const path = levels.map((level, k) => `L${k} ${(20 - (level / peak) * 19).toFixed(2)}`).join("");
  svg.append(svgElement("path", { d: `M0 20${path}L${Math.max(levels.length - 1, 1)} 20Z` }));
  return svg;
}

function row(one: SavedAt, largest: number): HTMLElement {
  const node = nodes.value.get(one.node);
  const listed = one.tensors.map((x) => `${x.name} ${shapeText(x.shape)}${x.shared ? ` (${t("panel.shared")})` : ""}`).join(", ");
  const item = el("li", {},
    el("div", { class: "check-head" }, el("button", { type: "button", class: "link", click: () => { selected.value = one.node; tab.value = "inspect"; } }, node ? nameOf(node) : one.node), el("strong", {}, bytesText(one.bytes))),
    el("div", { class: "share" }, el("span", { class: "bar-of" })),
    el("p", { class: "statistics" }, listed, one.released ? "" : ` · ${t("panel.not_released")}`));
  item.style.setProperty("--share", `${Math.round((100 * one.bytes) / Math.max(largest, 1))}%`);
  return item;
}

function body(kept: Memory): (HTMLElement | null)[] {
  memory.value = kept;
  const largest = Math.max(...kept.saved.map((one) => one.bytes), 1);
  return [
    el("p", { class: "lead" }, t("panel.memory_lead", { peak: bytesText(kept.peak) })),
    el("ul", { class: "memory" }, ...kept.saved.map((one) => row(one, largest))),
    ...kept.notes.map((note) => el("p", { class: "note" }, note)),
  ];
}

export const remember = (): HTMLElement => answered<"remember">({ type: "remember" }, body);
