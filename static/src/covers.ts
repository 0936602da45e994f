// The stage's rectangle in; what lies over it, in its px, out.
import { byId } from "./dom";
import type { Box } from "./fitting";
import { sketch } from "./state";

/** What stays there; a run's progress goes when it ends. */
const STAY = ["crumbs", "heat-legend"];

export function covers(room: DOMRect): Box[] {
  const lying = sketch.peek() ? [...STAY, "busy"] : STAY;
  const over = [...lying.map((id) => byId(id)), ...document.querySelectorAll<HTMLElement>(".zoom")];
  return over.map((one) => one.getBoundingClientRect()).filter((box) => box.width)
    .map((box) => ({ x: box.x - room.x, y: box.y - room.y, width: box.width, height: box.height }));
}
