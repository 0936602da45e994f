// Marks on screen and their next states in; the same marks showing them, out.
import type { State } from "./timeline";

const PHASES = ["hidden", "waiting", "active", "done"];

/** Touches only what changed since `before`; `written` may replace a mark's text. */
export function paint(
  elements: Map<string, SVGGElement>,
  before: Map<string, State>,
  next: Map<string, State>,
  written: (id: string, text: string) => string = (_, text) => text,
): void {
  for (const [id, state] of next) {
    const old = before.get(id);
    if (old && old.phase === state.phase && old.text === state.text && old.tone === state.tone) continue;
    const element = elements.get(id);
    if (!element) continue;
    for (const phase of PHASES) element.classList.toggle(`is-${phase}`, phase === state.phase);
    const text = element.querySelector("text");
    const shown = written(id, state.text ?? "");
    if (text && text.textContent !== shown) text.textContent = shown;
    element.toggleAttribute("data-empty", !state.text);
    element.classList.toggle("is-odd", shown.includes("NaN")); // only marks of numbers are coloured by it
  }
}
