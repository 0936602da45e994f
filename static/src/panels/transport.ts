// The timeline in; one bar out: play, step, scrub, speed, where we are and what happens there.
import { effect } from "@preact/signals-core";
import { memory } from "../answers";
import { byId, el } from "../dom";
import { icon, type Icon } from "../icons";
import { stepBy, toggle } from "../player";
import { goTo, lastStep, nodes, playing, result, speed, stale, step, steps, t } from "../state";
import { trackPicture } from "./memory";

const SPEEDS = [0.25, 0.5, 1, 2, 4];

function button(id: string, key: string, name: Icon, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", id, "aria-label": t(key), title: t(key), click: act }, icon(name));
}

export function mountTransport(): void {
  const play = button("play", "stage.play", "play", toggle);
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
    button("to-start", "stage.start", "start", () => { playing.value = false; goTo(0); }),
    button("step-back", "stage.back", "back", () => stepBy(-1)),
    play,
    button("step-forward", "stage.forward", "next", () => stepBy(1)),
    button("to-end", "stage.end", "end", () => { playing.value = false; goTo(lastStep.value); }));
  const kept = el("div", { class: "kept" });
  const line = el("div", { class: "scrubber" }, tracks, kept, slider);
  byId("transport").append(buttons, line, el("div", { class: "where" }, position, speeds), sentence);

  effect(() => {
    play.replaceChildren(icon(playing.value ? "pause" : "play"));
    const label = t(playing.value ? "stage.pause" : "stage.play");
    play.setAttribute("aria-label", label);
    play.title = `${label} (Space)`;
  });
  effect(() => {
    tracks.replaceChildren(...passes());
  });
  effect(() => {
    void steps.value;
    kept.replaceChildren(...(memory.value?.saved.length ? [trackPicture(memory.value)] : []));
    line.classList.toggle("has-memory", Boolean(memory.value?.saved.length));
  });
  effect(() => {
    const now = steps.value[step.value];
    slider.max = String(lastStep.value);  // before the value, which it would clip
    slider.value = String(step.value);
    slider.setAttribute("aria-valuetext", now?.text ?? "");
    position.textContent = `${step.value} / ${lastStep.value}`;
    sentence.textContent = playing.value && step.value === 0 ? "" : (now?.text ?? ""); // it invites to play
    const isFailed = now?.node && nodes.value.get(now.node)?.failed;
    sentence.dataset["pass"] = step.value === 0 ? "none" : isFailed ? "failed" : (now?.kind ?? "none");
    byId("transport").classList.toggle("is-stale", stale.value);
    sentence.setAttribute("aria-live", playing.value ? "off" : "polite");
  });
}

/** One coloured stretch per pass, as long as its steps. */
function passes(): HTMLElement[] {
  const grown = new Set(result.value?.graph.scopes.filter((scope) => scope.type === "backward").map((scope) => scope.id));
  const found: { kind: string; index: number; count: number; grown: boolean }[] = [];
  for (const one of steps.value.slice(1)) {
    const last = found[found.length - 1];
    const scope = one.node ? nodes.value.get(one.node)?.scope : null;
    if (last && last.index === one.pass_index) last.count++;
    else found.push({ kind: one.kind, index: one.pass_index, count: 1, grown: one.kind === "forward" && !!scope && grown.has(scope) });
  }
  return found.map(({ kind, count, grown }) => {
    const name = t(grown ? "stage.grown" : `stage.${kind}`);
    const label = el("span", {}, name.replaceAll(" ", "\u00a0"));
    const track = el("div", { class: `track track-${kind}${grown ? " is-grown" : ""}`, title: name }, label);
    track.style.flexGrow = String(count);
    return track;
  });
}
