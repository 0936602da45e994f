// Problems, notes, prints and free variables of the last run in; the panels under the editor out.
import { effect } from "@preact/signals-core";
import { run } from "../api";
import { byId, el } from "../dom";
import { flat } from "../numbers";
import { inputs, languageName, mending, problem, result, source, stale, t } from "../state";
import { load, reveal } from "./editor";
import { lines } from "./diff";
import { control } from "./network";

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
  if (mending.value) parts.push(el("p", { class: "hint is-mending" }, t("page.mending")));
  const repair = now.repair;
  if (repair) {
    parts.push(el("button", { type: "button", id: "accept", class: "primary small", click: () => load(repair) }, t("page.accept")));
    if (now.mends.length) parts.push(el("p", { class: "hint" }, t("page.mends")), el("ul", { class: "mends" }, ...now.mends.map((one) => el("li", {}, one))));
    if (now.remains) parts.push(el("p", { class: "hint" }, t("page.remains")), el("ul", { class: "mends" }, el("li", {}, now.remains)));
    parts.push(el("details", { open: true }, el("summary", {}, t("page.repair")), lines(source.value, repair)));
  }
  const isEmpty = now.code === "empty_program"; // an invitation, nobody's mistake
  if (isEmpty) parts.push(el("button", { type: "button", class: "quiet small", click: () => byId("examples-button").click() }, t("page.examples")));
  const isCalm = isEmpty || now.code === "cancelled"; // as the visitor wished
  box.replaceChildren(el("div", { class: isCalm ? "problem is-calm" : "problem" }, ...parts));
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
  const language = graph?.program.language;
  const found = graph && language !== "torch" ? Object.entries(graph.program.inputs) : [];
  box.hidden = found.length === 0;
  if (box.contains(document.activeElement) && document.activeElement?.matches("[type=number]")) return;
  if (language === "network") return box.replaceChildren(...found.map(([name, value]) => control(name, value)));
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

export function mountOutput(): void {
  effect(showProblem);
  effect(showOutput);
  effect(showInputs);
  effect(() => {
    const language = result.value?.graph.program.language;
    byId("detected").textContent = languageName(language);
    byId("code-button").hidden = language === undefined || language === "torch";
  });
}
