// The timeline in; a discreet bar out: play, step, scrub, where we are, and the step's sentence.
import { effect } from "@preact/signals-core";
import { byId, el } from "../dom";
import { jump, toggle } from "./clock";
import { icon, type Icon } from "../icons";
import { isSentenceMasked, reveal } from "./masks";
import { last, now, playing, reel, revealed, step, t, wishes } from "./reel";

/** Milliseconds without a pointer before the controls leave a playing picture alone. */
const QUIET = 1800;

function button(key: string, name: Icon, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", "aria-label": t(key), title: t(key), click: act }, icon(name));
}

/** One coloured stretch per pass, as long as its steps. */
function tracks(): HTMLElement {
  const line = el("div", { class: "tracks", "aria-hidden": "true" });
  let index = -1, stretch: HTMLElement | null = null, count = 0;
  for (const one of reel.steps.slice(1)) {
    if (one.pass_index !== index || !stretch) {
      stretch = el("div", { class: `track track-${one.kind}`, title: t(`stage.${one.kind}`) });
      line.append(stretch);
      [index, count] = [one.pass_index, 0];
    }
    stretch.style.flexGrow = String(++count);
  }
  return line;
}

function scrubber(): HTMLElement {
  const slider = el("input", { type: "range", id: "scrub", min: 0, max: last, value: step.peek(), "aria-label": t("stage.scrub"), input: () => jump(Number(slider.value)) });
  const line = el("div", { class: "scrubber" }, tracks(), slider);
  effect(() => {
    slider.value = String(step.value);
    const place = t("reel.of", { step: step.value, steps: last });
    void revealed.value;
    slider.setAttribute("aria-valuetext", isSentenceMasked() ? place : `${place}: ${now.value?.text ?? ""}`);
    line.style.setProperty("--done", `${(100 * step.value) / Math.max(1, last)}%`);
  });
  return line;
}

/** The sentence, read out by screen readers when a person steps; masked, a button that tells it. */
function sentence(): HTMLElement {
  const text = el("p", { id: "sentence", role: "status" });
  const pass = el("span", { class: "pass", "aria-hidden": "true" });
  effect(() => {
    void revealed.value;
    const kind = step.value === 0 ? "none" : (now.value?.kind ?? "none");
    text.dataset["pass"] = kind;
    text.setAttribute("aria-live", playing.value ? "off" : "polite");
    pass.textContent = kind === "none" ? "" : t(`stage.${kind}`);
    const said = isSentenceMasked()
      ? el("button", { type: "button", class: "masked", "aria-label": t("reel.hidden"), click: () => { reveal(`#${step.value}`); text.focus(); } }, "?")
      : el("span", {}, now.value?.text ?? "");
    text.replaceChildren(pass, said);
    text.title = isSentenceMasked() ? "" : (now.value?.text ?? "");
  });
  text.tabIndex = -1;
  return text;
}

/** While playing, the controls withdraw from an idle pointer and come back at its first move. */
function mountQuiet(): void {
  const page = document.documentElement;
  let timer = 0;
  const wake = (): void => {
    page.classList.remove("is-quiet");
    clearTimeout(timer);
    if (playing.value) timer = window.setTimeout(() => page.classList.add("is-quiet"), QUIET);
  };
  for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) document.addEventListener(name, wake, { passive: true });
  document.documentElement.addEventListener("pointerleave", () => page.classList.toggle("is-quiet", playing.value));
  effect(() => { void playing.value; wake(); });
}

/** The way into the app, which an embed brings along; not where a class is to find out itself. */
function appLink(): HTMLElement | null {
  const link = document.getElementById("app");
  link?.remove();
  return wishes.hide.size ? null : link;
}

export function mountBar(): void {
  const bar = byId("bar");
  const line = el("div", { class: "line" });
  if (wishes.controls) {
    const playButton = button("stage.play", "play", toggle);
    playButton.id = "play";
    const back = button("stage.back", "back", () => jump(step.value - 1));
    const next = button("reel.next", "next", () => jump(step.value + 1));
    const position = el("span", { class: "position" });
    effect(() => {
      const key = playing.value ? "stage.pause" : "stage.play";
      playButton.replaceChildren(icon(playing.value ? "pause" : "play"));
      playButton.setAttribute("aria-label", t(key));
      playButton.title = t(key);
      position.textContent = `${step.value} / ${last}`;
      back.disabled = step.value === 0;
      next.disabled = step.value === last;
    });
    bar.append(scrubber());
    line.append(el("div", { class: "buttons controls", role: "group", "aria-label": t("reel.controls") }, back, playButton, next), sentence(), el("div", { class: "where controls" }, position, appLink()));
    mountQuiet();
  } else {
    appLink();
    line.append(sentence());
  }
  bar.append(line);
  bar.classList.toggle("is-bare", !wishes.controls);
}
