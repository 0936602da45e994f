// Counts between edges in; bars, each saying its own number, out.
import { el, svgElement } from "../dom";
import { textOf } from "../numbers";
import { t } from "../state";
import type { Distributed } from "../types";

const [WIDE, TALL] = [340, 110];

/** Which elements were counted, in a sentence. */
export function counted(found: Distributed): string {
  const all = found.value.numel.toLocaleString();
  if (found.counted === found.value.numel) return t("tensor.counted_all", { count: all });
  return t("tensor.counted_some", { count: found.counted.toLocaleString(), all, steps: found.steps.join(" × ") });
}

export function histogram(found: Distributed): HTMLElement {
  const [edges, counts] = [found.edges.map(Number), found.counts];
  const most = Math.max(1, ...counts);
  const figure = el("figure", { class: "histogram" });
  if (!counts.length) return el("p", { class: "reason" }, t("tensor.no_histogram"));
  const svg = svgElement("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": t("tensor.histogram_alt", { bars: counts.length, low: textOf(edges[0]), high: textOf(edges.at(-1)) }) });
  const wide = WIDE / counts.length;
  counts.forEach((count, k) => {
    const [low, high] = [edges[k] ?? 0, edges[k + 1] ?? 0];
    const tall = count ? Math.max(1.5, (count / most) * (TALL - 4)) : 0;
    const kind = low >= 0 ? "plus" : high <= 0 ? "minus" : "both";
    const bar = svgElement("rect", { x: k * wide + 0.5, y: TALL - tall, width: Math.max(0.5, wide - 1), height: tall, class: kind });
    const title = svgElement("title", {});
    title.textContent = t("tensor.bar", { low: textOf(low), high: textOf(high), count: count.toLocaleString() });
    const hit = svgElement("rect", { x: k * wide, y: 0, width: wide, height: TALL, class: "hit" });
    hit.append(title);
    svg.append(bar, hit);
  });
  const middle = edges.findIndex((edge, k) => edge <= 0 && (edges[k + 1] ?? -1) > 0);
  const at = middle < 0 ? null : middle + (0 - (edges[middle] ?? 0)) / ((edges[middle + 1] ?? 1) - (edges[middle] ?? 0));
  const zero = at === null || at < 2 || at > counts.length - 2 ? null : el("span", { class: "zero" }, "0");
  if (zero && at !== null) zero.style.left = `${(100 * at) / counts.length}%`;
  figure.append(svg, el("div", { class: "axis" }, el("span", {}, textOf(edges[0])), zero, el("span", {}, textOf(edges.at(-1)))));
  return figure;
}
