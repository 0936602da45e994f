// The page's state as signals: what is shown, and what every panel reads and writes.
import { computed, signal } from "@preact/signals-core";
import type { Graph, Node, Problem, Views, View } from "./types";

export interface Result { graph: Graph; views: Views; problem: Problem | null }
export interface Busy { stage: string; count: number; elapsed: number }
export interface Example { id: string; title: string; why: string; language: string; source: string }
export interface Boot {
  lang: string; words: Record<string, string>; examples: Example[]; deadline_s: number; nonce: string;
}

export const boot: Boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}") as Boot;

export const source = signal("");
export const language = signal<string | null>(null);
export const inputs = signal<Record<string, unknown>>({});
export const dtype = signal<"float32" | "float64">("float32");
export const seed = signal(0);
export const root = signal<string | null>(null);
export const result = signal<Result | null>(null);
export const problem = signal<Problem | null>(null);
export const stale = signal(false);
export const busy = signal<Busy | null>(null);
export const connected = signal(true);
export const viewName = signal<"program" | "autograd">("program");
export const step = signal(0);
export const playing = signal(false);
export const speed = signal(1);
export const hovered = signal<string | null>(null);
export const selected = signal<string | null>(null);
export const opened = signal<string[]>([]);
export const closed = signal<string[]>([]);

export const view = computed<View | null>(() => {
  const views = result.value?.views;
  if (!views) return null;
  return viewName.value === "autograd" ? (views.autograd ?? views.program) : views.program;
});
export const steps = computed(() => view.value?.picture.steps ?? []);
export const lastStep = computed(() => Math.max(0, steps.value.length - 1));
export const nodes = computed(() => new Map<string, Node>(result.value?.graph.nodes.map((n) => [n.id, n]) ?? []));

/** The sentence for a key of the catalogue, {names} filled in. */
export function t(key: string, words: Record<string, string | number> = {}): string {
  const text = boot.words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(words[name] ?? whole));
}

export function goTo(next: number): void {
  step.value = Math.max(0, Math.min(lastStep.value, next));
}
