// What a teacher hides in; what of the picture and its sentences may be read now, out.
import { reel, revealed, step, wishes } from "./reel";

/** Which flag hides a mark of this role. */
const FLAGS: Record<string, "values" | "gradients" | "names"> = {
  value: "values", gradient: "gradients", contribution: "gradients", sum: "gradients", name: "names",
};
const UNKNOWN = "?";
/** Counts on a folded card are no numbers of the program's. */
const free = new Set<string>();

export const roleOf = (mark: string): string => mark.slice(mark.lastIndexOf(".") + 1);
export const ownerOf = (mark: string): string => mark.slice(0, mark.lastIndexOf("."));

/** Folded cards show counts, which stay readable. */
export function freeFolded(elements: Iterable<SVGGElement>): void {
  for (const one of elements) if (one.classList.contains("kind-folded")) free.add(one.id);
}

/** A heatmap is uncovered with its number. */
const DRAWN: Record<string, string> = { thumb: "value", gradient_thumb: "gradient" };

export function isMasked(id: string): boolean {
  const drawn = DRAWN[roleOf(id)];
  const mark = drawn ? `${ownerOf(id)}.${drawn}` : id;
  const flag = FLAGS[roleOf(mark)];
  if (!flag || !wishes.hide.has(flag) || revealed.value.has(mark)) return false;
  return flag === "names" || !free.has(mark);
}

export const readable = (mark: string, text: string): string => (text && isMasked(mark) ? UNKNOWN : text);

export const isSentenceMasked = (): boolean => wishes.hide.size > 0 && step.value > 0 && !revealed.value.has(`#${step.value}`);

/** Numbers that travel are read off nobody's card. */
export function flowsOf(index: number): [string, string][] {
  const one = reel.steps[index];
  if (!one) return [];
  const isHidden = wishes.hide.has(one.kind === "backward" ? "gradients" : "values");
  return one.flows.map(([edge, text]) => [edge, isHidden ? "" : text]);
}

export function reveal(...marks: string[]): void {
  revealed.value = new Set([...revealed.value, ...marks]);
}

/** Everything, or everything hidden again. */
export function revealAll(): void {
  if (!wishes.hide.size) return;
  const all = [...reel.marks.map((mark) => mark.id), ...reel.steps.map((_, index) => `#${index}`)];
  revealed.value = revealed.value.size >= all.length ? new Set() : new Set(all);
}
