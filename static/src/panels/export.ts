// The run on stage in; the menu of every format with a preview of each, out.
import { effect, signal } from "@preact/signals-core";
import { refoldAs } from "../api";
import { copyFormat, copyPicture } from "../clipboard";
import { byId, el } from "../dom";
import { icon } from "../icons";
import { choice, download, exportRun, howNow, template, type Making, type Span } from "../export";
import { boot, closed, lastStep, opened, result, step, t, view, viewName } from "../state";
import type { How, Problem } from "../types";
import { bytesText } from "./memory";
import { share } from "./share";

interface Kind { suffix: string; moves: boolean; text?: boolean; asks: (keyof typeof OPTIONS)[] }

const STILL = ["theme", "crop", "background", "title"] as const;
const FILM = ["theme", "crop", "span", "seconds", "scale", "title"] as const;
const GROUPS: Record<string, Kind[]> = {
  still: [
    { suffix: "png", moves: false, asks: [...STILL, "scale"] },
    { suffix: "svg", moves: false, asks: [...STILL, "text"] },
    { suffix: "pdf", moves: false, asks: [...STILL] },
  ],
  slides: [
    { suffix: "pptx", moves: true, asks: ["theme", "slides", "span", "title", "movie", "template"] },
    { suffix: "tex", moves: true, text: true, asks: ["theme", "span", "title"] },
    { suffix: "html", moves: true, asks: ["theme", "title"] },
  ],
  moving: [
    { suffix: "gif", moves: true, asks: [...FILM] },
    { suffix: "webp", moves: true, asks: [...FILM, "background"] },
    { suffix: "apng", moves: true, asks: [...FILM, "background"] },
    { suffix: "mp4", moves: true, asks: [...FILM] },
    { suffix: "webm", moves: true, asks: [...FILM] },
    { suffix: "motion.svg", moves: true, asks: ["theme", "crop", "span", "seconds", "background", "title"] },
  ],
  text: [
    { suffix: "mmd", moves: false, text: true, asks: [] },
    { suffix: "dot", moves: false, text: true, asks: [] },
    { suffix: "derivation.tex", moves: false, text: true, asks: [] },
    { suffix: "json", moves: false, text: true, asks: [] },
  ],
};
const KINDS = Object.values(GROUPS).flat();

const chosen = signal("png");
const making = signal<{ stop: () => void; done: number; of: number } | null>(null);
const problem = signal<Problem | null>(null);
const points = signal<number | null>(null);
let preview: Making | null = null;

const kindOf = (suffix: string): Kind => KINDS.find((one) => one.suffix === suffix) ?? KINDS[0]!;
const change = (some: Partial<typeof choice.value>): void => void (choice.value = { ...choice.value, ...some });

function chooser(name: "theme" | "crop" | "background" | "text" | "slides", values: string[]): HTMLElement {
  const select = el("select", { id: `export-${name}` }, ...values.map((value) => el("option", { value, selected: choice.peek()[name] === value }, t(`share.${name}.${value}`))));
  select.addEventListener("change", () => change({ [name]: select.value }));
  return el("label", {}, t(`share.${name}`), select);
}

function span(): HTMLElement {
  const kinds = new Set((["forward", "backward"] as const).filter((kind) => result.value?.views.program.picture.steps.slice(1).some((one) => one.kind === kind)));
  const values: Span[] = ["all", ...kinds, ...(step.value > 0 && step.value < lastStep.value ? ["rest" as const] : [])];
  const select = el("select", { id: "export-span" }, ...values.map((value) => el("option", { value, selected: choice.peek().span === value }, t(`share.span.${value}`))));
  select.addEventListener("change", () => change({ span: select.value as Span }));
  return el("label", {}, t("share.span"), select);
}

function amount(name: "scale" | "seconds", values: number[], unit: string): HTMLElement {
  const select = el("select", { id: `export-${name}` }, ...values.map((value) => el("option", { value, selected: choice.peek()[name] === value }, `${value}${unit}`)));
  select.addEventListener("change", () => change({ [name]: Number(select.value) }));
  return el("label", {}, t(`share.${name}`), select);
}

function title(): HTMLElement {
  const field = el("input", { type: "text", id: "export-title", maxlength: 120, value: choice.peek().title, placeholder: t("share.title.none") });
  field.addEventListener("change", () => change({ title: field.value.trim() }));
  return el("label", { class: "wide" }, t("share.title"), field);
}

function movie(): HTMLElement | null {
  if (!boot.formats.includes("mp4")) return null;
  const box = el("input", { type: "checkbox", id: "export-movie", checked: choice.peek().movie });
  box.addEventListener("change", () => change({ movie: box.checked }));
  return el("label", {}, t("share.movie"), box);
}

async function base64(file: File): Promise<string> {
  let text = "";
  for (const byte of new Uint8Array(await file.arrayBuffer())) text += String.fromCharCode(byte);
  return btoa(text);
}

