// A run under way in; its stage, its ops, its time and a way to stop it, out.
import { effect } from "@preact/signals-core";
import { cancel } from "../api";
import { byId, el } from "../dom";
import { boot, busy, connected, sketch, t, type Sketch } from "../state";

/** Milliseconds of running before stopping it is offered: shorter runs end before it is read. */
const CANCEL_MS = 1000;

function words(): string {
  const now = busy.value;
  if (!connected.value) return t("page.offline");
  if (!now) return sketch.value ? t("progress.interrupted", { shown: sketch.value.shown.toLocaleString(), events: sketch.value.events.toLocaleString() }) : "";
  const count = now.count.toLocaleString();
  if (now.stage === "backward" && now.total) return t("progress.backward_of", { count, total: now.total.toLocaleString() });
  return t(`progress.${now.stage}`, { count });
}

/** What of the picture is still to come. */
function missing(drawn: Sketch): string {
  if (drawn.isOutline) return t("progress.outline");
  return drawn.shown < drawn.events ? t("progress.part", { shown: drawn.shown.toLocaleString() }) : "";
}

export function mountBusy(): void {
  const box = byId("busy");
  const spinner = el("span", { class: "spinner", "aria-hidden": "true" });
  const text = el("span", { role: "status" });
  const clock = el("span", { class: "clock", "aria-hidden": "true", title: t("progress.limit", { seconds: boot.deadline_s }) });
  const part = el("span", { class: "part soft" });
  const stop = el("button", { type: "button", id: "cancel", class: "small", click: cancel }, t("page.cancel"));
  box.append(spinner, text, clock, part, stop);
  let timer = 0;
  const tick = (): void => {
    const now = busy.peek();
    if (!now) return;
    const elapsed = now.elapsed + performance.now() - now.since;
    clock.textContent = `${(elapsed / 1000).toFixed(1)} s`;
    box.style.setProperty("--spent", `${Math.min(100, elapsed / (10 * boot.deadline_s))}%`);
    stop.hidden = elapsed < CANCEL_MS;
  };
  effect(() => {
    const now = busy.value, drawn = sketch.value;
    box.hidden = !now && connected.value && !drawn;
    box.classList.toggle("is-running", now !== null && connected.value);
    const said = words();
    if (text.textContent !== said) text.textContent = said;
    part.textContent = now && drawn ? missing(drawn) : "";
    clearInterval(timer);
    tick();
    if (now) timer = window.setInterval(tick, 100);
  });
  effect(() => {
    const [isSketch, isRunning] = [sketch.value !== null, busy.value !== null];
    byId("stage").classList.toggle("is-sketch", isSketch && isRunning);
    byId("stage").classList.toggle("is-interrupted", isSketch && !isRunning);
  });
}
