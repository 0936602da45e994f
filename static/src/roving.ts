// A card, an arrow key and all cards in; the nearest one that way gets the focus, and keeps it when the picture is drawn anew.
import { byId } from "./dom";
import { middle } from "./fitting";
import type { Mark } from "./types";

/** Roving focus: the nearest card in the arrow's direction, straight ahead before aside. */
export function walk(card: SVGGElement, key: string, cards: Iterable<SVGGElement>): void {
  const here = card.getBoundingClientRect();
  let best: SVGGElement | null = null;
  let least = Infinity;
  for (const other of cards) {
    if (other === card) continue;
    const box = other.getBoundingClientRect();
    const [dx, dy] = [box.x - here.x, box.y - here.y];
    const along = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy }[key] ?? 0;
    const across = key === "ArrowRight" || key === "ArrowLeft" ? Math.abs(dy) : Math.abs(dx);
    if (along > 4 && along + 2 * across < least) [best, least] = [other, along + 2 * across];
  }
  if (!best) return;
  card.setAttribute("tabindex", "-1");
  best.setAttribute("tabindex", "0");
  best.focus({ preventScroll: true }); // the stage moves the picture, not itself
}

/** The mark with the focus, "" for the stage itself, null where the focus is elsewhere. */
export function focusedMark(): string | null {
  const active = document.activeElement;
  return active && byId("stage").contains(active) ? active.id.replace("stage", "") : null;
}

/** One card is in the tab order: the first of the likely ones, else the nearest to a point of the
 * picture, else the first. Whoever was on the stage stays there. */
export function settle(elements: Map<string, SVGGElement>, places: Map<string, Mark>, likely: string[], near: [number, number] | null, hasFocus: boolean): void {
  const cards = [...places.values()].filter((mark) => mark.role === "card");
  const away = (mark: Mark): number => (near ? Math.hypot(middle(mark)[0] - near[0], middle(mark)[1] - near[1]) : 0);
  const nearest = cards.reduce<Mark | undefined>((best, one) => (best && away(best) <= away(one) ? best : one), undefined);
  const card = elements.get(likely.find((id) => places.get(id)?.role === "card") ?? nearest?.id ?? "");
  card?.setAttribute("tabindex", "0");
  if (hasFocus) card?.focus({ preventScroll: true });
}
