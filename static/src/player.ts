// Play, pause, step and scrub in; the current step moving with the clock, out.
import { effect } from "@preact/signals-core";
import { duration } from "./motion";
import { goTo, lastStep, playing, speed, step, steps } from "./state";

let timer = 0;
/** Milliseconds until the first step: the empty picture says nothing. */
const START_MS = 250;

function tick(): void {
  clearTimeout(timer);
  if (!playing.value) return;
  timer = window.setTimeout(() => {
    if (step.value >= lastStep.value) {
      playing.value = false;
      return;
    }
    goTo(step.value + 1);
    tick();
  }, Math.min(duration(steps.value.length, speed.value), step.value ? Infinity : START_MS));
}

/** Play from here; from the start when at the end. */
export function toggle(): void {
  if (playing.value) {
    playing.value = false;
    return;
  }
  if (step.value >= lastStep.value) goTo(0);
  playing.value = true;
}

export function stepBy(by: number): void {
  playing.value = false;
  goTo(step.value + by);
}

export function mountPlayer(): void {
  effect(() => {
    if (playing.value) tick();
    else clearTimeout(timer);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) playing.value = false;
  });
}
