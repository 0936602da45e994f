// The timeline in; one bar out: play, step, scrub, speed, where we are and what happens there.
import { effect } from "@preact/signals-core";
import { byId, el } from "../dom";
import { stepBy, toggle } from "../player";
import { goTo, lastStep, playing, speed, step, steps, t } from "../state";

const SPEEDS = [0.25, 0.5, 1, 2, 4];

function button(id: string, key: string, text: string, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", id, "aria-label": t(key), title: t(key), click: act }, text);
}

export function mountTransport(): void {
  const play = button("play", "stage.play", "▶", toggle);
  play.classList.add("play");
  const slider = el("input", {
    type: "range", id: "scrub", min: 0, max: 0, value: 0, "aria-label": t("stage.scrub"),
    input: () => {
      playing.value = false;
      goTo(Number(slider.value));
    },
  });
  const tracks = el("div", { class: "tracks", "aria-hidden": "true" });
  const sentence = el("p", { id: "sentence", "aria-live": "polite" });
  const position = el("span", { class: "position" });
  const speeds = el("select", {
    id: "speed", "aria-label": t("stage.speed"),
    change: () => (speed.value = Number(speeds.value)),
  });
  for (const value of SPEEDS) speeds.append(el("option", { value, selected: value === 1 }, `${value}×`));
  const buttons = el("div", { class: "buttons" },
    button("to-start", "stage.start", "|◂", () => { playing.value = false; goTo(0); }),
    button("step-back", "stage.back", "‹", () => stepBy(-1)),
    play,
    button("step-forward", "stage.forward", "›", () => stepBy(1)),
    button("to-end", "stage.end", "▸|", () => { playing.value = false; goTo(lastStep.value); }));
  const line = el("div", { class: "scrubber" }, tracks, slider);
  byId("transport").append(buttons, line, el("div", { class: "where" }, position, speeds), sentence);

  effect(() => {
    play.textContent = playing.value ? "❚❚" : "▶";
    const label = t(playing.value ? "stage.pause" : "stage.play");
    play.setAttribute("aria-label", label);
    play.title = `${label} (Space)`;
  });
  effect(() => {
    slider.max = String(lastStep.value);
    tracks.replaceChildren(...passes());
  });
  effect(() => {
    const now = steps.value[step.value];
    slider.value = String(step.value);
    slider.setAttribute("aria-valuetext", now?.text ?? "");
    position.textContent = `${step.value} / ${lastStep.value}`;
    sentence.textContent = now?.text ?? "";
    sentence.dataset["pass"] = step.value === 0 ? "none" : (now?.kind ?? "none");
    sentence.setAttribute("aria-live", playing.value ? "off" : "polite");
  });
}

/** One coloured stretch per pass, as long as its steps. */
function passes(): HTMLElement[] {
  const found: { kind: string; index: number; count: number }[] = [];
  for (const one of steps.value.slice(1)) {
    const last = found[found.length - 1];
    if (last && last.index === one.pass_index) last.count++;
    else found.push({ kind: one.kind, index: one.pass_index, count: 1 });
  }
  return found.map(({ kind, count }) => {
    const label = el("span", {}, t(`stage.${kind}`));
    const track = el("div", { class: `track track-${kind}`, title: t(`stage.${kind}`) }, label);
    track.style.flexGrow = String(count);
    return track;
  });
}
