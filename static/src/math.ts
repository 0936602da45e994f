// LaTeX in; a typeset formula out. KaTeX, its style and its fonts are loaded with the first one.
import { el } from "./dom";

type Katex = typeof import("katex").default;
let loading: Promise<Katex> | null = null;

function load(): Promise<Katex> {
  loading ??= (async () => {
    document.head.append(el("link", { rel: "stylesheet", href: "/static/katex.css" }));
    return (await import("katex")).default;
  })();
  return loading;
}

/** The smallest a formula gets so that it stays on one line. */
const LEAST = 0.8;
/** The size of one that breaks, unless it would break less at the smallest; px of a line. */
const BROKEN = 0.9, LINE = 20;
const widths = new WeakMap<Element, number>();
const watch = new ResizeObserver((entries) => entries.forEach((entry) => settle(entry.target as HTMLElement)));

/** Too wide for its panel, a formula gets a little smaller; if that is not enough, it breaks at its operators. */
function settle(place: HTMLElement): void {
  const room = place.clientWidth;
  if (!room || widths.get(place) === room) return;
  widths.set(place, room);
  place.classList.remove("is-broken");
  place.style.removeProperty("--fit");
  const part = room / place.scrollWidth;
  place.classList.toggle("is-broken", part < LEAST);
  if (part < LEAST) place.style.setProperty("--fit", String(lines(place, LEAST) < lines(place, BROKEN) - 0.5 ? LEAST : BROKEN));
  else if (part < 1) place.style.setProperty("--fit", (part - 0.005).toFixed(3));
  hint(place);
}

/** How high a broken formula gets at a size, in that size. */
function lines(place: HTMLElement, size: number): number {
  place.style.setProperty("--fit", String(size));
  return place.clientHeight / size / LINE;
}

/** What still does not fit fades out where more of it follows. */
function hint(place: HTMLElement): void {
  if (place.scrollWidth > place.clientWidth + 2) place.tabIndex = 0; // to be scrolled by keyboard
  place.classList.toggle("has-more", place.scrollWidth - place.clientWidth - place.scrollLeft > 2);
}

/** A formula as an element; its source shows until KaTeX is there, and if it fails. */
export function formula(latex: string, display = false): HTMLElement {
  const place = el("span", { class: display ? "formula display" : "formula", role: display ? "group" : null, "aria-label": display ? latex : null }, latex);
  place.addEventListener("scroll", () => hint(place), { passive: true });
  void load().then((katex) => {
    katex.render(latex, place, { displayMode: display, throwOnError: false, trust: false, strict: false, maxSize: 20, maxExpand: 200 });
    for (const name of ["role", "aria-label"]) place.removeAttribute(name); // MathML says it better than LaTeX
    if (display) watch.observe(place);
  }).catch(() => {
    place.textContent = latex;
  });
  return place;
}
