// What every op costs and which cost is asked for, in; cards tinted by it, out.
import { effect } from "@preact/signals-core";
import { health } from "./answers";
import { byId, el } from "./dom";
import { flopsText } from "./panels/health";
import { bytesText } from "./panels/memory";
import { textOf } from "./numbers";
import { heat, nodes, t, view, type Heat } from "./state";
import type { Health } from "./types";

type Cost = Exclude<Heat, "none" | "gradient">;

/** card id → its cost: an op's, a folded scope's, or the sum over equal scopes folded into one. */
function costs(all: Health, of: Cost): Map<string, number> {
  const found = new Map<string, number>(all.ops.map((op) => [op.node, op[of] ?? 0]));
  for (const scope of all.scopes) found.set(scope.scope, scope[of]);
  return found;
}

/** A group `xSCOPE.N` holds N siblings from SCOPE on. */
function ofGroup(id: string, all: Health, of: Cost): number {
  const [, first, count] = /^x(.+)\.(\d+)$/.exec(id) ?? [];
  const start = all.scopes.find((scope) => scope.scope === first);
  if (!start) return 0;
  const siblings = all.scopes.filter((scope) => scope.parent === start.parent);
  const at = siblings.indexOf(start);
  return siblings.slice(at, at + Number(count)).reduce((sum, scope) => sum + scope[of], 0);
}

/** Root mean square of a node's gradient, from its norm. */
function gradientOf(id: string): number {
  const out = nodes.value.get(id)?.outputs[0];
  const norm = out?.gradient?.norm;
  return typeof norm === "number" && out?.value.numel ? norm / Math.sqrt(out.value.numel) : 0;
}

const TEXT: Record<Exclude<Heat, "none">, (x: number) => string> = {
  ms: (x) => `${textOf(Number(x.toPrecision(3)))} ms`,
  flops: flopsText,
  bytes: bytesText,
  gradient: (x) => `RMS ${textOf(x)}`,
};

/** Gradients span decades: logarithmic over six of them; costs by their square root. */
const strength = (x: number, most: number, of: Heat): number =>
  x <= 0 || most <= 0 ? 0 : of === "gradient" ? Math.max(0.04, 1 + Math.log10(x / most) / 6) : Math.sqrt(x / most);

function paint(): void {
  const [of, all] = [heat.value, health.value];
  const legend = byId("heat-legend");
  const cards = view.value?.picture.marks.filter((mark) => mark.role === "card") ?? [];
  const known = of !== "none" && of !== "gradient" && all ? costs(all, of) : new Map<string, number>();
  const cost = (id: string): number => (of === "none" ? 0 : of === "gradient" ? gradientOf(id) : (known.get(id) ?? (all ? ofGroup(id, all, of) : 0)));
  const sizes = new Map(cards.map((mark) => [mark.id, cost(mark.id.replace(/\.card$/, ""))]));
  const most = Math.max(0, ...sizes.values());
  for (const mark of cards) {
    const element = document.getElementById(mark.id);
    const x = sizes.get(mark.id) ?? 0;
    element?.classList.toggle("is-hot", of !== "none");
    element?.style.setProperty("--heat", `${Math.round(50 * Math.min(1, strength(x, most, of)))}%`);
  }
  legend.hidden = of === "none" || most === 0;
  if (of !== "none") legend.replaceChildren(el("span", {}, t(of === "gradient" ? "health.heat_gradient" : `health.${of}`)), el("span", { class: "ramp", "aria-hidden": "true" }), el("span", {}, t("health.heat_scale", { most: TEXT[of](most) })));
}

export function mountHeat(): void {
  effect(() => {
    void [view.value, heat.value, health.value];
    paint();
  });
}
