"""Marks and how they look at each step in; TikZ commands with overlays, back to front, out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from app.export.scene import Scene
from app.export.tex_text import escaped
from app.picture.marks import Mark, Picture
from app.picture.svg import RADIUS, kind_at, tone_of
from app.picture.theme import LIGHT, THEMES, Theme
from app.picture.thumbs import blocks
from app.picture.timeline import State, state

#: a sum stands over edges, on a slip of paper that keeps it readable
SLIP = r"fill=gr-paper, rounded corners=4\gradreelunit, inner sep=3\gradreelunit"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Look(NamedTuple):
    """How a mark looks at a step: its state, the kind of pass it is active in or '', whether it is
    of the root or the chosen one, and the colours heatmaps are mixed from."""

    now: State
    track: str
    style: str = ""
    theme: Theme = LIGHT


def drawn(scene: Scene) -> Iterator[str]:
    """Every mark's commands; a look that does not last through all steps is put on its overlays."""
    steps = scene.steps
    series = looks(scene.picture, steps)
    theme = THEMES[scene.how.theme]
    for mark in scene.picture.marks:
        style = _style(mark, scene)
        numbers: dict[str, list[int]] = {}
        for number, look in enumerate(series[mark.id], 1):
            text = command(mark, look._replace(style=style, theme=theme))
            numbers.setdefault(text, []).append(number)
        for text, found in numbers.items():
            if text and len(found) == len(steps):
                yield text
            elif text:
                yield rf"\only<{overlays(found)}>{{{text}}}"


def looks(picture: Picture, steps: range) -> dict[str, list[Look]]:
    """mark → its look at every one of `steps`."""
    found: dict[str, list[Look]] = {mark.id: [] for mark in picture.marks}
    for step in steps:
        kind = kind_at(picture, step)
        for mark, now in state(picture, step).items():
            found[mark].append(Look(now, kind if now.phase == "active" else ""))
    return found


def _style(mark: Mark, scene: Scene) -> str:
    chosen = scene.how.selected
    if chosen is not None and chosen in (mark.node, mark.edge):
        return "gr chosen"
    is_root = mark.node is not None and mark.node == scene.graph.root
    return "gr root" if mark.role == "card" and is_root else ""


def overlays(numbers: list[int]) -> str:
    """[1, 2, 3, 7] → 1-3,7"""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def command(mark: Mark, look: Look) -> str:
    """The TikZ commands of one mark as it looks now; '' where nothing is seen."""
    if look.now.phase == "hidden":
        return ""
    return _DRAWN.get(mark.role, _text)(mark, look)


def _options(*options: str) -> str:
    return ", ".join(option for option in options if option)


def _phase(look: Look) -> str:
    return "gr waiting" if look.now.phase == "waiting" else ""


def _box(mark: Mark) -> str:
    return (
        f"({mark.x:.1f},{mark.y:.1f}) rectangle "
        f"({mark.x + mark.width:.1f},{mark.y + mark.height:.1f})"
    )


def _scope(mark: Mark, look: Look) -> str:
    return rf"\path[{_options('gr scope', _phase(look))}] {_box(mark)};"


def _card(mark: Mark, look: Look) -> str:
    active = f"gr active={look.track}" if look.track else ""
    kind = mark.kind if mark.kind in RADIUS or mark.kind == "failed" else "op"
    stack = ""
    if kind == "folded":
        behind = (
            f"({mark.x + 5:.1f},{mark.y + 5:.1f}) rectangle +({mark.width:.1f},{mark.height:.1f})"
        )
        stack = rf"\path[{_options('gr card', 'fill=gr-scope', _phase(look))}] {behind};"
    return rf"{stack}\path[{_options('gr card', f'gr {kind}', active, look.style, _phase(look))}] {_box(mark)};"


def _edge(mark: Mark, look: Look) -> str:
    active = f"gr flowing={look.track}" if look.track else ""
    return rf"\draw[{_options('gr edge', active, look.style, _phase(look))}] {points(mark.path or '')};"


def _head(mark: Mark, look: Look) -> str:
    active = f"fill=gr-{look.track}" if look.track else ""
    return rf"\path[{_options('gr head', active, _phase(look))}] {points(mark.path or '')};"


def _pill(mark: Mark, look: Look) -> str:
    if not look.now.text:
        return ""
    centre = f"({mark.x + mark.width / 2:.1f},{mark.y + 14.2:.1f})"
    text = _node(mark, look, f"gr-{tone_of(mark, look.now.text)}", centre, "base")
    return rf"\path[gr pill] {_box(mark)};{text}"


def _due(mark: Mark, look: Look) -> str:
    if not look.now.text:
        return ""
    badge = rf"\path[gr due] ({mark.x:.1f},{mark.y:.1f}) circle[radius=10];"
    return badge + _node(mark, look, "gr-card", f"({mark.x:.1f},{mark.y + 4:.1f})", "base")


def _thumb(mark: Mark, look: Look) -> str:
    """A heatmap: its ground, then the blocks of each colour as one path."""
    by_colour: dict[str, list[str]] = {}
    for x, y, wide, tall, colour in blocks(mark, look.theme):
        place = f"({x:.2f},{y:.2f}) rectangle +({wide:.2f},{tall:.2f})"
        by_colour.setdefault(colour, []).append(place)
    dim = _phase(look)
    paths = [rf"\path[{_options('gr thumb', dim)}] {_box(mark)};"]
    for colour, places in by_colour.items():
        red, green, blue = bytes.fromhex(colour[1:])
        fill = f"fill={{rgb,255:red,{red};green,{green};blue,{blue}}}"
        paths.append(rf"\path[{_options(fill, dim)}] {' '.join(places)};")
    return "".join(paths)


def _text(mark: Mark, look: Look) -> str:
    if not look.now.text:
        return ""
    anchor = {"start": "base west", "middle": "base", "end": "base east"}[mark.anchor]
    return _node(
        mark, look, f"gr-{tone_of(mark, look.now.text)}", f"({mark.x:.1f},{mark.y:.1f})", anchor
    )


def _node(mark: Mark, look: Look, ink: str, place: str, anchor: str) -> str:
    """One line of text; what a step is about is bold."""
    is_news = look.track and mark.role in ("value", "gradient", "sum", "contribution")
    bold = r"\bfseries" if mark.bold or is_news or mark.role == "due" else ""
    text = escaped(look.now.text or "")
    slip = SLIP if mark.role == "sum" else ""
    options = _options(f"text={ink}", f"anchor={anchor}", slip, _phase(look))
    return rf"\node[gr text={{{mark.size:g}}}{{{bold}}}, {options}] at {place} {{{text}}};"


_DRAWN: dict[str, Callable[[Mark, Look], str]] = {
    "scope": _scope,
    "card": _card,
    "edge": _edge,
    "arrowhead": _head,
    "contribution": _pill,
    "due": _due,
    "thumb": _thumb,
}


def points(path: str) -> str:
    """SVG path data (M, L, C and Z, as layouts write them) as a TikZ path."""
    out: list[str] = []
    for letter, body in re.findall(r"([MLCZ])([^MLCZ]*)", path):
        numbers = _NUMBER.findall(body)
        pairs = [f"({x},{y})" for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if letter == "C":
            for a, b, c in zip(pairs[::3], pairs[1::3], pairs[2::3], strict=True):
                out.append(f".. controls {a} and {b} .. {c}")
        else:
            out += ["-- cycle"] if letter == "Z" else []
            out += [pair if letter == "M" else f"-- {pair}" for pair in pairs]
    return " ".join(out)
