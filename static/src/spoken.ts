// Cards and what they show at a step, in; what a screen reader says of each, no more than is seen, out.
import type { State } from "./timeline";
import type { Mark } from "./types";

const PARTS = ["name", "symbol", "value", "gradient"];

/** The whole sentence once all of it is there; until then the parts that are. */
export function speak(elements: Map<string, SVGGElement>, places: Map<string, Mark>, states: Map<string, State>): void {
  for (const [id, mark] of places) {
    if (mark.role !== "card") continue;
    const parts = PARTS.map((part) => id.replace(/card$/, part)).filter((part) => places.has(part));
    const seen = parts.filter((part) => states.get(part)?.phase !== "hidden");
    const isWhole = seen.length === parts.length && seen.every((part) => states.get(part)?.text === places.get(part)?.text);
    const said = isWhole ? (mark.alt ?? "") : seen.map((part) => states.get(part)?.text ?? "").filter(Boolean).join(", ");
    const element = elements.get(id);
    if (element?.getAttribute("aria-label") !== said) element?.setAttribute("aria-label", said);
  }
}
