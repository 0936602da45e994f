"""A Scene in; the Sheet its picture is drawn on (size, place, title, caption) and any step of it as
SVG text, out."""

from __future__ import annotations

import dataclasses
import math

from app.errors import LimitError
from app.export.outlines import as_paths
from app.export.scene import Scene
from app.picture.measure import fitted, width
from app.picture.pen import Pen, as_text
from app.picture.svg import FONT, elements, kind_at
from app.picture.theme import THEMES, Theme
from app.picture.timeline import States, state, step_at
from app.settings import settings

#: px of a slide at scale 1, its margin, and how much larger than on screen a small graph may be
SLIDE, MARGIN, LARGEST = (1280.0, 720.0), 56.0, 1.6
#: px: title, caption and note
TITLE, LEADING, CAPTION, NOTE = 32.0, 40.0, 19.0, 13.0
#: px below a bare graph for the note that some of it is folded away
STRIP = 28.0
#: what is drawn, by name: marks by their id, and "paper", "title", "caption", "note", "progress"
Parts = dict[str, str]
Box = tuple[float, float, float, float]
Pixels = tuple[int, int, int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """`width`, `height` in px at scale 1; the picture stands at `x`, `y`, enlarged by `zoom`."""

    scene: Scene
    pen: Pen
    width: float
    height: float
    x: float
    y: float
    zoom: float
    title: list[str]
    has_caption: bool
    has_progress: bool

    @property
    def theme(self) -> Theme:
        """The colours of this sheet."""
        return self.pen.theme

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the file in pixels."""
        scale = self.scene.how.scale
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))

    def placed(self, box: Box) -> Box:
        """A box of the picture, in px of the sheet."""
        x0, y0, x1, y1 = (n * self.zoom for n in box)
        return x0 + self.x, y0 + self.y, x1 + self.x, y1 + self.y

    def pixel_box(self, box: Box) -> Pixels | None:
        """x, y, width and height of the whole pixels around a box; None beside the sheet."""
        (wide, high), scale = self.pixels, self.scene.how.scale
        x0, y0 = (max(0, math.floor(n * scale) - 1) for n in box[:2])
        x1, y1 = (min(most, math.ceil(n * scale) + 1) for n, most in zip(box[2:], (wide, high)))
        return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None

    def strip(self, key: str) -> Box:
        """Where a caption, a note or the progress stands."""
        low = self.height - 8 if key == "progress" else self.height - 64
        return 0, low, self.width, self.height

    def pen_at(self, step: int) -> Pen:
        """The pen whose active marks are lit in the colour of this step's pass."""
        return dataclasses.replace(self.pen, now=kind_at(self.scene.picture, step))

    def marks(self, step: int, states: States) -> Parts:
        """The marks of a step, in the picture's own px."""
        return elements(self.scene.picture, states, self.pen_at(step))

    def ground(self) -> Parts:
        """What lies below the picture and never changes."""
        parts = {}
        if self.scene.how.background == "solid":
            parts["paper"] = (
                f'<rect width="{self.width:g}" height="{self.height:g}" fill="{self.theme.paper}"/>'
            )
        lines = [
            self.pen.text(MARGIN, 70 + LEADING * k, line, TITLE, self.theme.ink, True, "start")
            for k, line in enumerate(self.title)
        ]
        if lines:
            parts["title"] = "".join(lines)
        return parts

    def above(self, step: int) -> Parts:
        """The caption of a step, how far the film is, and what was left out of the picture."""
        parts = {}
        picture, bottom = self.scene.picture, self.height - 34
        room = self.width - 2 * MARGIN
        if picture.abridged:
            is_slide = self.scene.how.crop == "frame"
            x = self.width - (MARGIN if is_slide else STRIP)
            y = bottom if is_slide else self.height - 16
            text = fitted(picture.abridged, NOTE, self.width - 2 * STRIP)
            room -= width(text, NOTE) + 32
            parts["note"] = self.pen.text(x, y, text, NOTE, self.theme.soft, False, "end")
        if self.has_caption and picture.steps:
            colour = self.theme.of_pass(kind_at(picture, step))[0]
            text = fitted(picture.steps[step].text, CAPTION, room - 22)
            parts["caption"] = (
                f'<circle cx="{MARGIN + 5:g}" cy="{bottom - 6:g}" r="5" fill="{colour}"/>'
                + self.pen.text(MARGIN + 22, bottom, text, CAPTION, self.theme.ink, False, "start")
            )
        if self.has_progress and len(self.scene.steps) > 1:
            parts["progress"] = self._progress(step)
        return parts

    def _progress(self, step: int) -> str:
        """A hairline along the lower edge, in the colours of the passes gone by."""
        picture, steps = self.scene.picture, self.scene.steps
        one = self.width / (len(steps) - 1)
        runs: list[tuple[str, float, float]] = []
        for k in range(1, step - steps.start + 1):
            kind = kind_at(picture, steps.start + k)
            if runs and runs[-1][0] == kind:
                runs[-1] = (kind, runs[-1][1], k * one)
            else:
                runs.append((kind, (k - 1) * one, k * one))
        return "".join(
            f'<rect x="{a:.1f}" y="{self.height - 5:g}" width="{b - a:.1f}" height="5"'
            f' fill="{self.theme.of_pass(kind)[0]}"/>'
            for kind, a, b in runs
        )

    def document(
        self,
        ground: Parts,
        marks: Parts,
        above: Parts,
        part: Pixels | None = None,
        head: str = "",
        name: str = "",
    ) -> str:
        """One SVG of it all, or of the pixels x, y, width, height in `part`; `name` is its class."""
        scale = self.scene.how.scale
        x, y, wide, high = part or (0, 0, *self.pixels)
        size = f'width="{wide:g}" height="{high:g}"' + (f' class="{name}"' if name else "")
        view = " ".join(f"{n / scale:.9g}" for n in (x, y, wide, high))
        place = f'transform="translate({self.x:.3f} {self.y:.3f}) scale({self.zoom:.5f})"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{view}" font-family="{FONT}">'
            f"{head}{''.join(ground.values())}<g {place}>{''.join(marks.values())}</g>"
            f"{''.join(above.values())}</svg>"
        )

    def still(self, step: int, head: str = "") -> str:
        """The whole sheet at a step."""
        step = step_at(self.scene.picture, step)
        states = state(self.scene.picture, step)
        return self.document(self.ground(), self.marks(step, states), self.above(step), head=head)


