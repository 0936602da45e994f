// A view, a picture and the room for it in; whether all of it is seen, and where it is seen best, out.
import type { ZoomTransform } from "d3-zoom";
import type { Mark, Picture } from "./types";

interface Size { width: number; height: number }
export interface Box extends Size { x: number; y: number }
interface Place { x: number; y: number; k: number }
interface Insets { top: number; right: number; bottom: number; left: number }

/** px between a picture and what lies over the stage. */
const GAP = 8;
/** The largest scale a picture opens at; the smallest; and what its beginning is better read at, where it is not wider. */
const MOST = 1.5, LEAST = 0.6, READABLE = 0.75;

/** Whether the whole picture is in view, give or take its margin. */
export function fits({ x, y, k }: ZoomTransform, picture: Size, room: Size): boolean {
  return x > -40 && y > -40 && x + picture.width * k < room.width + 40 && y + picture.height * k < room.height + 40;
}

export const middle = (mark: Mark): [number, number] => [mark.x + mark.width / 2, mark.y + mark.height / 2];

/** The point of a picture seen `to` a view that stands where a point seen `from` another stood. */
export const carried = ([x, y]: [number, number], from: Place, to: Place): [number, number] =>
  [(x * from.k + from.x - to.x) / to.k, (y * from.k + from.y - to.y) / to.k];

/** The picture in the middle of what the insets leave; or, unless all of it is wanted, its beginning at a scale to read. */
function within(picture: Picture, room: Size, { top, right, bottom, left }: Insets, isWhole: boolean): Place {
  const [width, height] = [Math.max(1, room.width - left - right), Math.max(1, room.height - top - bottom)];
  const across = width / picture.width;
  const whole = Math.min(across, height / picture.height, MOST);
  const k = isWhole || whole >= LEAST ? whole : Math.min(READABLE, Math.max(across, LEAST));
  const first = picture.marks.find((mark) => mark.role === "card");
  const [x, y] = first ? middle(first) : [picture.width / 2, picture.height / 2];
  const along = (space: number, size: number, at: number): number =>
    size * k <= space ? (space - size * k) / 2 : Math.min(0, Math.max(space - size * k, space / 2 - at * k));
  return { x: left + along(width, picture.width, x), y: top + along(height, picture.height, y), k };
}

const isOver = (cover: Box, mark: Mark, { x, y, k }: Place): boolean =>
  cover.x < mark.x * k + x + mark.width * k + GAP && cover.x + cover.width + GAP > mark.x * k + x &&
  cover.y < mark.y * k + y + mark.height * k + GAP && cover.y + cover.height + GAP > mark.y * k + y;

const boxesOf = (picture: Picture): Mark[] => picture.marks.filter((mark) => mark.role === "card" || mark.role === "scope");

/** How many covers hide a card or scope. */
export const hidden = (picture: Picture, covers: Box[], place: Place): number =>
  covers.filter((cover) => boxesOf(picture).some((mark) => isOver(cover, mark, place))).length;

/** The insets that clear a cover, the shallowest first. */
function sides(cover: Box, room: Size): [keyof Insets, number][] {
  const all: [keyof Insets, number][] = [
    ["top", cover.y + cover.height], ["right", room.width - cover.x], ["bottom", room.height - cover.y], ["left", cover.x + cover.width]];
  return all.sort(([, one], [, other]) => one - other);
}

/** The view a picture opens in: clear of whatever lies over the stage (`covers`, in its pixels). */
export function fitted(picture: Picture, room: Size, covers: Box[], isWhole: boolean): Place {
  const boxes = boxesOf(picture);
  const insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  let place = within(picture, room, insets, isWhole);
  for (const _ of covers) {
    const cover = covers.find((one) => boxes.some((mark) => isOver(one, mark, place)));
    if (!cover) break;
    const ways = sides(cover, room).filter(([edge, depth]) => insets[edge] < depth).map(([edge, depth]) => ({ ...insets, [edge]: depth }));
    const size = (way: Insets): number => within(picture, room, way, isWhole).k;
    const best = ways.reduce<Insets | null>((found, way) => (found && size(found) >= size(way) ? found : way), null); // the picture stays as large as it can
    if (!best) break;
    Object.assign(insets, best);
    place = within(picture, room, insets, isWhole);
  }
  return place;
}
