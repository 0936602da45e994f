// The payload in the page and the wishes in its address in; what the small player shows, as signals, out.
import { computed, signal } from "@preact/signals-core";
import { byId } from "../dom";
import type { Reel } from "../types";

export type Hidden = "values" | "gradients" | "names" | "text";

export const reel = JSON.parse(byId("reel").textContent ?? "{}") as Reel;
export const last = reel.steps.length - 1;

const query = new URLSearchParams(location.search);
const isOn = (name: string): boolean => /^(1|true|yes)$/.test(query.get(name) ?? "");
const hides = new Set((query.get("hide") ?? "").split(/[\s,]+/));

/** What the address asks for; anything it cannot mean is passed over. */
export const wishes = {
  theme: query.get("theme"),
  title: query.get("title") ?? reel.title,
  autoplay: isOn("autoplay"),
  loop: isOn("loop"),
  controls: !/^(0|false|no)$/.test(query.get("controls") ?? "") && !hides.has("controls"),
  speed: Math.min(8, Math.max(0.1, Number(query.get("speed")) || 1)),
  zoom: Math.min(4, Math.max(0, Number(query.get("zoom")) || 0)),
  clear: query.get("background") === "transparent",
  hide: new Set((["values", "gradients", "names", "text"] as Hidden[]).filter((name) => hides.has(name))),
  start: firstStep(query.get("step")),
};

/** A step's number, `last`, or one counted from the end; films that start by themselves start at 0. */
function firstStep(wanted: string | null): number {
  if (wanted === null) return isOn("autoplay") ? 0 : clamped(reel.start);
  return /^-?\d{1,9}$/.test(wanted) ? clamped(Number(wanted)) : last;
}

/** A step that exists; negative ones count from the end. */
function clamped(step: number): number {
  return Math.max(0, Math.min(last, step < 0 ? last + 1 + step : step));
}

/** Who moved the player last: the person in front of it, its own clock, or the page around it. */
export type Cause = "viewer" | "clock" | "parent";

export const step = signal(wishes.start);
export const playing = signal(false);
export const cause = signal<Cause>("clock");
/** Masked marks the person has uncovered, and the steps whose sentence is. */
export const revealed = signal<ReadonlySet<string>>(new Set());
/** Whose numbers are open: a key of `reel.notes`, with the mark it was opened from. */
export const open = signal<{ note: string; mark: string } | null>(null);
export const now = computed(() => reel.steps[step.value]);

/** The sentence for a key, {names} filled in. */
export function t(key: string, words: Record<string, string | number> = {}): string {
  return (reel.words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(words[name] ?? whole));
}

export function goTo(next: number, by: Cause = "viewer"): void {
  cause.value = by;
  step.value = Math.max(0, Math.min(last, next));
}
