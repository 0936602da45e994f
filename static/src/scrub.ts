// A parsed SVG in; the same with nothing in it that a picture does not need, out.
const TAGS = new Set(["svg", "g", "rect", "path", "circle", "text", "title"]);
const ATTRIBUTES = /^(id|class|data-(node|edge|scope)|tabindex|role|aria-(label|hidden)|[xydr]|c[xy]|r[xy]|width|height|fill|stroke|stroke-width|stroke-dasharray|font-size|font-weight|text-anchor|xmlns|viewBox|font-family|fill-opacity|shape-rendering)$/;

/** Keep only what a picture needs: defence in depth against a hostile SVG. */
export function scrub(element: Element): void {
  for (const child of [...element.children]) {
    if (TAGS.has(child.tagName)) scrub(child);
    else child.remove();
  }
  for (const attribute of [...element.attributes]) {
    if (!ATTRIBUTES.test(attribute.name)) element.removeAttribute(attribute.name);
  }
}
