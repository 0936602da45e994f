// Buttons and keys in; the gallery, the palette, the help and the code dialogs out.
import { setRoot } from "../api";
import { byId, el } from "../dom";
import { boot, goTo, language, lastStep, nodes, result, root, selected, t, viewName } from "../state";
import { toggle } from "../player";
import { fit } from "../stage";
import { load } from "./editor";
import { nameOf } from "./inspector";

function open(id: string): void {
  const dialog = byId<HTMLDialogElement>(id);
  if (!dialog.open) dialog.showModal();
}

function close(id: string): void {
  byId<HTMLDialogElement>(id).close();
}

function heading(id: string, text: string): HTMLElement {
  return el("header", {}, el("h2", {}, text), el("button", { type: "button", class: "icon", "aria-label": t("page.close"), click: () => close(id) }, "×"));
}

function gallery(): void {
  const cards = boot.examples.map((example) =>
    el("button", { type: "button", class: "example", "data-example": example.id, click: () => {
      close("gallery");
      language.value = example.language === "math" ? "math" : null;
      root.value = null;
      selected.value = null;
      load(example.source);
    } }, el("strong", {}, example.title), el("span", {}, example.why), el("span", { class: "chip" }, example.language === "math" ? t("page.math") : "PyTorch")));
  byId("gallery").replaceChildren(heading("gallery", t("page.examples")), el("div", { class: "examples" }, ...cards));
}

const KEYS: [string, string][] = [
  ["Space", "stage.play"], ["← →", "help.step"], ["Home End", "help.ends"], ["F", "page.fit"], ["+ − 0", "page.zoom"],
  ["/", "help.search"], ["R", "page.make_root"], ["Ctrl Enter", "page.run"], ["Ctrl K", "page.palette"], ["?", "page.help"], ["Esc", "page.close"],
];

function help(): void {
  const rows = KEYS.map(([keys, text]) => el("tr", {}, el("th", { scope: "row" }, ...keys.split(" ").map((key) => el("kbd", {}, key))), el("td", {}, t(text))));
  byId("help").replaceChildren(heading("help", t("page.help")), el("p", {}, t("help.about")), el("table", { class: "keys" }, el("tbody", {}, ...rows)));
}

interface Action { text: string; act: () => void }

function actions(): Action[] {
  const found: Action[] = [
    { text: t("stage.play"), act: toggle },
    { text: t("stage.start"), act: () => goTo(0) },
    { text: t("stage.end"), act: () => goTo(lastStep.value) },
    { text: t("page.fit"), act: fit },
    { text: t("page.view_program"), act: () => (viewName.value = "program") },
    { text: t("page.view_autograd"), act: () => (viewName.value = "autograd") },
    { text: t("page.own_root"), act: () => setRoot(null) },
  ];
  for (const example of boot.examples) found.push({ text: `${t("page.examples")}: ${example.title}`, act: () => { language.value = example.language === "math" ? "math" : null; root.value = null; load(example.source); } });
  for (const node of result.value?.graph.nodes ?? []) found.push({ text: `${nameOf(node)} · ${node.op || node.kind} · ${node.id}`, act: () => (selected.value = node.id) });
  return found;
}

/** Search over actions, examples and nodes. */
function palette(onlyNodes: boolean): void {
  const all = onlyNodes ? actions().slice(-nodes.value.size || undefined) : actions();
  const list = el("ul", { role: "listbox", "aria-label": t("page.palette") });
  const field = el("input", { type: "search", placeholder: t(onlyNodes ? "help.search" : "page.palette"), "aria-label": t("page.palette") });
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
    list.replaceChildren(...matching.map((one, k) => el("li", { role: "option", "aria-selected": k === chosen ? "true" : "false", click: () => pick(one) }, one.text)));
  };
  field.addEventListener("input", () => { chosen = 0; draw(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") chosen++;
    else if (event.key === "ArrowUp") chosen--;
    else if (event.key === "Enter") return pick(matching[chosen]);
    else return;
    event.preventDefault();
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

export function search(): void {
  palette(true);
}

export function openPalette(): void {
  palette(false);
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
