// The page's state as signals: what is shown, and what every panel reads and writes.
import { computed, signal } from "@preact/signals-core";
import type { Graph, Node, Problem, Views, View } from "./types";

/** `size`: nodes and edges of the whole run, of which `graph` may be a part. */
export interface Result { graph: Graph; views: Views; problem: Problem | null; size: [number, number] }
/** `elapsed` milliseconds at `since` on this page's clock. */
export interface Busy { stage: string; count: number; total: number | null; elapsed: number; since: number }
/** A picture of the first `shown` of `events`: the run goes on, or was stopped. */
export interface Sketch { shown: number; events: number; isOutline: boolean }
export interface Example { id: string; title: string; why: string; group: string; language: string; source: string }
export type Tab = "inspect" | "derivation" | "paths" | "check" | "why" | "health" | "curve" | "memory";
/** What colours the cards. */
export type Heat = "none" | "ms" | "flops" | "bytes" | "gradient";
/** One element of a tensor. */
export interface Element { node: string; output: number; of: "value" | "gradient"; index: number[] }
export interface Boot {
  lang: "en" | "es"; words: Record<string, string>; examples: Example[]; groups: string[]; deadline_s: number; nonce: string;
  devices: { name: string; label: string; reason: string | null }[]; layers: string[]; losses: string[]; defaults: Record<string, string>;
  /** Formats this server writes; the state behind a short link, where the page was opened by one. */
  formats: string[]; shared: { id: string | null; code: string } | null;
}

export const boot: Boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}") as Boot;

export const source = signal("");
export const language = signal<string | null>(null);
export const inputs = signal<Record<string, unknown>>({});
export const dtype = signal<"float32" | "float64">("float32");
export const device = signal("cpu");
export const seed = signal(0);
export const root = signal<string | null>(null);
export const result = signal<Result | null>(null);
export const problem = signal<Problem | null>(null);
/** Whether a repair of it is being tried. */
export const mending = signal(false);
export const stale = signal(false);
export const busy = signal<Busy | null>(null);
export const sketch = signal<Sketch | null>(null);
export const connected = signal(true);
export const viewName = signal<"program" | "autograd">("program");
export const step = signal(0);
export const playing = signal(false);
export const speed = signal(1);
export const hovered = signal<string | null>(null);
export const selected = signal<string | null>(null);
/** The inspector's tab, the element chosen in a grid, and what a panel lights up on the stage. */
export const tab = signal<Tab>("inspect");
export const element = signal<Element | null>(null);
/** The tensor to look inside; of a gradient, the share that came along `edge`. */
export type Viewed = Omit<Element, "index"> & { edge: string | null };
export const viewing = signal<Viewed | null>(null);
export const lit = signal<string[]>([]);
export const heat = signal<Heat>("none");
/** Whether cards show small heatmaps of their tensors. */
export const thumbs = signal(localStorage.getItem("thumbs") !== "off");
/** A node or scope to bring into view when it is drawn next; one whose place on screen stays. */
export const wanted = signal<string | null>(null);
export const anchor = signal<string | null>(null);
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

/** What a language is called on the page. */
export const languageName = (name: string | undefined): string => (name === "torch" ? "PyTorch" : name === "latex" ? "LaTeX" : name === "math" || name === "network" ? t(`page.${name}`) : "");

export function goTo(next: number): void {
  step.value = Math.max(0, Math.min(lastStep.value, next));
}
