// Where marks were on screen and where they are drawn now, in; the way from there to here, moved smoothly, out.
import type { ZoomTransform } from "d3-zoom";
import { reducedMotion } from "./dom";
import type { Mark } from "./types";

/** Cards that stay move from where they were on screen; what is new appears. */
export function glide(elements: Map<string, SVGGElement>, old: Map<string, Mark>, places: Map<string, Mark>, from: ZoomTransform, { x, y, k }: ZoomTransform): void {
  if (reducedMotion()) return;
  for (const [id, mark] of places) {
    const before = old.get(id);
    const element = elements.get(id);
    if (!element) continue;
    const isLine = mark.role === "edge" || mark.role === "arrowhead";
    if (!before || isLine) {
      if (!before || before.path !== mark.path) element.animate([{ opacity: 0 }, { opacity: 0, offset: 0.4 }, { opacity: 1 }], { duration: 420, easing: "ease-out" });
      continue;
    }
    const [dx, dy] = [(before.x * from.k + from.x - x) / k - mark.x, (before.y * from.k + from.y - y) / k - mark.y];
    if (Math.abs(dx) + Math.abs(dy) < 1) continue;
    element.animate([{ transform: `translate(${dx}px,${dy}px)` }, { transform: "none" }], { duration: 420, easing: "ease-in-out" });
  }
}
