// The server's SVG in; the living picture out: adopted, zoomable, hoverable, stepped.
import { effect } from "@preact/signals-core";
import { select } from "d3-selection";
import { zoom, zoomIdentity, type ZoomTransform } from "d3-zoom";
import { fold, setRoot } from "./api";
import { byId, reducedMotion, svgElement } from "./dom";
import { duration, pulse, stopPulses } from "./motion";
import { hovered, nodes, playing, result, selected, speed, stale, step, steps, t, view, viewName } from "./state";
import { stateAt, type State } from "./timeline";
import type { Mark, View } from "./types";

const TAGS = new Set(["svg", "g", "rect", "path", "circle", "text"]);
const ATTRIBUTES = /^(id|class|data-(node|edge|scope)|tabindex|role|aria-label|[xydr]|c[xy]|r[xy]|width|height|fill|stroke|stroke-width|stroke-dasharray|font-size|font-weight|text-anchor|xmlns|viewBox|font-family)$/;

let root: SVGSVGElement | null = null;
let layer: SVGGElement | null = null;
let shown: View | null = null;
let elements = new Map<string, SVGGElement>();
let states = new Map<string, State>();
let places = new Map<string, Mark>();
let transform: ZoomTransform = zoomIdentity;
const zoomer = zoom<SVGSVGElement, unknown>().scaleExtent([0.08, 5]).on("zoom", (event: { transform: ZoomTransform }) => {
  transform = event.transform;
  layer?.setAttribute("transform", transform.toString());
});

/** Keep only what a picture needs: defence in depth against a hostile SVG. */
function scrub(element: Element): void {
  for (const child of [...element.children]) {
    if (TAGS.has(child.tagName)) scrub(child);
    else child.remove();
  }
  for (const attribute of [...element.attributes]) {
    if (!ATTRIBUTES.test(attribute.name)) element.removeAttribute(attribute.name);
  }
}

function adopt(next: View): void {
  const parsed = new DOMParser().parseFromString(next.svg, "image/svg+xml").documentElement;
  if (parsed.tagName !== "svg") return;
  scrub(parsed);
  const svg = svgElement("svg", { class: "picture", role: "group", "aria-label": t("page.picture") }) as SVGSVGElement;
  layer = svgElement("g", { class: "layer" }) as SVGGElement;
  layer.append(...[...document.importNode(parsed, true).childNodes]);
  svg.append(layer);
  const stage = byId("stage");
  const old = places;
  root?.remove();
  stage.prepend(svg);
  root = svg;
  elements = new Map([...layer.children].map((g) => [g.id, g as SVGGElement]));
  places = new Map(next.picture.marks.map((mark) => [mark.id, mark]));
  const isSame = shown !== null && [...places.keys()].some((id) => old.has(id));
  select(svg).call(zoomer).on("dblclick.zoom", null);
  const isFirst = shown === null || !isSame;
  shown = next;
  states = new Map();
  if (isFirst || !fits(old)) fit();
  else select(svg).call(zoomer.transform, transform);
  if (isSame) glide(old);
  firstFocus();
}

/** Whether the picture kept its size, so that the view may stay where it is. */
function fits(old: Map<string, Mark>): boolean {
  return old.size === places.size;
}

/** Cards that stay move smoothly from where they were. */
function glide(old: Map<string, Mark>): void {
  if (reducedMotion()) return;
  for (const [id, mark] of places) {
    const before = old.get(id);
    const element = elements.get(id);
    if (!before || !element || mark.role === "edge" || mark.role === "arrowhead") continue;
    const [dx, dy] = [before.x - mark.x, before.y - mark.y];
    if (Math.abs(dx) + Math.abs(dy) < 1) continue;
    element.animate([{ transform: `translate(${dx}px,${dy}px)` }, { transform: "none" }], { duration: 320, easing: "ease-out" });
  }
}

export function fit(): void {
  if (!root || !shown) return;
  const { width, height } = root.getBoundingClientRect();
  const { width: w, height: h } = shown.picture;
  if (!width || !height) return;
  const scale = Math.min(width / w, height / h, 1.5);
  const next = zoomIdentity.translate((width - w * scale) / 2, (height - h * scale) / 2).scale(scale);
  select(root).call(zoomer.transform, next);
}

export function zoomBy(factor: number): void {
  if (root) select(root).call(zoomer.scaleBy, factor);
}

