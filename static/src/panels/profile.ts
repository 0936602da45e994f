// Points along depth in; their sizes on a logarithmic scale, activations and gradients, out.
import { el, svgElement } from "../dom";
import { textOf } from "../numbers";
import { lit, t } from "../state";
import type { Depth } from "../types";

const sizes = (points: Depth[], of: "activation" | "gradient"): (number | null)[] =>
  points.map((p) => { const x = p[of]; return typeof x === "number" && x > 0 ? Math.log10(x) : null; });

/** A whole number as an exponent. */
const raised = (v: number): string => String(v).replace(/[-\d]/g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? sign));

/** RMS along depth, on a logarithmic scale: activations blue, gradients orange. */
export function profile(points: Depth[]): HTMLElement | null {
  if (points.length < 2) return null;
  const [width, height, left] = [282, 96, 34];
  const all = [...sizes(points, "activation"), ...sizes(points, "gradient")].filter((x): x is number => x !== null);
  if (!all.length) return null;
  const low = Math.floor(Math.min(...all)), high = Math.max(Math.ceil(Math.max(...all)), low + 1);
  const x = (k: number): number => left + (k * (width - left - 6)) / (points.length - 1);
  const y = (v: number): number => 8 + ((high - v) * (height - 16)) / (high - low);
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, class: "profile", role: "img", "aria-label": t("panel.profile") });
  for (const v of [low, high]) {
    svg.append(svgElement("line", { x1: left, x2: width - 4, y1: y(v), y2: y(v), class: "rule" }));
    const label = svgElement("text", { x: left - 5, y: y(v) + 4, "text-anchor": "end" });
    label.textContent = `10${raised(v)}`;
    svg.append(label);
  }
  for (const of of ["activation", "gradient"] as const) {
    let path = "";
    sizes(points, of).forEach((v, k) => {
      if (v === null) return;
      path += `${path ? "L" : "M"}${x(k).toFixed(1)} ${y(v).toFixed(1)}`;
      const point = points[k]!;
      const dot = svgElement("circle", { cx: x(k), cy: y(v), r: points.length > 40 ? 1.6 : 2.6, class: of });
      const title = svgElement("title", {});
      title.textContent = `${point.name}: ${t(`panel.rms.${of}`)} ${textOf(point[of])}`;
      dot.append(title);
      dot.addEventListener("pointerenter", () => (lit.value = [point.node]));
      svg.append(dot);
    });
    svg.prepend(svgElement("path", { d: path || "M0 0", class: of }));
  }
  return el("figure", { class: "profile-figure" }, el("figcaption", {}, t("panel.profile")), svg as unknown as HTMLElement,
    el("p", { class: "legend" }, el("span", { class: "activation" }, t("panel.rms.activation")), el("span", { class: "gradient" }, t("panel.rms.gradient"))));
}