/** A deck whose look the slides take on. */
function deck(): HTMLElement {
  const field = el("input", { type: "file", id: "export-template", accept: ".pptx,.potx", "aria-label": t("share.template") });
  field.addEventListener("change", () => {
    const file = field.files?.[0];
    if (!file) template.value = null;
    else void base64(file).then((content) => { template.value = { name: file.name, content }; });
  });
  return el("label", { class: "wide" }, t("share.template"), template.peek() ? el("span", {}, template.peek()!.name) : null, field);
}

const OPTIONS = {
  theme: () => chooser("theme", ["light", "dark"]),
  crop: () => chooser("crop", ["graph", "frame"]),
  background: () => chooser("background", ["solid", "transparent"]),
  text: () => chooser("text", ["text", "paths"]),
  slides: () => chooser("slides", ["clicks", "morph"]),
  scale: () => amount("scale", [1, 2, 3, 4], "×"),
  seconds: () => amount("seconds", [0.5, 0.9, 1.5, 2.5], " s"),
  span, title, movie, template: deck,
};

function tile(kind: Kind): HTMLElement | null {
  if (!boot.formats.includes(kind.suffix)) return null;
  const button = el("button", { type: "button", class: "format", "data-format": kind.suffix, click: () => { chosen.value = kind.suffix; } },
    el("strong", {}, t(`share.format.${kind.suffix}`)), el("span", { class: "soft" }, t(`share.for.${kind.suffix}`)));
  return button;
}

/** A still of what a file will show; text as text. The file of a film is not made before it is wanted. */
const previewed = (kind: Kind): string => (kind.text ? kind.suffix : kind.moves && kind.suffix !== "pptx" ? "motion.svg" : "svg");

/** Letters as outlines: inside an <img> there is no font of ours, and the file has it. */
function previewHow(kind: Kind): How {
  const how = howNow();
  if (previewed(kind) !== "svg") return how;
  const drawn: How = { ...how, text: "paths" };
  return kind.suffix === "pptx" ? { ...drawn, crop: "frame", step: -1 } : drawn;
}

/** pt below which numbers on a slide are not read across a room, and below which Morph slides come closer; px of a number on a card, and pt a px has there. */
const LEGIBLE = 9, FOLLOWED = 6, NUMBER = 13, POINT = 0.75;

/** How high numbers stand on the slide drawn in this SVG, pt; nothing where it is no slide. */
async function pointsOf(url: string, kind: Kind): Promise<number | null> {
  if (kind.suffix !== "pptx" && !(kind.asks.includes("crop") && choice.value.crop === "frame")) return null;
  const zoom = /<g transform="[^"]*scale\(([\d.]+)\)"/.exec(await (await fetch(url)).text());
  return zoom ? Number(zoom[1]) * NUMBER * POINT : null;
}

/** The scopes that are open on the stage and hold no other open one. */
function innermost(): string[] {
  const drawn = new Set(view.value?.picture.marks.flatMap((mark) => (mark.role === "scope" && mark.scope ? [mark.scope] : [])));
  const around = new Set(result.value?.graph.scopes.flatMap((one) => (drawn.has(one.id) && one.parent ? [one.parent] : [])));
  return viewName.value === "program" ? [...drawn].filter((one) => !around.has(one)) : [];
}

/** That the slide cannot be read, and what makes it larger. */
function warning(): HTMLElement | null {
  const high = points.value;
  const isMorph = choice.value.slides === "morph", isDeck = chosen.value === "pptx" && !isMorph;
  if (high === null || high >= LEGIBLE || (chosen.value === "pptx" && isMorph && high < FOLLOWED)) return null;
  const inner = innermost();
  const fold = (): void => refoldAs(opened.value.filter((one) => !inner.includes(one)), [...new Set([...closed.value, ...inner])]);
  return el("p", { class: "export-small", role: "status" }, t("share.small", { points: Math.max(1, Math.round(high)), legible: LEGIBLE }), " ",
    inner.length ? el("button", { type: "button", id: "export-fold", class: "quiet small", click: fold }, t("share.small.fold")) : null,
    isDeck && high < FOLLOWED ? el("button", { type: "button", id: "export-closer", class: "quiet small", click: () => change({ slides: "morph" }) }, t("share.small.morph")) : null,
    inner.length || (isDeck && high < FOLLOWED) ? null : t("share.small.fewer"));
}

async function look(frame: HTMLElement): Promise<void> {
  const kind = kindOf(chosen.value);
  const turn = exportRun(previewed(kind), previewHow(kind));
  preview?.stop();
  preview = turn;
  frame.setAttribute("aria-busy", "true");
  try {
    const made = await turn.file;
    if (preview !== turn) return;
    problem.value = null;
    const shown = kind.text ? el("pre", { tabindex: 0 }, (await (await fetch(made.url)).text()).slice(0, 6_000)) : el("img", { src: made.url, alt: t("share.preview") });
    frame.replaceChildren(shown);
    points.value = kind.text ? null : await pointsOf(made.url, kind);
  } catch (reason) {
    if (preview === turn) problem.value = reason as Problem;
  } finally {
    if (preview === turn) frame.removeAttribute("aria-busy");
  }
}

