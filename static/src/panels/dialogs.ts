// Buttons and keys in; the gallery, the palette, the help and the code dialogs out.
import { setRoot } from "../api";
import { byId, el } from "../dom";
import { icon } from "../icons";
import { boot, goTo, inputs, language, languageName, lastStep, result, root, selected, t, type Example } from "../state";
import { toggle } from "../player";
import { fit } from "../stage";
import { load } from "./editor";
import { openExport } from "./export";
import { nameOf } from "./inspector";
import { openSearch } from "./search";

function open(id: string): void {
  const dialog = byId<HTMLDialogElement>(id);
  if (!dialog.open) dialog.showModal();
}

function close(id: string): void {
  byId<HTMLDialogElement>(id).close();
}

function heading(id: string, text: string): HTMLElement {
  return el("header", {}, el("h2", {}, text), el("button", { type: "button", class: "icon", "aria-label": t("page.close"), click: () => close(id) }, icon("close")));
}

/** Examples of torch are detected, so that an edit may become something else. */
const written = (example: Example): string | null => (example.language === "torch" ? null : example.language);

/** Put an example on stage, and nothing of what was there before. */
function show(example: Example): void {
  language.value = written(example);
  inputs.value = {};
  root.value = null;
  selected.value = null;
  load(example.source);
}

function tile(example: Example): HTMLElement {
  return el("button", { type: "button", class: "example", "data-example": example.id, click: () => { close("gallery"); show(example); } }, el("strong", {}, example.title), el("span", {}, example.why), el("span", { class: "chip" }, languageName(example.language)));
}

/** Examples on their shelves, in the order in which they are best met. */
function gallery(): void {
  const shelves = boot.groups.map((group) => el("section", { class: "shelf" },
    el("h3", {}, t(`page.group.${group}`), " ", el("span", { class: "soft" }, t(`page.group.${group}.why`))),
    el("div", { class: "examples" }, ...boot.examples.filter((example) => example.group === group).map(tile))));
  byId("gallery").replaceChildren(heading("gallery", t("page.examples")), ...shelves);
}

const KEYS: [string, string][] = [
  ["Space", "stage.play"], ["← →", "help.step"], ["Home End", "help.ends"], ["F", "page.fit"], ["+ − 0", "page.zoom"],
  ["/", "help.search"], ["E", "help.expand"], ["Shift E", "help.expand_all"], ["R", "page.make_root"], ["V", "tensor.open"], ["X", "share.export"], ["Ctrl Enter", "page.run"], ["Ctrl K", "page.palette"], ["Esc Tab", "help.leave_editor"], ["?", "page.help"], ["Esc", "page.close"],
];

function help(): void {
  const rows = KEYS.map(([keys, text]) => el("tr", {}, el("th", { scope: "row" }, ...keys.split(" ").map((key) => el("kbd", {}, key))), el("td", {}, t(text))));
  byId("help").replaceChildren(heading("help", t("page.help")), el("p", {}, t("help.about")), el("table", { class: "keys" }, el("tbody", {}, ...rows)));
}

/** `keys` do the same without the palette. */
interface Action { text: string; keys?: string; act: () => void }

function actions(): Action[] {
  const looks = (name: "program" | "autograd"): Action => ({ text: `${t("page.view")}: ${t(`page.view_${name}`)}`, act: () => document.querySelector<HTMLElement>(`[data-view=${name}]`)?.click() });
  const found: Action[] = [
    { text: t("stage.play"), keys: "Space", act: toggle },
    { text: t("stage.start"), keys: "Home", act: () => goTo(0) },
    { text: t("stage.end"), keys: "End", act: () => goTo(lastStep.value) },
    { text: t("page.fit"), keys: "F", act: () => fit() },
    { text: t("help.search"), keys: "/", act: openSearch },
    { text: t("share.export"), keys: "X", act: openExport },
    looks("program"), looks("autograd"),
    ...(root.value ? [{ text: t("page.own_root"), act: () => setRoot(null) }] : []),
    { text: t("page.theme"), act: () => byId("theme-button").click() },
    { text: t("page.help"), keys: "?", act: openHelp },
  ];
  for (const example of boot.examples) found.push({ text: `${t("page.examples")}: ${example.title}`, act: () => show(example) });
  for (const node of result.value?.graph.nodes ?? []) found.push({ text: `${nameOf(node)} · ${node.op || node.kind} · ${node.id}`, act: () => (selected.value = node.id) });
  return found;
}

/** Search over actions, examples and the nodes drawn. */
function palette(): void {
  const all = actions();
  const list = el("ul", { role: "listbox", "aria-label": t("page.palette") });
  const field = el("input", { type: "search", placeholder: t("page.palette"), "aria-label": t("page.palette") });
  let chosen = 0;
  let matching: Action[] = [];
  const pick = (action: Action | undefined): void => {
    close("palette");
    action?.act();
  };
  const draw = (): void => {
    const words = field.value.toLowerCase().split(/\s+/);
    matching = all.filter((one) => words.every((word) => one.text.toLowerCase().includes(word))).slice(0, 40);
    chosen = Math.max(0, Math.min(chosen, matching.length - 1));
    list.replaceChildren(...matching.map((one, k) => el("li", { role: "option", "aria-selected": k === chosen ? "true" : "false", click: () => pick(one) }, el("span", {}, one.text), one.keys ? el("kbd", {}, one.keys) : null)));
  };
  field.addEventListener("input", () => { chosen = 0; draw(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") chosen++;
    else if (event.key === "ArrowUp") chosen--;
    else if (event.key !== "Enter") return;
    event.preventDefault(); // or Enter presses the button that gets the focus back
    if (event.key === "Enter") return pick(matching[chosen]);
    draw();
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  });
  byId("palette").replaceChildren(field, list);
  draw();
  open("palette");
  field.focus();
}

function code(): void {
  const text = result.value?.graph.program.code ?? "";
  const copy = el("button", { type: "button", class: "primary small", click: () => void navigator.clipboard.writeText(text) }, t("page.copy"));
  byId("code").replaceChildren(heading("code", t("page.show_code")), el("p", {}, t("page.code_runs")), el("pre", {}, text), copy);
  open("code");
}

export function openPalette(): void {
  palette();
}

export function openHelp(): void {
  help();
  open("help");
}

export function mountDialogs(): void {
  gallery();
  byId("examples-button").addEventListener("click", () => open("gallery"));
  byId("help-button").addEventListener("click", openHelp);
  byId("code-button").addEventListener("click", code);
  for (const id of ["gallery", "help", "palette", "code"]) {
    byId(id).addEventListener("click", (event) => {
      if (event.target === byId(id)) close(id);
    });
  }
}
