// Rows of elements and what full colour stands for in; a canvas drawn, and the element under a pointer, out.
import { textOf } from "../numbers";

export type Tone = "linear" | "log";
/** Decades below the largest that logarithmic colours show; what is smaller is neutral. */
export const DECADES = 4;
/** px of an element's side from which its number is written in it. */
const WRITTEN = 34;

export interface Heatmap { matrix: unknown[][]; scale: number; largest: number; tone: Tone; cursor: [number, number] | null }
interface Colours { plus: string; minus: string; ground: string; odd: string; ink: string; paper: string }

/** −1…1 for a number, null for what has no size: NaN, complex. */
export function strength(x: unknown, { scale, largest, tone }: Heatmap): number | null {
  if (x === "inf" || x === true) return 1;
  if (x === "-inf") return -1;
  if (x === false) return 0;
  if (typeof x !== "number") return null;
  if (tone === "linear") return Math.max(-1, Math.min(1, x / scale));
  return x === 0 ? 0 : Math.sign(x) * Math.max(0, Math.min(1, 1 + Math.log10(Math.abs(x) / largest) / DECADES));
}

function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return { plus: of("--forward"), minus: of("--backward"), ground: of("--scope"), odd: of("--error"), ink: of("--ink"), paper: of("--panel") };
}

/** px of an element: square, except in a lone row or column. */
export function sides(matrix: unknown[][], room: number): [number, number] {
  const [rows, columns] = [matrix.length, matrix[0]?.length ?? 1];
  const side = Math.max(3, Math.min(56, Math.floor(room / Math.max(rows, columns))));
  return [columns === 1 ? Math.max(side, 56) : side, rows === 1 ? Math.max(side, 32) : side];
}

export function draw(canvas: HTMLCanvasElement, map: Heatmap, room: number): void {
  const [wide, tall] = sides(map.matrix, room);
  const [rows, columns] = [map.matrix.length, map.matrix[0]?.length ?? 0];
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, columns * wide * ratio);
  canvas.height = Math.max(1, rows * tall * ratio);
  canvas.style.width = `${columns * wide}px`;
  canvas.style.height = `${rows * tall}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(ratio, ratio);
  const tint = colours();
  pen.fillStyle = tint.ground;
  pen.fillRect(0, 0, columns * wide, rows * tall);
  const gap = wide >= 8 && tall >= 8 ? 1 : 0;
  map.matrix.forEach((row, i) => row.forEach((x, k) => element(pen, map, tint, x, [k * wide, i * tall, wide - gap, tall - gap])));
  if (map.cursor) outline(pen, tint, [map.cursor[1] * wide, map.cursor[0] * tall, wide - gap, tall - gap]);
}

type Box = [number, number, number, number];

function element(pen: CanvasRenderingContext2D, map: Heatmap, tint: Colours, x: unknown, box: Box): void {
  const size = strength(x, map);
  pen.globalAlpha = size === null ? 1 : Math.abs(size);
  pen.fillStyle = size === null ? (x === "nan" ? tint.odd : tint.ground) : size > 0 ? tint.plus : tint.minus;
  pen.fillRect(...box);
  if (x === "inf" || x === "-inf") {
    pen.globalAlpha = 0.45;
    pen.fillStyle = tint.ink;
    pen.fillRect(...box);
  }
  pen.globalAlpha = 1;
  if (box[2] < WRITTEN || box[3] < 18) return;
  pen.fillStyle = size === null ? (x === "nan" ? tint.paper : tint.ink) : Math.abs(size) > 0.55 ? tint.paper : tint.ink;
  pen.font = `${box[2] < 48 ? 10 : 11}px ${getComputedStyle(document.body).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(textOf(x), box[0] + box[2] / 2, box[1] + box[3] / 2, box[2] - 3);
}

function outline(pen: CanvasRenderingContext2D, tint: Colours, [x, y, wide, tall]: Box): void {
  pen.lineWidth = 2;
  pen.strokeStyle = tint.paper;
  pen.strokeRect(x - 1, y - 1, wide + 2, tall + 2);
  pen.strokeStyle = tint.ink;
  pen.strokeRect(x + 1, y + 1, Math.max(1, wide - 2), Math.max(1, tall - 2));
}

/** Row and column under a pointer. */
export function under(canvas: HTMLCanvasElement, matrix: unknown[][], event: MouseEvent): [number, number] | null {
  const box = canvas.getBoundingClientRect();
  const [rows, columns] = [matrix.length, matrix[0]?.length ?? 0];
  const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
  const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
  return row >= 0 && row < rows && column >= 0 && column < columns ? [row, column] : null;
}