def sheet_of(scene: Scene, *, moves: bool = False, outlined: bool | None = None) -> Sheet:
    """The sheet as the person chose it. `moves` leaves room for captions; `outlined` overrides how
    text is written: files that carry no font need it as paths."""
    how, picture = scene.how, scene.picture
    paths = how.text == "paths" if outlined is None else outlined
    pen = Pen(
        theme=THEMES[how.theme],
        selected=how.selected,
        root=scene.graph.root,
        letters=as_paths if paths else as_text,
    )
    if how.crop == "graph":
        strip = STRIP if picture.abridged else 0
        return Sheet(scene, pen, picture.width, picture.height + strip, 0, 0, 1, [], False, False)
    is_end = still_step(scene) == len(picture.steps) - 1
    has_caption = moves or not is_end
    title = wrapped(scene.title, TITLE, SLIDE[0] - 2 * MARGIN, 2, bold=True)
    top = 70 + LEADING * (len(title) - 1) + 14
    low = SLIDE[1] - (64 if has_caption or picture.abridged else 32)
    # a picture brings a margin of its own, so half of ours keeps it in line with the title
    zoom = min((SLIDE[0] - MARGIN) / picture.width, (low - top) / picture.height, LARGEST)
    x, y = (SLIDE[0] - picture.width * zoom) / 2, top + (low - top - picture.height * zoom) / 2
    return Sheet(scene, pen, *SLIDE, x, y, zoom, title, has_caption, moves)


def still_step(scene: Scene) -> int:
    """The step a still shows, from 0."""
    return step_at(scene.picture, scene.how.step)


def wrapped(text: str, size: float, room: float, most: int, bold: bool = False) -> list[str]:
    """At most `most` lines, broken between words; what does not fit ends in …"""
    words, lines = text.split(), [""]
    while words:
        longer = f"{lines[-1]} {words[0]}".strip()
        if width(longer, size, bold) <= room or not lines[-1]:
            lines[-1] = longer
            words.pop(0)
        elif len(lines) < most:
            lines.append("")
        else:
            lines[-1] = f"{lines[-1]} {' '.join(words)}"
            break
    return [fitted(line, size, room, bold) for line in lines if line]


def check_pixels(sheet: Sheet, most: int) -> None:
    """Raises LimitError where the file would have more than `most` pixels."""
    wide, high = sheet.pixels
    if wide * high > most:
        pixels, limit = f"{wide:,} × {high:,}", f"{most / 1e6:.0f}"
        raise LimitError("picture_pixels", lang=sheet.scene.how.lang, pixels=pixels, limit=limit)


def still_sheet(scene: Scene, *, outlined: bool | None = None) -> Sheet:
    """The sheet of a still picture made of pixels. Raises LimitError where it has too many."""
    sheet = sheet_of(scene, outlined=outlined)
    check_pixels(sheet, settings().still_pixels)
    return sheet
