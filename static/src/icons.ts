// A name in; its sign as SVG, which no font need have, out.
import { svgElement } from "./dom";

const ICONS = {
  play: "M8 5.5v13l11-6.5z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  back: "M15 6l-6 6 6 6",
  next: "M9 6l6 6-6 6",
  whole: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  fit: "M13 11l6-6M14 5h5v5M11 13l-6 6M10 19H5v-5",
  closer: "M12 5v14M5 12h14",
  further: "M5 12h14",
  start: "M6 5.5h2.4v13H6zM19 5.5v13L8.9 12z",
  end: "M15.6 5.5H18v13h-2.4zM5 5.5v13L15.1 12z",
  theme: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2v14a7 7 0 0 0 0-14z",
  close: "M6 6l12 12M18 6L6 18",
};
export type Icon = keyof typeof ICONS;
const FILLED = new Set<Icon>(["play", "pause", "start", "end", "theme"]);

export function icon(name: Icon): SVGElement {
  const svg = svgElement("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: FILLED.has(name) ? "glyph" : "glyph is-line" });
  svg.append(svgElement("path", { d: ICONS[name], "fill-rule": "evenodd" }));
  return svg;
}
