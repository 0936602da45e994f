// The server's SVG in; the living picture out: adopted, zoomable, hoverable, stepped.
import { effect } from "@preact/signals-core";
import { select } from "d3-selection";
import { zoom, zoomIdentity, type ZoomTransform } from "d3-zoom";
import { fold, openBelow, setRoot } from "./api";
import { covers } from "./covers";
import { byId, reducedMotion, svgElement } from "./dom";
import { carried, fits, fitted, hidden, middle } from "./fitting";
import { glide } from "./glide";
import { icon } from "./icons";
import { duration, pulse, stopPulses } from "./motion";
import { paint } from "./paint";
import { focusedMark, settle, walk } from "./roving";
import { scrub } from "./scrub";
import { speak } from "./spoken";
import { mapPicture, mapView, mountMinimap } from "./minimap";
import { anchor, busy, hovered, lit, nodes, playing, result, selected, sketch, speed, stale, step, steps, t, view, viewing, viewName, wanted } from "./state";
import { stateAt, type State } from "./timeline";
import type { Mark, View } from "./types";

let root: SVGSVGElement | null = null;
let layer: SVGGElement | null = null;
let shown: View | null = null;
let elements = new Map<string, SVGGElement>();
let states = new Map<string, State>();
let places = new Map<string, Mark>();
let wasSketch = false;
let transform: ZoomTransform = zoomIdentity;
let journey = 0;
/** Whether the visitor has moved the view since it was fitted. */
let isMoved = false;
let seen: { step: number; view: View | null } = { step: 0, view: null };
const zoomer = zoom<SVGSVGElement, unknown>().scaleExtent([0.08, 5]).on("zoom", (event: { transform: ZoomTransform; sourceEvent: Event | null }) => {
  transform = event.transform;
  if (event.sourceEvent) isMoved = true;
  layer?.setAttribute("transform", transform.toString());
  if (!root) return;
  const { clientWidth, clientHeight } = byId("stage");
  const { x, y, k } = transform;
  mapView(-x / k, -y / k, clientWidth / k, clientHeight / k);
});

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
  const focused = focusedMark();
  root?.remove();
  stage.prepend(svg);
  root = svg;
  elements = new Map([...layer.children].map((g) => [g.id, g as SVGGElement]));
  places = new Map(next.picture.marks.map((mark) => [mark.id, mark]));
  const isSame = shown !== null && [...places.keys()].some((id) => old.has(id));
  select(svg).call(zoomer).on("dblclick.zoom", null);
  const isFirst = shown === null || !isSame;
  svg.classList.toggle("is-first", isFirst); // what goes on from the picture before stands there at once
  shown = next;
  states = new Map();
  mapPicture(next.picture);
  const from = transform;
  const held = anchor.peek();
  anchor.value = null;
  if (held !== null && hold(held, old)) { /* what was clicked stays under the pointer */ }
  else if (wasSketch && isSame && becomes(next, old)) { /* a sketch became its result */ }
  else if (isFirst || old.size !== places.size) fit(false);
  else select(svg).call(zoomer.transform, transform);
  if (isSame) glide(elements, old, places, from, transform);
  wasSketch = sketch.peek() !== null;
  const was = old.get(focused ?? "");
  settle(elements, places, [focused ?? "", `${held}.card`, `${selected.peek()}.card`], was ? carried(middle(was), from, transform) : null, focused !== null);
  arrive(wanted.peek());
}

/** Bring what is wanted into view once it is drawn; who searched goes on from there. */
function arrive(id: string | null): void {
  if (id === null || !centre(markOf(id))) return;
  wanted.value = null;
  if (focusedMark() !== null) elements.get(markOf(id))?.focus({ preventScroll: true });
}

/** The mark that shows a node or scope; of a scope without a box, its first card. */
function markOf(id: string): string {
  if (places.has(`${id}.card`) || places.has(`${id}.scope`)) return places.has(`${id}.card`) ? `${id}.card` : `${id}.scope`;
  const inside = result.value?.graph.nodes.find((node) => node.scope === id && places.has(`${node.id}.card`));
  return `${inside?.id ?? id}.card`;
}
const placeOf = (scope: string, marks: Map<string, Mark>): Mark | undefined => marks.get(`${scope}.card`) ?? marks.get(`${scope}.scope`);