async function save(): Promise<void> {
  const turn = exportRun(chosen.value, howNow(), (done, of) => { making.value = { stop: turn.stop, done, of }; });
  making.value = { stop: turn.stop, done: 0, of: 0 };
  problem.value = null;
  try {
    const made = await turn.file;
    download(made);
    byId("export-done").textContent = t("share.saved", { name: made.name, size: bytesText(made.size) });
  } catch (reason) {
    problem.value = reason as Problem;
  } finally {
    making.value = null;
  }
}

/** A button that says for a moment that it has done it, or why it could not. */
export function doing(id: string, label: string, act: () => Promise<void>): HTMLElement {
  const button = el("button", { type: "button", id, class: "quiet small" }, label);
  button.addEventListener("click", () => void act().then(() => t("panel.copied"), (reason: unknown) => (reason as Problem).message || t("share.no_clipboard")).then((said) => {
    button.textContent = said;
    setTimeout(() => (button.textContent = label), 1_800);
  }));
  return button;
}

function actions(): HTMLElement {
  const kind = kindOf(chosen.value);
  const copy = kind.text ? doing("export-copy", t("share.copy_text"), () => copyFormat(kind.suffix)) : doing("export-copy", t("share.copy_picture"), copyPicture);
  return el("div", { class: "export-actions" },
    el("button", { type: "button", id: "export-save", class: "primary", click: () => void save() }, t("share.save", { format: t(`share.format.${kind.suffix}`) })),
    copy);
}

function progress(): HTMLElement | null {
  const now = making.value;
  if (!now) return null;
  const bar = el("progress", now.of ? { max: now.of, value: now.done, "aria-label": t("share.making") } : { "aria-label": t("share.making") });
  return el("div", { class: "export-progress", role: "status" }, bar, el("span", {}, now.of ? `${now.done} / ${now.of}` : t("share.making")),
    el("button", { type: "button", id: "export-stop", class: "quiet small", click: now.stop }, t("share.stop")));
}

function fault(): HTMLElement | null {
  const now = problem.value;
  return now && now.code !== "cancelled" ? el("p", { class: "export-problem", role: "alert" }, el("strong", {}, now.message), " ", now.hint) : null;
}

let clear: (() => void)[] = [];

/** Open the menu on what is on stage now. */
export function openExport(): void {
  const dialog = byId<HTMLDialogElement>("export");
  if (!result.value || dialog.open) return;
  const page = document.documentElement.dataset["theme"];
  const isDark = page === "dark" || (page === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  change({ theme: isDark ? "dark" : "light" });
  const frame = el("div", { class: "export-preview", role: "img", "aria-label": t("share.preview") });
  const [options, doings, news] = [el("div", { class: "export-options" }), el("div"), el("div")];
  const groups = Object.entries(GROUPS).flatMap(([name, kinds]) => {
    const tiles = kinds.map(tile).filter((one) => one !== null);
    return tiles.length ? [el("section", {}, el("h3", {}, t(`share.group.${name}`)), el("div", { class: "formats" }, ...tiles))] : [];
  });
  const close = el("button", { type: "button", class: "icon", "aria-label": t("page.close"), click: () => dialog.close() }, icon("close"));
  dialog.replaceChildren(
    el("header", {}, el("h2", {}, t("share.export")), close),
    el("div", { class: "export-body" },
      el("div", { class: "export-formats" }, ...groups),
      el("div", { class: "export-stage" }, frame, options, doings, news, el("p", { id: "export-done", class: "soft", role: "status" }))),
    share());
  let timer = 0;
  clear = [
    effect(() => { for (const button of dialog.querySelectorAll<HTMLElement>(".format")) button.setAttribute("aria-pressed", String(button.dataset["format"] === chosen.value)); }),
    effect(() => {
      const kind = kindOf(chosen.value);
      const asked = kind.asks.filter((name) => name !== "title" || kind.suffix === "pptx" || kind.suffix === "tex" || kind.suffix === "html" || choice.value.crop === "frame");
      options.replaceChildren(...asked.flatMap((name) => OPTIONS[name]() ?? []));
      doings.replaceChildren(actions());
    }),
    effect(() => { news.replaceChildren(...[progress(), fault(), warning()].filter((part) => part !== null)); }),
    effect(() => { void [chosen.value, choice.value, result.value]; clearTimeout(timer); timer = window.setTimeout(() => void look(frame), 120); }),
  ];
  dialog.showModal();
}

export function mountExport(): void {
  byId("export-button").addEventListener("click", openExport);
  const dialog = byId<HTMLDialogElement>("export");
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    preview?.stop();
    making.value?.stop();
    for (const one of clear) one();
    clear = [];
  });
  effect(() => void (byId<HTMLButtonElement>("export-button").disabled = !result.value));
}
