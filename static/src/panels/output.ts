// Problems, notes, prints and free variables of the last run in; the panels under the editor out.
import { effect } from "@preact/signals-core";
import { cancel, run } from "../api";
import { byId, el } from "../dom";
import { flat } from "../numbers";
import { busy, connected, inputs, problem, result, source, stale, t, view } from "../state";
import { load, reveal } from "./editor";
import { lines } from "./diff";

function showProblem(): void {
  const now = problem.value;
  const box = byId("problem");
  if (!now) {
    box.replaceChildren();
    return;
  }
  const span = now.span;
  const place = span ? el("button", { type: "button", class: "link", click: () => reveal(span) }, t("page.line", { line: span.line })) : null;
  const parts: HTMLElement[] = [el("p", { class: "message" }, place, place ? " · " : "", now.message), el("p", { class: "hint" }, now.hint)];
  if (now.frames.length > 1) parts.push(el("details", {}, el("summary", {}, t("page.frames")), el("pre", {}, now.frames.join("\n"))));
  const repair = now.repair;
  if (repair) {
    parts.push(el("details", { open: true }, el("summary", {}, t("page.repair")), lines(source.value, repair)));
    parts.push(el("button", { type: "button", id: "accept", class: "primary small", click: () => load(repair) }, t("page.accept")));
  }
  box.replaceChildren(el("div", { class: "problem" }, ...parts));
}

function showOutput(): void {
  const graph = result.value?.graph;
  const box = byId("output");
  if (!graph) return;
  const notes = graph.diagnostics.map((one) => el("li", { class: one.severity }, el("span", {}, one.message), " ", el("span", { class: "hint" }, one.hint)));
  const printed = graph.prints.map((one) => one.text).join("");
  box.replaceChildren(
    ...(notes.length ? [el("ul", { class: "notes", "aria-label": t("page.notes") }, ...notes)] : []),
    ...(printed ? [el("h3", {}, t("page.printed")), el("pre", { class: "printed", tabindex: 0 }, printed)] : []));
  box.classList.toggle("is-stale", stale.value);
}

/** Free variables as fields; changing one runs again. */
function showInputs(): void {
  const graph = result.value?.graph;
  const box = byId("inputs");
  const found = graph && graph.program.language === "math" ? Object.entries(graph.program.inputs) : [];
  box.hidden = found.length === 0;
  if (box.contains(document.activeElement)) return;
  box.replaceChildren(el("span", { class: "soft" }, t("page.chosen")), ...found.filter(([, v]) => flat(v).length === 1).map(([name, value]) => {
    const field = el("input", { type: "number", step: "any", value: Number(flat(value)[0]), "aria-label": name });
    field.addEventListener("change", () => {
      if (!Number.isFinite(field.valueAsNumber)) return;
      inputs.value = { ...inputs.value, [name]: field.valueAsNumber };
      run();
    });
    return el("label", {}, name, field);
  }));
}

function showBusy(): void {
  const now = busy.value;
  const box = byId("busy");
  box.hidden = !now && connected.value;
  if (!connected.value) box.replaceChildren(el("span", {}, t("page.offline")));
  else if (now) {
    const text = t(`progress.${now.stage}`, { count: now.count });
    const stop = el("button", { type: "button", id: "cancel", class: "small", click: cancel }, t("page.cancel"));
    box.replaceChildren(el("span", { class: "spinner", "aria-hidden": "true" }), el("span", {}, `${text} · ${(now.elapsed / 1000).toFixed(1)} s`), stop);
  }
}

export function mountOutput(): void {
  effect(showProblem);
  effect(showOutput);
  effect(showInputs);
  effect(showBusy);
  effect(() => {
    const text = view.value?.picture.abridged ?? "";
    const box = byId("abridged");
    box.hidden = !text;
    box.textContent = text;
  });
  effect(() => {
    const language = result.value?.graph.program.language;
    byId("detected").textContent = language === "math" ? t("page.math") : language === "torch" ? "PyTorch" : "";
    byId("code-button").hidden = language !== "math";
  });
}