/** Keep a scope where it was on screen, folded or open, at the same scale. */
function hold(scope: string, old: Map<string, Mark>): boolean {
  const [before, after] = [placeOf(scope, old), placeOf(scope, places)];
  if (!before || !after || !root) return false;
  const [[x0, y0], [x1, y1]] = [middle(before), middle(after)];
  const { x, y, k } = transform;
  select(root).call(zoomer.transform, zoomIdentity.translate(x + (x0 - x1) * k, y + (y0 - y1) * k).scale(k));
  return true;
}

/** Keep a sketch's first card in place in its result; false where the result wants another scale. */
function becomes(next: View, old: Map<string, Mark>): boolean {
  const first = [...places.keys()].find((id) => id.endsWith(".card") && old.has(id)) ?? "";
  if (!root || !hold(first.slice(0, -5), old)) return false;
  const room = root.getBoundingClientRect(), over = covers(room), best = opened();
  if (isMoved || !best) return true;
  if (hidden(next.picture, over, transform) > hidden(next.picture, over, best)) return false;
  return fits(transform, next.picture, room) || Math.abs(best.k / transform.k - 1) < 0.02;
}

/** Bring a mark to the middle of the stage, large enough to read; whether it is drawn. */
export function centre(id: string): boolean {
  const mark = places.get(id);
  if (!mark || !root) return false;
  const { width, height } = root.getBoundingClientRect();
  const whole = Math.min(width / (mark.width + 80), height / (mark.height + 80), 1.2);
  const scale = mark.role === "card" ? Math.max(transform.k, 0.8) : whole;
  const [x, y] = middle(mark);
  const next = zoomIdentity.translate(width / 2 - x * scale, height / 2 - y * scale).scale(scale);
  travel(next);
  return true;
}

/** Move the view there, in 420 ms where motion is welcome. */
function travel(next: ZoomTransform): void {
  const svg = root, from = transform, start = performance.now(), mine = ++journey;
  const frame = (now: number): void => {
    if (!svg || svg !== root || mine !== journey) return;
    const whole = reducedMotion() ? 1 : Math.min(1, (now - start) / 420);
    const part = whole * whole * (3 - 2 * whole);
    const between = (a: number, b: number): number => a + (b - a) * part;
    select(svg).call(zoomer.transform, zoomIdentity.translate(between(from.x, next.x), between(from.y, next.y)).scale(between(from.k, next.k)));
    if (whole < 1) requestAnimationFrame(frame);
  };
  frame(start);
}

/** Where the whole picture is seen; or, where that would be too small to read, its beginning. */
function opened(isWhole = false): { x: number; y: number; k: number } | null {
  const room = root?.getBoundingClientRect();
  return shown && room?.width && room.height ? fitted(shown.picture, room, covers(room), isWhole) : null;
}

export function fit(isWhole = true): void {
  const place = opened(isWhole);
  if (!root || !place) return;
  select(root).call(zoomer.transform, zoomIdentity.translate(place.x, place.y).scale(place.k));
  isMoved = false;
}

/** Keep the card a step is about in sight. */
function follow(): void {
  if (step.value !== 0) sight(places.get(`${steps.value[step.value]?.node}.card`));
}

/** Move the view to a mark that is not all in it. */
function sight(mark: Mark | undefined): void {
  if (!mark || !root) return;
  const { width, height } = root.getBoundingClientRect();
  const { x, y, k } = transform;
  const [left, top] = [mark.x * k + x, mark.y * k + y];
  const isSeen = left >= 0 && top >= 0 && left + mark.width * k <= width && top + mark.height * k <= height;
  const [across, down] = middle(mark);
  if (!isSeen) travel(zoomIdentity.translate(width / 2 - across * k, height / 2 - down * k).scale(k));
}

export function zoomBy(factor: number): void {
  if (root) select(root).call(zoomer.scaleBy, factor);
  isMoved = true;
}

