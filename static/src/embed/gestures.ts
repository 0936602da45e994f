// Keys, clicks, drags, swipes and pinches in; steps, zoom and choices out.
import { byId } from "../dom";
import { isZoomed, fit, panBy, zoomBy } from "./camera";
import { jump, toggle } from "./clock";
import { revealAll } from "./masks";
import { isDriven, isFramed, passOn } from "./messages";
import { choose, markUnder } from "./picture";
import { last, open, step } from "./reel";

/** Pixels a finger travels before it swipes, and a pointer before it drags. */
const SWIPE = 44, DRAG = 4;

const KEYS: Record<string, () => void> = {
  " ": toggle,
  ArrowLeft: () => jump(step.value - 1),
  ArrowRight: () => jump(step.value + 1),
  PageUp: () => jump(step.value - 1),
  PageDown: () => jump(step.value + 1),
  Home: () => jump(0),
  End: () => jump(last),
  Escape: () => (open.value = null),
  "+": () => zoomBy(1.3),
  "-": () => zoomBy(1 / 1.3),
  "0": () => fit(),
  r: revealAll,
};

/** Whether a key has nothing left to do here, so that the deck around gets it. */
function isSpent(key: string): boolean {
  if (key === "ArrowUp" || key === "ArrowDown") return true;
  if (key === "ArrowRight" || key === "PageDown") return step.value >= last;
  if (key === "ArrowLeft" || key === "PageUp") return step.value <= 0;
  if (key === " ") return isDriven() && step.value >= last;
  return key === "Escape" && !open.value;
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  const isCard = target.closest?.(".mark.card");
  if (event.key === "Enter" || (event.key === " " && isCard)) {
    if (isCard) { event.preventDefault(); choose(markUnder(target)); }
    return;
  }
  if (event.key === " " && target.closest?.("button")) return; // the button's own key
  if (target.closest?.("pre") && event.key.startsWith("Arrow")) return; // scrolls the numbers
  const isSlider = target.matches?.("input[type=range]");
  if (isSlider && (event.key === "ArrowUp" || event.key === "ArrowDown")) return;
  if (isFramed && isSpent(event.key)) {
    event.preventDefault();
    passOn(event.key);
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** Pointers down on the stage, by id. */
const down = new Map<number, PointerEvent>();

const spread = (): number => {
  const [a, b] = [...down.values()];
  return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
};

function mountPointers(stage: HTMLElement): void {
  let [startX, startY, hasMoved, wide] = [0, 0, false, 0];
  stage.addEventListener("pointerdown", (event) => {
    if ((event.target as Element).closest(".zoom, dialog")) return;
    down.set(event.pointerId, event);
    if (down.size === 1) [startX, startY, hasMoved] = [event.clientX, event.clientY, false];
    wide = spread();
  });
  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    down.set(event.pointerId, event);
    if (Math.hypot(event.clientX - startX, event.clientY - startY) > DRAG) hasMoved = true;
    if (down.size === 2 && wide) {
      const room = stage.getBoundingClientRect();
      const [a, b] = [...down.values()] as [PointerEvent, PointerEvent];
      zoomBy(spread() / wide, (a.clientX + b.clientX) / 2 - room.left, (a.clientY + b.clientY) / 2 - room.top);
      wide = spread();
    } else if (isZoomed() && hasMoved) {
      stage.setPointerCapture(event.pointerId);
      panBy(event.clientX - before.clientX, event.clientY - before.clientY);
    }
  });
  stage.addEventListener("pointerup", (event) => {
    const isOne = down.size === 1;
    if (!down.delete(event.pointerId) || !isOne) return;
    const [dx, dy] = [event.clientX - startX, event.clientY - startY];
    if (event.pointerType === "touch" && !isZoomed() && Math.abs(dx) > SWIPE && Math.abs(dx) > 2 * Math.abs(dy)) jump(step.value + (dx < 0 ? 1 : -1));
    else if (!hasMoved) choose(markUnder(event.target));
  });
  stage.addEventListener("pointercancel", (event) => void down.delete(event.pointerId));
}

export function mountGestures(): void {
  document.addEventListener("keydown", onKey);
  mountPointers(byId("stage"));
}
