// The picture's boxes and the part on screen in; a small map to see and drag it by, out.
import { byId, svgElement } from "./dom";
import type { Picture } from "./types";

/** The largest the map gets, px. */
const WIDTH = 168, HEIGHT = 112;
let frame: SVGElement | null = null;
let size = { width: 1, height: 1 };

/** Draw the boxes once per picture. */
export function mapPicture(picture: Picture): void {
  size = picture;
  const svg = svgElement("svg", { viewBox: `0 0 ${picture.width} ${picture.height}`, "aria-hidden": "true" });
  const scale = Math.min(WIDTH / picture.width, HEIGHT / picture.height);
  svg.style.width = `${picture.width * scale}px`;
  svg.style.height = `${picture.height * scale}px`;
  for (const mark of picture.marks) {
    if (mark.role !== "card" && mark.role !== "scope") continue;
    svg.append(svgElement("rect", { class: `map-${mark.role} kind-${mark.kind}`, x: mark.x, y: mark.y, width: mark.width, height: mark.height, rx: 8 }));
  }
  frame = svgElement("rect", { class: "map-frame" });
  frame.setAttribute("stroke-width", String(1.5 / scale));
  svg.append(frame);
  byId("minimap").replaceChildren(svg);
}

/** Move the frame to the part on screen; hide the map while all of it is. */
export function mapView(x: number, y: number, width: number, height: number): void {
  const isWhole = x <= 1 && y <= 1 && x + width >= size.width - 1 && y + height >= size.height - 1;
  byId("minimap").hidden = isWhole;
  const [left, top] = [Math.max(0, x), Math.max(0, y)]; // as much of the picture as is on screen
  const [right, bottom] = [Math.min(size.width, x + width), Math.min(size.height, y + height)];
  const part = { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
  for (const [name, value] of Object.entries(part)) frame?.setAttribute(name, String(value));
}

/** Dragging on the map moves the picture: `go` gets a point of the picture. */
export function mountMinimap(go: (x: number, y: number) => void): void {
  const map = byId("minimap");
  const at = (event: PointerEvent): void => {
    const box = map.firstElementChild?.getBoundingClientRect();
    if (box) go(((event.clientX - box.x) / box.width) * size.width, ((event.clientY - box.y) / box.height) * size.height);
  };
  map.addEventListener("pointerdown", (event) => { map.setPointerCapture(event.pointerId); at(event); });
  map.addEventListener("pointermove", (event) => { if (map.hasPointerCapture(event.pointerId)) at(event); });
}
