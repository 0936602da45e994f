// Two texts in; the lines that differ, removed and added, out.
import { el } from "../dom";

/** A line diff by longest common subsequence; fine for programs of some hundred lines. */
export function lines(before: string, after: string): HTMLElement {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  const list = el("pre", { class: "diff" });
  const rows: [string, string, string][] = [];
  const add = (kind: string, sign: string, text: string): void => void rows.push([kind, sign, text]);
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add("same", " ", a[i]!);
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && table[i + 1]![j]! >= table[i]![j + 1]!)) add("removed", "−", a[i++]!);
    else add("added", "+", b[j++]!);
  }
  const isNear = (k: number): boolean => rows.slice(Math.max(0, k - 2), k + 3).some(([kind]) => kind !== "same");
  let skipped = false;
  rows.forEach(([kind, sign, text], k) => {
    if (!isNear(k)) {
      if (!skipped) list.append(el("span", { class: "same" }, "  ⋯\n"));
      skipped = true;
      return;
    }
    skipped = false;
    list.append(el("span", { class: kind }, `${sign} ${text}\n`));
  });
  return list;
}