function show(): void {
  if (!shown) return;
  const next = stateAt(shown.picture, step.value);
  for (const [id, state] of next) {
    const before = states.get(id);
    if (before && before.phase === state.phase && before.text === state.text && before.tone === state.tone) continue;
    const element = elements.get(id);
    if (!element) continue;
    for (const phase of ["hidden", "waiting", "active", "done"]) element.classList.toggle(`is-${phase}`, phase === state.phase);
    const text = element.querySelector("text");
    if (text && text.textContent !== (state.text ?? "")) text.textContent = state.text ?? "";
    element.toggleAttribute("data-empty", !state.text);
  }
  states = next;
  const now = steps.value[step.value];
  byId("stage").dataset["pass"] = step.value === 0 ? "none" : (now?.kind ?? "none");
  stopPulses();
  byId("stage").classList.toggle("is-playing", playing.value && !reducedMotion());
  byId("stage").style.setProperty("--beat", `${Math.round(duration(1, speed.value) * 0.6)}ms`);
  if (playing.value && now && layer && !reducedMotion()) {
    pulse(layer, elements, now, speed.value);
  }
}

/** Roving focus: one card is in the tab order, arrow keys walk the others. */
function firstFocus(): void {
  const chosen = selected.value ? elements.get(`${selected.value}.card`) : null;
  const card = chosen ?? layer?.querySelector<SVGGElement>(".card");
  card?.setAttribute("tabindex", "0");
}

function walk(card: SVGGElement, key: string): void {
  const here = card.getBoundingClientRect();
  let best: SVGGElement | null = null;
  let least = Infinity;
  for (const other of layer?.querySelectorAll<SVGGElement>(".card") ?? []) {
    if (other === card) continue;
    const box = other.getBoundingClientRect();
    const [dx, dy] = [box.x - here.x, box.y - here.y];
    const along = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy }[key] ?? 0;
    const across = key === "ArrowRight" || key === "ArrowLeft" ? Math.abs(dy) : Math.abs(dx);
    if (along > 4 && along + 2 * across < least) [best, least] = [other, along + 2 * across];
  }
  if (best) {
    card.setAttribute("tabindex", "-1");
    best.setAttribute("tabindex", "0");
    best.focus();
  }
}

function target(event: Event): SVGGElement | null {
  return (event.target as Element | null)?.closest?.(".mark") as SVGGElement | null;
}

function choose(mark: SVGGElement): void {
  const { node, edge, scope } = mark.dataset;
  if (scope && mark.classList.contains("card")) fold(scope, true);
  else if (scope && mark.classList.contains("scope-label")) fold(scope, false);
  else selected.value = node ?? edge ?? null;
}

function highlight(): void {
  const node = hovered.value;
  const graph = result.value?.graph;
  const near = new Set<string>();
  for (const edge of graph?.edges ?? []) {
    if (edge.source.node === node || edge.target.node === node) near.add(edge.id);
  }
  for (const [, element] of elements) {
    const { node: own, edge } = element.dataset;
    element.classList.toggle("is-hovered", node !== null && (own === node || edge === node || (edge !== undefined && near.has(edge))));
    element.classList.toggle("is-selected", selected.value !== null && (own === selected.value || edge === selected.value));
    element.classList.toggle("is-root", own !== undefined && own === graph?.root && element.classList.contains("card"));
  }
}

export function mountStage(): void {
  const stage = byId("stage");
  stage.addEventListener("pointerover", (event) => {
    const mark = target(event);
    hovered.value = mark?.dataset["node"] ?? mark?.dataset["edge"] ?? null;
  });
  stage.addEventListener("pointerleave", () => (hovered.value = null));
  stage.addEventListener("click", (event) => {
    const mark = target(event);
    if (mark) choose(mark);
    else selected.value = null;
  });
  stage.addEventListener("keydown", (event) => {
    const mark = target(event);
    if (!mark) return;
    if (event.key.startsWith("Arrow")) walk(mark, event.key);
    else if (event.key === "Enter") choose(mark);
    else if (event.key.toLowerCase() === "r" && mark.dataset["node"] && nodes.value.has(mark.dataset["node"])) setRoot(mark.dataset["node"]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  effect(() => {
    const next = view.value;
    if (next && next !== shown) {
      adopt(next);
      show();
      highlight();
    }
  });
  effect(() => {
    void step.value;
    void viewName.value;
    show();
  });
  effect(highlight);
  effect(() => void stage.classList.toggle("is-stale", stale.value));
  new ResizeObserver(() => fit()).observe(stage);
  byId("zoom-in").addEventListener("click", () => zoomBy(1.3));
  byId("zoom-out").addEventListener("click", () => zoomBy(1 / 1.3));
  byId("zoom-fit").addEventListener("click", fit);
}
