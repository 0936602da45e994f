// Play, pause and step in; the current step moving with the clock, out.
import { effect } from "@preact/signals-core";
import { reducedMotion } from "../dom";
import { duration } from "../motion";
import { cause, goTo, last, playing, step, wishes, type Cause } from "./reel";

/** How long the finished picture stays before a loop starts again, ms. */
const REST = 2200;
let timer = 0;

function tick(): void {
  clearTimeout(timer);
  if (!playing.value) return;
  const isLast = step.value >= last;
  if (isLast && !wishes.loop) {
    playing.value = false;
    return;
  }
  timer = window.setTimeout(() => {
    goTo(isLast ? 0 : step.value + 1, cause.peek() === "parent" ? "parent" : "clock");
    tick();
  }, isLast ? REST : duration(last, wishes.speed));
}

/** Play from here; from the start when at the end. */
export function play(by: Cause = "viewer"): void {
  if (step.value >= last) goTo(0, by);
  cause.value = by;
  playing.value = true;
}

export function toggle(): void {
  if (playing.value) playing.value = false;
  else play();
}

/** Stop there, whoever asks. */
export function jump(to: number, by: Cause = "viewer"): void {
  playing.value = false;
  goTo(to, by);
}

/** Wait until the player is in sight, so that a slide not yet shown does not play. */
function playInSight(): void {
  if (reducedMotion()) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    play("clock");
  }, { threshold: 0.4 });
  seen.observe(document.body);
}

export function mountClock(): void {
  effect(() => {
    if (playing.value) tick();
    else clearTimeout(timer);
  });
  let isResting = false;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) [isResting, playing.value] = [playing.value, false];
    else if (isResting) playing.value = true;
  });
  if (wishes.autoplay) playInSight();
}