function show(): void {
  if (!shown) return;
  const next = stateAt(shown.picture, step.value);
  paint(elements, states, next);
  speak(elements, places, next);
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

function target(event: Event): SVGGElement | null {
  return (event.target as Element | null)?.closest?.(".mark") as SVGGElement | null;
}

function choose(mark: SVGGElement): void {
  const { node, edge, scope } = mark.dataset;
  if (scope && mark.classList.contains("card")) fold(scope, true);
  else if (scope && mark.classList.contains("scope-label")) fold(scope, false);
  else selected.value = node ?? edge ?? null;
}

/** The viewer on a card's value (its first output's) or gradient (of the first that has one). */
function look(node: string, gradient: boolean): void {
  const first = nodes.value.get(node)?.outputs.findIndex((output) => output.gradient) ?? -1;
  if (!stale.value) viewing.value = { node, output: gradient ? Math.max(first, 0) : 0, of: gradient ? "gradient" : "value", edge: null };
}

/** E opens a folded card, and folds the scope an open one is in; with Shift, all below. */
function expand(mark: SVGGElement, all: boolean): void {
  const { node, scope } = mark.dataset;
  const around = scope ?? (node ? nodes.value.get(node)?.scope : null) ?? "";
  if (all) openBelow(around);
  else if (scope && mark.classList.contains("card")) fold(scope, true);
  else if (around) fold(around, false);
}

function highlight(): void {
  const node = hovered.value;
  const graph = result.value?.graph;
  const near = new Set<string>();
  const shining = new Set(lit.value);
  for (const edge of graph?.edges ?? []) {
    if (edge.source.node === node || edge.target.node === node) near.add(edge.id);
  }
  for (const [, element] of elements) {
    const { node: own, edge } = element.dataset;
    element.classList.toggle("is-hovered", node !== null && (own === node || edge === node || (edge !== undefined && near.has(edge))));
    element.classList.toggle("is-lit", (own !== undefined && shining.has(own)) || (edge !== undefined && shining.has(edge)));
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
  stage.addEventListener("focusin", (event) => {
    const mark = target(event);
    if (mark?.matches(":focus-visible")) sight(places.get(mark.id));
  });
  stage.addEventListener("pointerleave", () => (hovered.value = null));
  stage.addEventListener("click", (event) => {
    const mark = target(event);
    if (mark) choose(mark);
    else selected.value = null;
    const isBelow = matchMedia("(max-width: 720px)").matches; // what was asked for is out of sight there
    if (selected.value && isBelow) byId("inspector").scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth" });
  });
  stage.addEventListener("keydown", (event) => {
    const mark = target(event);
    if (!mark) return;
    if (event.key.startsWith("Arrow")) walk(mark, event.key, layer?.querySelectorAll<SVGGElement>(".card") ?? []);
    else if (event.key === "Enter") choose(mark);
    else if (event.key.toLowerCase() === "e") expand(mark, event.shiftKey);
    else if (event.key.toLowerCase() === "v" && mark.dataset["node"]) look(mark.dataset["node"], event.shiftKey);
    else if (event.key.toLowerCase() === "r" && mark.dataset["node"] && nodes.value.has(mark.dataset["node"])) setRoot(mark.dataset["node"]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  stage.addEventListener("dblclick", (event) => {
    const mark = target(event);
    if (mark?.classList.contains("thumb") && mark.dataset["node"]) look(mark.dataset["node"], mark.id.endsWith(".gradient_thumb"));
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
    void viewName.value;
    const isStep = step.value !== seen.step && view.value === seen.view;
    seen = { step: step.value, view: view.value };
    show();
    if (isStep) follow();
  });
  effect(highlight);
  effect(() => {
    if (sketch.value && !busy.value && !isMoved) requestAnimationFrame(() => fit(false)); // stopped: its note is longer
  });
  effect(() => void stage.classList.toggle("is-stale", stale.value));
  effect(() => arrive(wanted.value));
  mountMinimap((x, y) => {
    if (!root) return;
    const { width, height } = root.getBoundingClientRect();
    select(root).call(zoomer.transform, zoomIdentity.translate(width / 2 - x * transform.k, height / 2 - y * transform.k).scale(transform.k));
  });
  new ResizeObserver(() => { if (!isMoved) fit(false); }).observe(stage);
  for (const [id, name] of [["zoom-in", "closer"], ["zoom-out", "further"], ["zoom-fit", "whole"]] as const) byId(id).replaceChildren(icon(name));
  byId("zoom-in").addEventListener("click", () => zoomBy(1.3));
  byId("zoom-out").addEventListener("click", () => zoomBy(1 / 1.3));
  byId("zoom-fit").addEventListener("click", () => fit());
}
