// Messages of the page around in; where the player is, out. The protocol is docs/embed.md.
import { effect } from "@preact/signals-core";
import { jump, play } from "./clock";
import { cause, last, playing, step } from "./reel";

const VERSION = 1;
/** Whether a deck drives this player; then Space at the end is the deck's. */
let driven = false;

export const isFramed = parent !== window;
export const isDriven = (): boolean => driven;

function post(type: "ready" | "step" | "end" | "key", more: Record<string, unknown> = {}): void {
  // Any parent may hear this: it is a number, never the program. A deck opened from file:// has no origin to name.
  if (isFramed) parent.postMessage({ gradreel: VERSION, type, ...more }, "*");
}

/** Keys that mean nothing here move the deck on. */
export const passOn = (key: string): void => post("key", { key });

const ACTS: Record<string, (step: unknown) => void> = {
  hello: () => post("ready", { step: step.value, steps: last }),
  goto: (to) => { if (typeof to === "number" && Number.isInteger(to)) jump(to < 0 ? last + 1 + to : to, "parent"); },
  next: () => jump(step.value + 1, "parent"),
  prev: () => jump(step.value - 1, "parent"),
  play: () => play("parent"),
  pause: () => { playing.value = false; },
};

export function mountMessages(): void {
  addEventListener("message", (event: MessageEvent<unknown>) => {
    if (!isFramed || event.source !== parent || typeof event.data !== "object" || event.data === null) return;
    const message = event.data as { gradreel?: unknown; type?: unknown; step?: unknown };
    if (message.gradreel !== VERSION || typeof message.type !== "string" || !Object.hasOwn(ACTS, message.type)) return;
    driven ||= message.type !== "hello";
    ACTS[message.type]?.(message.step);
  });
  let told = -1;
  effect(() => {
    if (step.value === told) return;
    const isFirst = told < 0;
    told = step.value;
    if (isFirst) return post("ready", { step: told, steps: last });
    post("step", { step: told, steps: last, cause: cause.peek() });
    if (told === last) post("end", { step: told, steps: last });
  });
}
