// The SVG the page came with in; the living picture out: stepped, pulsing, masked, chosen.
import { effect } from "@preact/signals-core";
import { byId, reducedMotion, svgElement } from "../dom";
import { duration, pulse, stopPulses } from "../motion";
import { paint } from "../paint";
import { stateAt, type State } from "../timeline";
import { aim, follow, mountCamera, scaleOf } from "./camera";
import { flowsOf, freeFolded, isMasked, ownerOf, readable, reveal } from "./masks";
import { now, open, playing, reel, revealed, step, t, wishes } from "./reel";

let elements = new Map<string, SVGGElement>();
let states = new Map<string, State>();
let layer: SVGGElement;

/** A drawing of the picture: across, and for narrow screens downwards. */
interface Drawing { svg: SVGSVGElement; width: number; height: number }

/** A drawing is left for the other when that is shown larger by this. */
const BETTER = 1.15;
let drawings: Drawing[] = [];
let drawing: Drawing | undefined;

const shown = (svg: SVGSVGElement): Drawing => ({ svg, width: Number(svg.getAttribute("width")), height: Number(svg.getAttribute("height")) });

/** Put a drawing on the stage, its marks in a layer that the camera moves. */
function adopt(next: Drawing): void {
  const { svg, width, height } = next;
  if (!svg.querySelector(".layer")) {
    for (const name of ["width", "height", "viewBox", "font-family"]) svg.removeAttribute(name);
    svg.setAttribute("class", "picture");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", wishes.hide.size ? t("page.picture") : wishes.title || t("page.picture"));
    const made = svgElement("g", { class: "layer" });
    made.append(...svg.children);
    svg.append(made);
  }
  layer = svg.querySelector<SVGGElement>(".layer") as SVGGElement;
  elements = new Map([...layer.children].map((g) => [g.id, g as SVGGElement]));
  states = new Map();
  freeFolded(elements.values());
  elements.get(`${reel.root}.card`)?.classList.add("is-root");
  if (drawing) drawing.svg.replaceWith(svg);
  drawing = next;
  aim(layer, width, height);
}

/** The drawing that is shown larger in the room there is. */
function pick(): void {
  const other = drawings.find((one) => one !== drawing);
  if (!other || !drawing || !byId("stage").clientWidth || scaleOf(other) < BETTER * scaleOf(drawing)) return;
  const focused = drawing.svg.contains(document.activeElement) ? document.activeElement?.id : undefined;
  adopt(other);
  show();
  select();
  if (focused) elements.get(focused)?.focus(); // what is chosen and focused stays so in the other drawing
}

/** The card whose numbers are open stands out. */
function select(): void {
  const id = open.value?.mark;
  for (const [other, element] of elements) element.classList.toggle("is-selected", id !== undefined && ownerOf(other) === ownerOf(id));
}

function show(): void {
  const next = stateAt(reel, step.value);
  paint(elements, states, next, readable);
  states = next;
  for (const [id, element] of elements) {
    if (id.endsWith(".card")) name(id, element);
    else if (id.endsWith("thumb")) element.classList.toggle("is-masked", isMasked(id));
  }
  const stage = byId("stage");
  stage.dataset["pass"] = step.value === 0 ? "none" : (now.value?.kind ?? "none");
  const isMoving = playing.value && !reducedMotion();
  stage.classList.toggle("is-playing", isMoving);
  stage.style.setProperty("--beat", `${Math.round(duration(1, wishes.speed) * 0.6)}ms`);
  stopPulses();
  if (isMoving && now.value) pulse(layer, elements, { kind: now.value.kind, flows: flowsOf(step.value) }, wishes.speed);
  follow(layer.querySelector<SVGGElement>(".card.is-active"));
}

/** What a screen reader says of a card: what can be read on it at this step, and no more. */
function name(id: string, element: SVGGElement): void {
  const lines = ["name", "symbol", "value", "gradient"].map((role) => `${ownerOf(id)}.${role}`);
  const shown = lines.filter((line) => states.get(line)?.phase !== "hidden" && states.get(line)?.text);
  const label = shown.map((line) => (isMasked(line) ? t("reel.hidden") : (states.get(line)?.text ?? ""))).join(", ");
  element.setAttribute("aria-label", label || t("page.picture"));
  element.setAttribute("tabindex", "0");
}

/** The masked marks that a press on this one uncovers: its own, or all of its card's in sight. */
function covered(mark: SVGGElement): string[] {
  const owner = ownerOf(mark.id);
  const near = [...elements.keys()].filter((id) => ownerOf(id) === owner);
  return near.filter((id) => isMasked(id) && states.get(id)?.phase !== "hidden" && states.get(id)?.text);
}

/** A press uncovers what is masked; on what is plain it opens the numbers. */
export function choose(mark: SVGGElement | null): void {
  if (!mark) { open.value = null; return; }
  const masked = covered(mark);
  if (masked.length) return reveal(...masked);
  const note = mark.dataset["node"] ?? mark.dataset["edge"] ?? "";
  open.value = reel.notes[note] ? { note, mark: mark.id } : null;
}

export const markUnder = (target: EventTarget | null): SVGGElement | null => (target as Element | null)?.closest?.<SVGGElement>(".mark:not(.scope)") ?? null;

/** Where the numbers were opened from, to give the focus back. */
export const elementOf = (mark: string): SVGGElement | undefined => elements.get(mark);

export function mountPicture(): void {
  const stage = byId("stage");
  const tall = document.querySelector<HTMLTemplateElement>("#tall")?.content.querySelector("svg");
  drawings = [stage.querySelector("svg"), tall].flatMap((svg) => (svg ? [shown(svg)] : []));
  mountCamera(stage, pick);
  if (drawings[0]) adopt(drawings[0]);
  pick();
  let before = revealed.peek();
  effect(() => {
    void [step.value, playing.value];
    if (revealed.value !== before) states = new Map(); // texts change where states do not
    before = revealed.value;
    show();
  });
  effect(select);
}
