"""A Scene in; the frames of a film of it, as images with the time each stays, out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import islice

from PIL import Image

from app.export.formats import Report
from app.export.frame import Sheet, check_pixels, sheet_of
from app.export.pulse import pulses
from app.export.redraw import Canvas, blended
from app.export.scene import Scene
from app.export.score import Look, score, too_long
from app.picture.marks import Picture
from app.picture.svg import kind_at
from app.picture.timeline import State, States, untouched, walk
from app.settings import settings


@dataclasses.dataclass(frozen=True, slots=True)
class Shot:
    """One image and for how many ticks of the film's rate it stays."""

    image: Image.Image
    ticks: int


def film(scene: Scene, rate: float, report: Report, held: int = 0) -> Iterator[Shot]:
    """Every different frame in turn; RGB, or RGBA on a transparent background. `held` says how many
    bytes a pixel the caller keeps of every frame until the end.

    Raises LimitError beyond `frame_pixels`, `film_s`, `film_frames` or `film_mib`."""
    sheet = sheet_of(scene, moves=True, outlined=True)
    looks = score(scene, rate, most_frames(sheet, held))
    camera = Camera(sheet)
    shot: Shot | None = None
    for done, (look, ticks) in enumerate(looks, start=1):
        image = camera.image(look)
        if shot is not None and image is shot.image:
            shot = Shot(image, shot.ticks + ticks)  # nothing was to land: it looks as before
        else:
            if shot is not None:
                yield shot
            shot = Shot(image, ticks)
        report(done, len(looks))
    if shot is not None:
        yield shot


def most_frames(sheet: Sheet, held: int) -> int:
    """Different frames the limits allow."""
    limits = settings()
    check_pixels(sheet, limits.frame_pixels)
    wide, high = sheet.pixels
    most = limits.film_frames
    if held:
        most = min(most, (limits.film_mib << 20) // (wide * high * held))
    if most < 1:
        raise too_long(sheet.scene)
    return most


class Camera:
    """Goes through the steps once, keeping the picture before, during and after the present one."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        picture = sheet.scene.picture
        self.paths = {
            m.edge: m.path for m in picture.marks if m.role == "edge" and m.edge and m.path
        }
        self.coming = enumerate(walk(picture))
        self.step = -1
        self.canvas = Canvas(sheet)
        start = sheet.scene.steps.start
        if start > 0:
            self._take(next(islice(self.coming, start - 1, None)))

    def image(self, look: Look) -> Image.Image:
        """What is seen; looks must come in the order of the score."""
        while self.step < look.step:
            self._take(next(self.coming, (look.step, untouched(self.sheet.scene.picture))))
        image = blended(self.before, self.during, look.fade)
        if look.land > 0 and self.after is not self.during:
            image = blended(image, self.after, look.land)
        if look.travel is None:
            return image
        return self._with_pulses(image, look.travel)

    def _take(self, one: tuple[int, States]) -> None:
        """Draw the next step as it is before and after its pulses land."""
        self.step, states = one
        before = self.canvas.image
        self.during = self.canvas.draw(
            self.step, awaited(self.sheet.scene.picture, self.step, states)
        )
        self.before = before or self.during
        self.after = self.canvas.draw(self.step, states)

    def _with_pulses(self, image: Image.Image, travel: float) -> Image.Image:
        image = image.copy()
        for box, sprite in pulses(self.sheet, self.paths, self.step, travel):
            if image.mode == "RGBA":
                image.alpha_composite(sprite, box)
            else:
                image.paste(sprite, box, sprite)
        return image


def awaited(picture: Picture, step: int, states: States) -> States:
    """The states before what a step's pulses bring has landed; the same ones if nothing will."""
    if not picture.steps or not picture.steps[step].flows:
        return states
    brought = {"contribution", "sum"}
    if kind_at(picture, step) == "forward":
        brought |= {"value", "thumb"}
    coming = [
        mark.id
        for mark in picture.marks
        if mark.role in brought and states[mark.id].phase == "active"
    ]
    return states | dict.fromkeys(coming, State("hidden", "", None)) if coming else states
