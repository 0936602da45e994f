"""A Picture and a step in; portable SVG text out.

Presentation attributes only, explicit arrowheads, one font, baselines by y: what PowerPoint,
Inkscape, resvg and a browser all draw alike. With `screen` every mark is there, hidden ones too,
and carries the class and data attributes the browser animates by."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from app.picture.marks import Mark, Picture
from app.picture.theme import THEMES, Theme
from app.picture.timeline import State, state

FONT = "'IBM Plex Sans', 'DejaVu Sans', sans-serif"
RADIUS = {"parameter": 22, "input": 5, "constant": 5, "buffer": 5, "op": 12, "folded": 12}


def svg(
    picture: Picture, theme: str = "light", step: int | None = None, screen: bool = False
) -> str:
    """The picture at `step` (the last by default) as one <svg> element."""
    colours = THEMES.get(theme, THEMES["light"])
    states = state(picture, -1 if step is None else step)
    size = f'width="{picture.width:.0f}" height="{picture.height:.0f}"'
    box = f'viewBox="0 0 {picture.width:.0f} {picture.height:.0f}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} font-family="{FONT}">']
    if not screen:
        parts.append(f'<rect width="100%" height="100%" fill="{colours.paper}"/>')
    for mark in picture.marks:
        now = states[mark.id]
        if now.phase == "hidden" and not screen:
            continue
        parts.append(_draw(mark, now, colours, screen))
    parts.append("</svg>")
    return "".join(parts)


def _draw(mark: Mark, now: State, theme: Theme, screen: bool) -> str:
    shown = _SHAPES.get(mark.role, _text)(mark, now, theme)
    if not shown and not screen:
        return ""
    dim = ' opacity="0.45"' if now.phase == "waiting" and not screen else ""
    return f"<g {_names(mark, screen)}{dim}>{shown}</g>"


def _names(mark: Mark, screen: bool) -> str:
    names = f"id={quoteattr(mark.id)}"
    if not screen:
        return names
    names += f' class="mark {mark.role} kind-{escape(mark.kind or "none")}"'
    for key in ("node", "edge", "scope"):
        value = getattr(mark, key)
        if value is not None:
            names += f" data-{key}={quoteattr(value)}"
    if mark.role == "card":
        names += f' tabindex="-1" role="button" aria-label={quoteattr(_clean(mark.alt or ""))}'
    return names


def _clean(text: str) -> str:
    """Without the characters XML forbids."""
    return "".join(c for c in text if c.isprintable() or c == " ")


def _scope(mark: Mark, now: State, theme: Theme) -> str:
    return (
        f'<rect x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" height="{mark.height:.1f}"'
        f' rx="16" fill="{theme.scope}" stroke="{theme.line}" stroke-width="1"/>'
    )


def _card(mark: Mark, now: State, theme: Theme) -> str:
    radius = RADIUS.get(mark.kind, 12)
    stroke = {"parameter": theme.blue, "failed": theme.red}.get(mark.kind, theme.line)
    wide = 1.75 if mark.kind in ("parameter", "failed") else 1.2
    dash = ' stroke-dasharray="5 4"' if mark.kind in ("constant", "buffer") else ""
    stack = ""
    if mark.kind == "folded":
        stack = (
            f'<rect x="{mark.x + 5:.1f}" y="{mark.y + 5:.1f}" width="{mark.width:.1f}"'
            f' height="{mark.height:.1f}" rx="{radius}" fill="{theme.scope}" stroke="{theme.line}"/>'
        )
    return (
        f'{stack}<rect x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}"'
        f' height="{mark.height:.1f}" rx="{radius}" fill="{theme.card}" stroke="{stroke}"'
        f' stroke-width="{wide}"{dash}/>'
    )


def _edge(mark: Mark, now: State, theme: Theme) -> str:
    return f'<path d="{mark.path}" fill="none" stroke="{theme.line}" stroke-width="1.6"/>'


def _head(mark: Mark, now: State, theme: Theme) -> str:
    return f'<path d="{mark.path}" fill="{theme.line}"/>'


def _pill(mark: Mark, now: State, theme: Theme) -> str:
    x, y = mark.x + mark.width / 2, mark.y + 14.2
    return (
        f'<rect x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" height="{mark.height:.1f}"'
        f' rx="10" fill="{theme.orange_wash}"/>'
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{mark.size:g}" text-anchor="middle"'
        f' fill="{theme.orange}">{escape(_clean(now.text or ""))}</text>'
    )


def _due(mark: Mark, now: State, theme: Theme) -> str:
    return (
        f'<circle cx="{mark.x:.1f}" cy="{mark.y:.1f}" r="10" fill="{theme.orange}"/>'
        f'<text x="{mark.x:.1f}" y="{mark.y + 4:.1f}" font-size="{mark.size:g}" font-weight="600"'
        f' text-anchor="middle" fill="{theme.card}">{escape(_clean(now.text or ""))}</text>'
    )


def _text(mark: Mark, now: State, theme: Theme) -> str:
    text = _clean(now.text or "")
    weight = ' font-weight="600"' if mark.bold else ""
    return (
        f'<text x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size:g}"{weight}'
        f' text-anchor="{mark.anchor}" fill="{_ink(mark, theme)}">{escape(text)}</text>'
    )


def _ink(mark: Mark, theme: Theme) -> str:
    if mark.role in ("gradient", "sum") and mark.kind != "folded":
        return theme.orange
    if mark.kind == "failed" and mark.role == "value":
        return theme.red
    return theme.soft if mark.role in ("symbol", "scope-label", "gradient") else theme.ink


_SHAPES = {
    "scope": _scope,
    "card": _card,
    "edge": _edge,
    "arrowhead": _head,
    "contribution": _pill,
    "due": _due,
}
