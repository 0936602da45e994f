"""A Sheet and states in; its image, drawn anew only where it has changed, out."""

from __future__ import annotations

from PIL import Image

from app.export.bounds import Box, bounds, gathered, meets, union
from app.export.frame import Parts, Sheet
from app.export.raster import pixels_of
from app.picture.timeline import States

#: pixels drawn around a patch and thrown away: the rasteriser is inexact where it cuts a line
RIM = 4


class Canvas:
    """The image of one sheet, from step to step."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.ground = sheet.ground()
        self.mode = "RGB" if "paper" in self.ground else "RGBA"
        self.image: Image.Image | None = None
        self.marks: Parts = {}
        self.above: Parts = {}
        self.boxes: dict[str, Box] = {}

    def draw(self, step: int, states: States) -> Image.Image:
        """The sheet at a step; the same image as before where nothing has changed."""
        marks, above = self.sheet.marks(step, states), self.sheet.above(step)
        boxes = {
            mark.id: self.sheet.placed(bounds(mark, states[mark.id]))
            for mark in self.sheet.scene.picture.marks
            if mark.id in marks
        }
        if self.image is None:
            svg = self.sheet.document(self.ground, marks, above)
            self.image = pixels_of(svg).convert(self.mode)
        else:
            changed = self._changed(marks, above, boxes)
            if changed:
                self.image = self.image.copy()
            for box in changed:
                self._patch(box, marks, above, boxes)
        self.marks, self.above, self.boxes = marks, above, boxes
        return self.image

    def _changed(self, marks: Parts, above: Parts, boxes: dict[str, Box]) -> list[Box]:
        """Boxes, in px of the sheet, around all that is drawn otherwise than before."""
        found = []
        for key in self.marks.keys() | marks.keys():
            if self.marks.get(key) != marks.get(key):
                both = [b[key] for b in (self.boxes, boxes) if key in b]
                found.append(union(both[0], both[-1]))
        found += [
            self.sheet.strip(key)
            for key in sorted(self.above.keys() | above.keys())
            if self.above.get(key) != above.get(key)
        ]
        return gathered(sorted(found))

    def _patch(self, box: Box, marks: Parts, above: Parts, boxes: dict[str, Box]) -> None:
        """Draw one box of the sheet over the image."""
        assert self.image is not None
        part = self.sheet.pixel_box(box)
        if part is None:
            return
        x, y, wide, high = part
        near = {key: text for key, text in marks.items() if meets(boxes[key], box)}
        around = (x - RIM, y - RIM, wide + 2 * RIM, high + 2 * RIM)
        drawn = pixels_of(self.sheet.document(self.ground, near, above, around))
        inside = drawn.crop((RIM, RIM, RIM + wide, RIM + high))
        self.image.paste(inside.convert(self.mode), (x, y))


def blended(one: Image.Image, other: Image.Image, share: float) -> Image.Image:
    """`share` of the other and the rest of the one; colours of clear pixels count for nothing."""
    if share >= 1 or one is other:
        return other
    if one.mode == "RGB":
        return Image.blend(one, other, share)
    pair = [image.convert("RGBa") for image in (one, other)]
    bands = [Image.blend(a, b, share) for a, b in zip(*(image.split() for image in pair))]
    return Image.merge("RGBa", bands).convert("RGBA")
