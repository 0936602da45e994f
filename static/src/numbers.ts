// Numbers and Values in; the short text a person reads, out. Twin of app/numbers.py.
import type { Value } from "./types";

const MINUS = "\u2212";
const SPECIAL: Record<string, string> = { nan: "NaN", inf: "∞", "-inf": `${MINUS}∞` };

export function textOf(x: unknown): string {
  if (typeof x === "boolean") return x ? "True" : "False";
  if (typeof x === "string") return SPECIAL[x] ?? x;
  if (typeof x !== "number") return "—";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size < 1e-3 || size >= 1e5) return scientific(x);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)));
  let text = x.toFixed(digits);
  if (text.includes(".")) text = text.replace(/0+$/, "").replace(/\.$/, "");
  return text.replace("-", MINUS);
}

function scientific(x: number): string {
  const [mantissa, exponent] = x.toExponential(3).split("e") as [string, string];
  const short = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
  return `${short}e${Number(exponent)}`.replaceAll("-", MINUS);
}

export const shapeText = (shape: number[]): string => (shape.length ? `[${shape.join("×")}]` : "");

export function flat(data: unknown): unknown[] {
  return Array.isArray(data) ? data.flatMap(flat) : [data];
}

export function brief(value: Value, shape: number[]): string {
  const known = value.data !== null && value.data !== undefined;
  if (value.numel === 1 && known) return textOf(flat(value.data)[0]);
  if (shape.length === 1 && known && value.numel <= 4) return `[${flat(value.data).map(textOf).join(", ")}]`;
  return value.norm === null ? shapeText(shape) : `${shapeText(shape)} |·| ${textOf(value.norm)}`;
}
