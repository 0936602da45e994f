// A card, an arrow key and all cards in; the nearest one that way gets the focus.

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
  best.focus();
}
