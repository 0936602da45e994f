// A step of the timeline in; pulses that carry its numbers along the edges, out.
import { svgElement } from "./dom";
import type { PictureStep } from "./types";

/** Milliseconds one step takes at speed 1; long timelines hurry. */
export function duration(steps: number, speed: number): number {
  return Math.max(90, Math.min(950, 60_000 / Math.max(steps, 1))) / speed;
}

let running: { animation: Animation; element: SVGElement }[] = [];

export function stopPulses(): void {
  for (const { animation, element } of running) {
    animation.cancel();
    element.remove();
  }
  running = [];
}

/** Forward along the arrow, backward against it; each pulse removes itself. */
export function pulse(layer: SVGGElement, elements: Map<string, SVGGElement>, step: Pick<PictureStep, "kind" | "flows">, speed: number): void {
  const time = duration(1, speed) * 0.72;
  for (const [edge, text] of step.flows) {
    const path = elements.get(`${edge}.edge`)?.querySelector("path")?.getAttribute("d");
    if (!path) continue;
    const dot = svgElement("g", { class: `pulse pulse-${step.kind}`, "aria-hidden": "true" });
    dot.append(svgElement("circle", { r: 6 }));
    if (text) {
      const label = svgElement("text", { y: -11, "text-anchor": "middle", "font-size": 12 });
      label.textContent = text;
      dot.append(label);
    }
    (dot as SVGGElement).style.offsetPath = `path("${path}")`;
    (dot as SVGGElement).style.offsetRotate = "0deg";
    layer.append(dot);
    const ends = step.kind === "backward" ? ["100%", "0%"] : ["0%", "100%"];
    const frames = ends.map((offsetDistance) => ({ offsetDistance }));
    const animation = dot.animate(frames, { duration: time, easing: "ease-in-out", fill: "forwards" });
    running.push({ animation, element: dot });
    animation.addEventListener("finish", () => dot.remove());
  }
}
