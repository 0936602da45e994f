// The picture's size and the room for it in; a view that fits, zooms, pans and follows, out.
import { el, reducedMotion } from "../dom";
import { icon, type Icon } from "../icons";
import { t, wishes } from "./reel";

/** A picture is shown this much larger than drawn, at most. */
const LARGEST = 2, CLOSEST = 4, MARGIN = 14, EDGE = 30;
let [x, y, k] = [0, 0, 1];
let isFitted = true;
/** The scale the address asks for, until somebody wants to see everything. */
let asked = wishes.zoom;
let stage: HTMLElement;
let layer: SVGGElement;
let followed: SVGGElement | null = null;
let size = { width: 1, height: 1 };

function place(isSmooth = false): void {
  layer.style.transition = isSmooth && !reducedMotion() ? "transform 0.35s ease-in-out" : "none";
  layer.style.transform = `translate(${x}px,${y}px) scale(${k})`;
  stage.classList.toggle("is-zoomed", !isFitted);
  stage.classList.toggle("is-tiny", k < 0.55);
}

/** How large a picture of this size is shown when all of it is. */
export const scaleOf = ({ width, height }: { width: number; height: number }): number =>
  Math.min((stage.clientWidth - 2 * MARGIN) / width, (stage.clientHeight - 2 * MARGIN) / height, LARGEST);

export function fit(isSmooth = false): void {
  if (!stage.clientWidth || !stage.clientHeight) return;
  k = scaleOf(size);
  [x, y] = [(stage.clientWidth - size.width * k) / 2, (stage.clientHeight - size.height * k) / 2];
  isFitted = true;
  place(isSmooth);
}

/** Zoom so that the point (px of the stage) stays where it is; out beyond all of it means fit. */
export function zoomBy(factor: number, cx = stage.clientWidth / 2, cy = stage.clientHeight / 2, isSmooth = false): void {
  const next = Math.min(CLOSEST, k * factor);
  if (next <= scaleOf(size)) return fit(isSmooth);
  [x, y] = [cx - ((cx - x) * next) / k, cy - ((cy - y) * next) / k];
  k = next;
  isFitted = false;
  place(isSmooth);
}

export function panBy(dx: number, dy: number): void {
  if (isFitted) return;
  const held = (at: number, room: number, size: number): number => Math.min(room / 2, Math.max(room / 2 - size * k, at));
  [x, y] = [held(x + dx, stage.clientWidth, size.width), held(y + dy, stage.clientHeight, size.height)];
  place();
}

export const isZoomed = (): boolean => !isFitted;

/** Zoomed in, the step's card comes into sight. */
export function follow(card: SVGGElement | null): void {
  followed = card;
  if (isFitted || !card?.isConnected) return;
  const box = card.getBBox(); // where it is in the picture, whatever moves on screen just now
  const moved = (from: number, long: number, room: number): number => (from < EDGE || from + long > room - EDGE ? room / 2 - from - long / 2 : 0);
  const [dx, dy] = [moved(x + box.x * k, box.width * k, stage.clientWidth), moved(y + box.y * k, box.height * k, stage.clientHeight)];
  if (!dx && !dy) return;
  [x, y] = [x + dx, y + dy];
  place(true);
}

/** Everything in sight, or the scale asked for. */
function settle(): void {
  fit();
  if (asked && stage.clientWidth) zoomBy(asked / k);
  follow(followed);
}

function wholeScreen(): void {
  void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
}

/** Look at this layer from now on. */
export function aim(moved: SVGGElement, width: number, height: number): void {
  [layer, size] = [moved, { width, height }];
  settle();
}

/** `turned` is told when the room changes, before anything is fitted into it. */
export function mountCamera(into: HTMLElement, turned: () => void): void {
  stage = into;
  const button = (key: string, name: Icon, act: () => void): HTMLElement => el("button", { type: "button", "aria-label": t(key), title: t(key), click: act }, icon(name));
  const whole = (): void => { asked = 0; fit(true); };
  if (wishes.controls) stage.append(el("div", { class: "zoom", role: "group", "aria-label": t("page.zoom") },
    button("page.zoom_out", "further", () => zoomBy(1 / 1.4, undefined, undefined, true)),
    button("page.fit", "fit", whole),
    button("page.zoom_in", "closer", () => zoomBy(1.4, undefined, undefined, true)),
    document.fullscreenEnabled && button("reel.fullscreen", "whole", wholeScreen)));
  new ResizeObserver(() => {
    turned();
    if (isFitted) settle();
    else place();
  }).observe(stage);
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // the page around scrolls
    event.preventDefault();
    const room = stage.getBoundingClientRect();
    zoomBy(Math.exp(-event.deltaY / 160), event.clientX - room.left, event.clientY - room.top);
  }, { passive: false });
}
