// A drag or an arrow key on the line beside the program in; the program's width, kept for next time, out.
import { byId } from "./dom";

/** Px the program has at least, the share of the page at most, and px of a key press. */
const LEAST = 240, MOST = 0.6, STEP = 24;

export function mountDivider(): void {
  const line = byId("divider"), desk = byId("desk");
  const width = (): number => line.getBoundingClientRect().left + line.offsetWidth / 2;
  const say = (): void => line.setAttribute("aria-valuenow", String(Math.round((100 * width()) / desk.clientWidth)));
  const set = (wish: number | null): void => {
    const kept = wish === null ? "" : `${Math.round(Math.max(LEAST, Math.min(MOST * desk.clientWidth, wish)))}px`;
    desk.style.setProperty("--left", kept);
    localStorage.setItem("left", kept);
    say();
  };
  set(parseFloat(localStorage.getItem("left") ?? "") || null);
  line.addEventListener("pointerdown", (event) => line.setPointerCapture(event.pointerId));
  line.addEventListener("pointermove", (event) => { if (line.hasPointerCapture(event.pointerId)) set(event.clientX); });
  line.addEventListener("dblclick", () => set(null));
  line.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation(); // which would step
    set(width() + by);
  });
}
