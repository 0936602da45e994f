// A tensor's shape and what a person wants to see of it in; the slice to ask for out.

/** Elements shown along one dimension at once, and how few one can come close to. */
export const [MOST, LEAST] = [64, 8];
/** Every `step`-th index from `start` on. */
export interface Range { start: number; step: number }
/** At most `most` elements along each side. `rows` and `columns` are dimensions, -1 for none; `at` the index along every other one. */
export interface Window { shape: number[]; most: number; rows: number; columns: number; at: number[]; vertical: Range; horizontal: Range }

const sizeOf = (shape: number[], dimension: number): number => (dimension < 0 ? 1 : (shape[dimension] ?? 1));
const overview = (size: number): Range => ({ start: 0, step: Math.max(1, Math.ceil(size / MOST)) });
export const countOf = (range: Range, size: number, most: number): number => Math.min(most, Math.ceil((size - range.start) / range.step));

/** The last two dimensions, whole, at the first index of the others. */
export function whole(shape: number[], rows = shape.length - 2, columns = shape.length - 1, at = shape.map(() => 0)): Window {
  const down = Math.max(-1, rows);
  return { shape, most: MOST, rows: down, columns, at, vertical: overview(sizeOf(shape, down)), horizontal: overview(sizeOf(shape, columns)) };
}

const asked = (range: Range, size: number, most: number): number[] => [range.start, Math.min(size, range.start + countOf(range, size, most) * range.step), range.step];

/** One index, or start, stop and step, for each dimension. */
export function indexOf(window: Window): (number | number[])[] {
  return window.shape.map((size, d) => (d === window.rows ? asked(window.vertical, size, window.most) : d === window.columns ? asked(window.horizontal, size, window.most) : (window.at[d] ?? 0)));
}

/** The index in the tensor of what stands in this row and column of the window. */
export function elementAt(window: Window, row: number, column: number): number[] {
  return window.shape.map((_, d) => (d === window.rows ? window.vertical.start + row * window.vertical.step : d === window.columns ? window.horizontal.start + column * window.horizontal.step : (window.at[d] ?? 0)));
}

function around(range: Range, size: number, middle: number, factor: number, most: number): Range {
  const step = Math.max(1, Math.min(Math.ceil(size / MOST), Math.round(range.step * factor)));
  return settled({ start: middle - Math.floor(most / 2) * step, step }, size, most);
}

/** Inside the tensor, and full where there is enough to fill it. */
function settled(range: Range, size: number, most: number): Range {
  return { start: Math.max(0, Math.min(range.start, size - (most - 1) * range.step - 1)), step: range.step };
}

/** Closer (factor below 1) or further, around an element of the window: first ever more of the
 * elements, and once these are all neighbours, fewer and larger ones. */
export function zoomed(window: Window, factor: number, row: number, column: number): Window {
  const [y, x] = [window.vertical.start + row * window.vertical.step, window.horizontal.start + column * window.horizontal.step];
  const isFewer = factor < 1 ? isExact(window) : window.most < MOST;
  const most = isFewer ? Math.max(LEAST, Math.min(MOST, Math.ceil((factor < 1 ? longest(window) : window.most) * factor))) : window.most;
  const by = isFewer ? 1 : factor;
  return {
    ...window,
    most,
    vertical: around(window.vertical, sizeOf(window.shape, window.rows), y, by, most),
    horizontal: around(window.horizontal, sizeOf(window.shape, window.columns), x, by, most),
  };
}

/** Moved by so many windows downwards and to the right. */
export function moved(window: Window, down: number, right: number): Window {
  const by = (range: Range, size: number, share: number): Range => settled({ ...range, start: range.start + Math.round(share * window.most) * range.step }, size, window.most);
  return {
    ...window,
    vertical: by(window.vertical, sizeOf(window.shape, window.rows), down),
    horizontal: by(window.horizontal, sizeOf(window.shape, window.columns), right),
  };
}

export const isExact = (window: Window): boolean => window.vertical.step === 1 && window.horizontal.step === 1;
/** Elements along the longer side. */
const longest = (window: Window): number =>
  Math.max(countOf(window.vertical, sizeOf(window.shape, window.rows), window.most), countOf(window.horizontal, sizeOf(window.shape, window.columns), window.most));
/** As close as it gets: few enough elements for their numbers to be written in them. */
export const isClose = (window: Window): boolean =>
  isExact(window) && longest(window) <= LEAST;
export const isWhole = (window: Window): boolean =>
  countOf(window.vertical, sizeOf(window.shape, window.rows), window.most) * window.vertical.step >= sizeOf(window.shape, window.rows) &&
  countOf(window.horizontal, sizeOf(window.shape, window.columns), window.most) * window.horizontal.step >= sizeOf(window.shape, window.columns);

/** Nested elements as rows of columns, whichever dimension comes first. */
export function matrixOf(data: unknown, window: Window): unknown[][] {
  if (!Array.isArray(data)) return [[data]];
  if (window.rows < 0) return [data as unknown[]];
  const rows = data as unknown[][];
  if (window.rows < window.columns) return rows;
  return (rows[0] ?? []).map((_, k) => rows.map((row) => row[k]));
}
