// A question in; its answer out, asked once per run.
import { effect, signal } from "@preact/signals-core";
import { ask } from "./api";
import { el } from "./dom";
import { heat, result, sketch, t } from "./state";
import type { AskMessage, Checks, Health, Memory, Reasons, Unanswered } from "./types";

type Kind = AskMessage["question"]["type"];
type Asked<K extends Kind> = Parameters<typeof ask<K>>[0];
type Answer<K extends Kind> = Awaited<ReturnType<typeof ask<K>>>;
let known = new Map<string, Promise<unknown>>();

export const checks = signal<Checks | null>(null);
export const reasons = signal<Reasons | null>(null);
export const memory = signal<Memory | null>(null);
export const health = signal<Health | null>(null);

/** As `ask`, but the same question about the same run is asked once. */
export function once<K extends Kind>(question: Asked<K>): Promise<Answer<K>> {
  const key = JSON.stringify(question);
  const answer = known.get(key) ?? ask<K>(question);
  if (!sketch.peek()) known.set(key, answer); // what is said of a sketch changes when it ends
  return answer as Promise<Answer<K>>;
}

/** What stands there until an answer does. */
export const computing = (): HTMLElement => el("p", { class: "asking soft", role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), el("span", {}, t("panel.asking")));

/** An element that fills itself when its answer comes; a problem shows as a sentence. */
export function answered<K extends Kind>(
  question: Asked<K>,
  fill: (answer: Exclude<Answer<K>, Unanswered>) => (HTMLElement | null)[],
): HTMLElement {
  const place = el("div", { class: "answer", "aria-busy": "true" }, computing());
  void once<K>(question).then((answer) => {
    place.removeAttribute("aria-busy");
    const isRefused = (one: Answer<K>): one is Answer<K> & Unanswered => one.type === "unanswered";
    if (isRefused(answer)) place.replaceChildren(el("p", { class: "reason" }, answer.problem.message, " ", answer.problem.hint));
    else place.replaceChildren(...fill(answer as Exclude<Answer<K>, Unanswered>).filter((child): child is HTMLElement => child !== null));
  });
  return place;
}

/** Small programs are checked unasked, so that the badges stand there. */
const UNASKED_NODES = 300;

export function mountAnswers(): void {
  effect(() => {
    const now = result.value;
    known = new Map();
    checks.value = reasons.value = memory.value = health.value = null;
    if (heat.peek() !== "gradient") heat.value = "none"; // costs are those of one run
    if (!now || now.size[0] > UNASKED_NODES || !now.graph.root) return;
    setTimeout(() => {
      if (result.value?.graph !== now.graph) return;
      void once({ type: "check_gradients" }).then((answer) => { if (answer.type === "checks" && result.value?.graph === now.graph) checks.value = answer; });
      void once({ type: "why" }).then((answer) => { if (answer.type === "reasons" && result.value?.graph === now.graph) reasons.value = answer; });
    }, 300);
  });
}
