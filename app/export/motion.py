"""A Scene in; an SVG that plays itself, without script, over and over, out.

Every look of every mark is in the file once, and CSS fades each in and out in its time, with the
beats of the screen. What understands no CSS shows the last step, and so does a reader who asked for
less motion."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from app.export.embedded import font_faces
from app.export.film import awaited
from app.export.formats import Report
from app.export.frame import Parts, Sheet, sheet_of
from app.export.pulse import pulse
from app.export.scene import Scene
from app.export.score import ARRIVE, FADE, HOLD, LAND, LANDING, step_seconds
from app.export.vector import spoken
from app.picture.cards import PILL
from app.picture.measure import fitted
from app.picture.pen import as_text
from app.picture.timeline import untouched, walk

#: what is drawn of one mark, from second `start` to second `end`
Run = tuple[float, float, str]
Runs = dict[str, list[Run]]
#: roles that are letters alone: the old ones leave while the new ones come, for nothing covers them
LETTERS = frozenset(
    {"name", "symbol", "value", "gradient", "sum", "scope-label", "caption", "note"}
)
#: share of a step that a fade takes at most, and seconds in which the end becomes the beginning
FADES, REWIND = 0.3, 0.3
#: keyframes of a look: there, about to fade in or out, faded, and hidden below what covers it
CLEAR, PAINT, LINEAR = (
    "fill-opacity:0;stroke-opacity:0",
    "fill-opacity:1;stroke-opacity:1",
    (";animation-timing-function:linear"),
)
FULL, GONE = f"visibility:visible;{PAINT}", f"visibility:hidden;{CLEAR}"
RISING, FALLING = f"visibility:visible;{CLEAR}{LINEAR}", f"{FULL}{LINEAR}"
AWAY = f"visibility:hidden;{PAINT}"


def write(scene: Scene, report: Report) -> bytes:
    """Self-contained: letters are outlines, or text with the glyphs it needs inside.

    Raises LimitError beyond `film_s`."""
    sheet, one = sheet_of(scene, moves=True), step_seconds(scene)
    whole = len(scene.steps) * one + HOLD
    marks: Runs = {}
    above: Runs = {}
    for done, (start, end, now, over) in enumerate(moments(sheet, one, whole), start=1):
        take(marks, now, start, end)
        take(above, over, start, end)
        report(min(done, len(scene.steps)), len(scene.steps))
    key = hashlib.sha256(f"{sheet.title}{marks}{above}".encode("utf-8", "replace")).hexdigest()[:6]
    clock = Clock(f"g{key}", whole, one)
    body = {name: clock.shown(marks[name], name) for name in order_of(sheet, marks)}
    body |= moving(sheet, clock, one)
    top = {name: clock.shown(runs, name) for name, runs in above.items()}
    ground = sheet.ground()
    faces = ""
    if sheet.pen.letters is as_text:
        faces = font_faces("".join((*ground.values(), *body.values(), *top.values())), clock.name)
    style = f"<style>{faces}{clock.rules()}</style>"
    return sheet.document(ground, body, top, head=spoken(scene) + style, name=clock.name).encode()


def moments(sheet: Sheet, one: float, whole: float) -> Iterator[tuple[float, float, Parts, Parts]]:
    """From when to when (s) what is drawn: of each step before and after its pulses land."""
    scene = sheet.scene
    last = scene.steps[-1]
    if not scene.picture.steps:
        yield 0, whole, sheet.marks(0, untouched(scene.picture)), sheet.above(0)
    for step, states in enumerate(walk(scene.picture)):
        if step not in scene.steps:
            continue
        start = (step - scene.steps.start) * one
        end = whole if step == last else start + one
        over = sheet.above(step)
        waiting = awaited(scene.picture, step, states)
        if waiting is not states:
            yield start, start + LAND * one, sheet.marks(step, waiting), over
            start += LAND * one
        yield start, end, sheet.marks(step, states), over


def take(runs: Runs, parts: Parts, start: float, end: float) -> None:
    """Add what is drawn from `start` to `end`; what looks as before only lasts longer."""
    for name, text in parts.items():
        own = runs.setdefault(name, [])
        if own and own[-1][1] == start and own[-1][2] == text:
            own[-1] = (own[-1][0], end, text)
        else:
            own.append((start, end, text))


def order_of(sheet: Sheet, runs: Runs) -> list[str]:
    """Back to front, as the picture has them."""
    return [mark.id for mark in sheet.scene.picture.marks if mark.id in runs]


class Span(NamedTuple):
    """When one look is there (s). It takes `rise` to come (0: it is there at once, and what lay over
    it goes) and is gone within `fall` of its end; `leaves` says whether it fades meanwhile or waits
    below what covers it."""

    start: float
    end: float
    rise: float
    fall: float
    leaves: bool


class Clock:
    """Names the spans of time and writes the rules that show something in them."""

    def __init__(self, name: str, whole: float, one: float) -> None:
        self.name = name
        self.whole = whole
        self.one = one
        self.spans: dict[tuple[Span, ...], str] = {}
        self.routes: list[str] = []

    def percent(self, seconds: float) -> str:
        """A moment of the loop, as keyframes count."""
        share = f"{100 * min(seconds, self.whole) / self.whole:.3f}"
        return f"{share.rstrip('0').rstrip('.')}%"

    def fade(self, moment: float) -> float:
        """Seconds a change takes: longer where it is what a pulse brought."""
        beat = moment / self.one % 1
        return min(LANDING if abs(beat - LAND) < 0.01 else FADE, FADES * self.one)

    @property
    def rewind(self) -> float:
        """Seconds in which the end becomes the beginning."""
        return min(REWIND, FADES * self.one)

    def shown(self, runs: list[Run], mark: str) -> str:
        """All looks of one mark, each once, those seen first below the others."""
        is_bare = mark.rpartition(".")[2] in LETTERS
        heights = {text: k for k, text in enumerate(dict.fromkeys(run[2] for run in runs))}
        spans: dict[str, list[Span]] = {}
        for k, (start, end, text) in enumerate(runs):
            before = heights[runs[k - 1][2]] if k and runs[k - 1][1] == start else -1
            after = heights[runs[k + 1][2]] if k + 1 < len(runs) and runs[k + 1][0] == end else -1
            own = heights[text]
            comes = is_bare or before < own
            rise = self.fade(start) if comes else 0.0
            span = Span(start, end, rise, self.fade(end), is_bare or after < own)
            spans.setdefault(text, []).append(span)
        return "".join(self.look(text, tuple(own)) for text, own in spans.items())

    def look(self, text: str, spans: tuple[Span, ...]) -> str:
        """One look, with the name of the times it is seen in."""
        if spans[0].start <= 0 and spans[-1].end >= self.whole and len(spans) == 1:
            return text
        name = self.spans.setdefault(spans, f"{self.name}-{len(self.spans)}")
        still = "" if spans[-1].end >= self.whole else ' visibility="hidden"'
        if not text.startswith("<g id="):
            return f'<g class="{name}"{still}>{text}</g>'
        return f'<g class="{name}"{still}' + text[text.index('"', 7) + 1 :]

    def travel(self, path: str, start: float, end: float, is_back: bool, text: str) -> str:
        """Something that goes along a path, or back, between two moments."""
        name = f"{self.name}-p{len(self.routes)}"
        ends = ("100%", "0%") if is_back else ("0%", "100%")
        self.routes.append(
            f'.{name}{{offset-path:path("{path}");offset-rotate:0deg;animation-name:{name}}}'
            f"@keyframes {name}{{0%{{visibility:hidden}}"
            f"{self.percent(start)}{{visibility:visible;offset-distance:{ends[0]};"
            f"animation-timing-function:ease-in-out}}"
            f"{self.percent(end)}{{visibility:visible;offset-distance:{ends[1]}}}"
            f"{self.percent(end + 0.001)},100%{{visibility:hidden}}}}"
        )
        return f'<g class="{name}" visibility="hidden">{text}</g>'

    def rules(self) -> str:
        """The style sheet."""
        lines = [
            f".{self.name} [class^={self.name}-]{{animation:{self.whole:g}s step-end infinite}}"
        ]
        for spans, name in self.spans.items():
            lines.append(f".{self.name} .{name}{{animation-name:{name}}}")
            lines.append(f"@keyframes {name}{{{self.frames(spans)}}}")
        lines += [f".{self.name} {route}" for route in self.routes]
        return f"@media (prefers-reduced-motion:no-preference){{{''.join(lines)}}}"

    def frames(self, spans: tuple[Span, ...]) -> str:
        """One look's keyframes. Paint fades, not the group: of every group that fades a browser
        would make a blurred layer of its own, a thousand of them."""
        begins, lasts = spans[0].start <= 0, spans[-1].end >= self.whole
        # what is there at the end is there where nothing plays: only that has to be hidden at first
        found = [(0.0, FULL if begins else GONE)] if begins or lasts else []
        for span in spans:
            if span.start > 0:
                found += [(span.start, RISING)] if span.rise else []
                found.append((span.start + span.rise, FULL))
            if span.end < self.whole:
                found += [(span.end, FALLING)] if span.leaves else []
                found.append((span.end + span.fall, GONE if span.leaves else AWAY))
        back = self.whole - self.rewind
        if lasts and not begins:
            found += [(back, FALLING), (self.whole, GONE)]
        elif begins and not lasts:
            found += [(back, RISING if spans[0].leaves else FULL), (self.whole, FULL)]
        fades = any(look in (RISING, FALLING) for _, look in found)
        return "".join(
            f"{self.percent(at)}{{{look if fades else look.partition(';')[0]}}}"
            for at, look in found
        )


def moving(sheet: Sheet, clock: Clock, one: float) -> Parts:
    """The pulses of every step."""
    picture, found = sheet.scene.picture, {}
    paths = {m.edge: m.path for m in picture.marks if m.role == "edge" and m.path}
    for step in sheet.scene.steps:
        start = (step - sheet.scene.steps.start) * one
        for edge, number in picture.steps[step].flows if picture.steps else []:
            path = paths.get(edge)
            if path:
                drawn = pulse(sheet.pen_at(step), 0, 0, fitted(number, 12, PILL, True))
                is_back = picture.steps[step].kind == "backward"
                found[f"{step}.{edge}"] = clock.travel(
                    path, start, start + ARRIVE * one, is_back, drawn
                )
    return found
