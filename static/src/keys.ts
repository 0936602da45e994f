// Keys pressed outside text fields in; what they mean on the stage, out.
import { openHelp, openPalette } from "./panels/dialogs";
import { openExport } from "./panels/export";
import { openSearch } from "./panels/search";
import { stepBy, toggle } from "./player";
import { fit, zoomBy } from "./stage";
import { goTo, lastStep, lit, playing, selected } from "./state";

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(element?.closest?.("input:not([type=range]), textarea, select, .cm-editor"));
}

const KEYS: Record<string, () => void> = {
  " ": toggle,
  ArrowLeft: () => stepBy(-1),
  ArrowRight: () => stepBy(1),
  Home: () => { playing.value = false; goTo(0); },
  End: () => { playing.value = false; goTo(lastStep.value); },
  f: () => fit(),
  "0": () => fit(),
  "+": () => zoomBy(1.3),
  "=": () => zoomBy(1.3),
  "-": () => zoomBy(1 / 1.3),
  x: openExport,
  "/": openSearch,
  "?": openHelp,
  Escape: () => { selected.value = null; lit.value = []; },
};

export function mountKeys(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const isButton = (event.target as HTMLElement).closest?.("button, a, summary");
    if (event.key === " " && isButton) return; // a button's own key
    const act = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
