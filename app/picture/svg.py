"""A Picture and a step in; portable SVG text out.

Presentation attributes only, explicit arrowheads, one font, baselines by y: what PowerPoint,
Inkscape, resvg and a browser all draw alike. With `screen` every mark is there, hidden ones too,
and carries the class and data attributes the browser animates by."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from app.picture.marks import Mark, Picture
from app.picture.measure import width
from app.picture.pen import Pen, clean
from app.picture.theme import THEMES, Theme, mix
from app.picture.thumbs import on_screen, portable
from app.picture.timeline import State, States, state, step_at

FONT = "'IBM Plex Sans', 'DejaVu Sans', sans-serif"
RADIUS = {"parameter": 22, "input": 5, "constant": 5, "buffer": 5, "op": 12, "folded": 12}
#: opacity of what still waits for its step
WAITING = 0.42


def svg(
    picture: Picture, theme: str = "light", step: int | None = None, screen: bool = False
) -> str:
    """The picture at `step` (the last by default) as one <svg> element."""
    step = step_at(picture, -1 if step is None else step)
    pen = Pen(
        theme=THEMES.get(theme, THEMES["light"]), now="" if screen else kind_at(picture, step)
    )
    size = f'width="{picture.width:.0f}" height="{picture.height:.0f}"'
    box = f'viewBox="0 0 {picture.width:.0f} {picture.height:.0f}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} font-family="{FONT}">']
    states = state(picture, step)
    if screen:
        parts += [_screen(mark, states[mark.id], pen) for mark in picture.marks]
    else:
        parts.append(f'<rect width="100%" height="100%" fill="{pen.theme.paper}"/>')
        parts += elements(picture, states, pen).values()
    parts.append("</svg>")
    return "".join(parts)


def kind_at(picture: Picture, step: int) -> str:
    """Which pass a step belongs to; empty before anything ran."""
    one = picture.steps[step] if picture.steps else None
    return one.kind if one and one.pass_index >= 0 else ""


def elements(picture: Picture, states: States, pen: Pen) -> dict[str, str]:
    """mark id → what is drawn of it, back to front; hidden marks are left out."""
    found = {}
    for mark in picture.marks:
        now = states[mark.id]
        if now.phase != "hidden" and (now.text or mark.text is None):
            shown = _shape(mark, now, pen)
            dim = f' opacity="{WAITING}"' if now.phase == "waiting" else ""
            found[mark.id] = f"<g id={quoteattr(pen.prefix + mark.id)}{dim}>{shown}</g>"
    return found


#: a card's label says them
UNSAID = ("name", "symbol", "value", "gradient", "due")


def _screen(mark: Mark, now: State, pen: Pen) -> str:
    names = f'id={quoteattr(mark.id)} class="mark {mark.role} kind-{escape(mark.kind or "none")}"'
    for key in ("node", "edge", "scope"):
        value = getattr(mark, key)
        if value is not None:
            names += f" data-{key}={quoteattr(value)}"
    if mark.role == "card":
        names += f' tabindex="-1" role="button" aria-label={quoteattr(clean(mark.alt or ""))}'
    if mark.role in UNSAID:
        names += ' aria-hidden="true"'
    title = f"<title>{escape(clean(mark.alt or ''))}</title>"
    if mark.role == "thumb":
        return f"<g {names}>{title}{on_screen(mark, pen.theme)}</g>"
    if mark.role == "contribution":
        return f"<g {names}>{title}{_shape(mark, now, pen)}</g>"
    if mark.role == "sum":  # the page draws its own halo, around whatever the sum is at a step
        return f"<g {names}>{_text(mark, now, pen)}</g>"
    return f"<g {names}>{_shape(mark, now, pen)}</g>"


def _shape(mark: Mark, now: State, pen: Pen) -> str:
    return _SHAPES.get(mark.role, _text)(mark, now, pen)


def _rect(mark: Mark, grown: float = 0, moved: float = 0) -> str:
    """An open <rect of the mark's size, wider by `grown` on every side, down and right by `moved`."""
    x, y = mark.x - grown + moved, mark.y - grown + moved
    size = f'width="{mark.width + 2 * grown:.1f}" height="{mark.height + 2 * grown:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size}'


def _scope(mark: Mark, now: State, pen: Pen) -> str:
    fill, stroke = pen.theme.scope, pen.theme.line
    return f'{_rect(mark)} rx="16" fill="{fill}" stroke="{stroke}" stroke-width="1"/>'


def _card(mark: Mark, now: State, pen: Pen) -> str:
    theme, radius = pen.theme, RADIUS.get(mark.kind, 12)
    tone, wide = outline_of(mark.kind)
    stroke, fill = getattr(theme, tone), theme.card
    if pen.is_active(now):
        stroke, wash = theme.of_pass(pen.now)
        fill, wide = mix(wash, theme.card, 0.65), 2.4
    if pen.root is not None and mark.node == pen.root:
        stroke, wide = theme.orange, max(wide, 2.2)
    dash = ' stroke-dasharray="5 4"' if mark.kind in ("constant", "buffer") else ""
    stack = ring = ""
    if mark.kind == "folded":
        below = f'rx="{radius}" fill="{theme.scope}" stroke="{theme.edge}"/>'
        stack = f"{_rect(mark, moved=5)} {below}"
    if pen.is_selected(mark):
        outer = f'rx="{radius + 4.5}" fill="none" stroke="{theme.blue}" stroke-width="2.6"/>'
        ring = f"{_rect(mark, 4.5)} {outer}"
    body = f'rx="{radius}" fill="{fill}" stroke="{stroke}" stroke-width="{wide}"{dash}/>'
    return f"{stack}{_rect(mark)} {body}{ring}"


def _stroke(mark: Mark, now: State, pen: Pen) -> tuple[str, float]:
    if pen.is_selected(mark):
        return pen.theme.blue, 2.6
    return (pen.theme.of_pass(pen.now)[0], 2.4) if pen.is_active(now) else (pen.theme.edge, 1.6)


def _edge(mark: Mark, now: State, pen: Pen) -> str:
    stroke, wide = _stroke(mark, now, pen)
    return f'<path d="{mark.path}" fill="none" stroke="{stroke}" stroke-width="{wide}"/>'


def _head(mark: Mark, now: State, pen: Pen) -> str:
    return f'<path d="{mark.path}" fill="{_stroke(mark, now, pen)[0]}"/>'


def _pill(mark: Mark, now: State, pen: Pen) -> str:
    x, y = mark.x + mark.width / 2, mark.y + 14.2
    ink = ink_of(mark, pen.theme, now.text)
    text = pen.text(x, y, now.text, mark.size, ink, bold=pen.is_active(now))
    return f'{_rect(mark)} rx="10" fill="{pen.theme.orange_wash}"/>{text}'


def _due(mark: Mark, now: State, pen: Pen) -> str:
    text = pen.text(mark.x, mark.y + 4, now.text, mark.size, pen.theme.card, bold=True)
    circle = f'<circle cx="{mark.x:.1f}" cy="{mark.y:.1f}" r="10" fill="{pen.theme.orange}"/>'
    return circle + text


def _thumb(mark: Mark, now: State, pen: Pen) -> str:
    return portable(mark, pen.theme)


def _sum(mark: Mark, now: State, pen: Pen) -> str:
    """A sum stands over edges, on a slip of paper that keeps it readable."""
    wide, high = width(now.text or "", mark.size, bold=True) + 8, mark.size + 4
    place = f'x="{mark.x - wide / 2:.1f}" y="{mark.y - mark.size:.1f}"'
    size = f'width="{wide:.1f}" height="{high:.1f}"'
    slip = f'<rect {place} {size} rx="4" fill="{pen.theme.paper}"/>'
    return slip + _text(mark, now, pen)


def _text(mark: Mark, now: State, pen: Pen) -> str:
    bold = mark.bold or (pen.is_active(now) and mark.role in ("value", "gradient", "sum"))
    return pen.text(
        mark.x, mark.y, now.text, mark.size, ink_of(mark, pen.theme, now.text), bold, mark.anchor
    )


#: marks that hold numbers
NUMBERS = ("value", "gradient", "sum", "contribution")


def ink_of(mark: Mark, theme: Theme, text: str | None = None) -> str:
    """The colour of a mark's text, which may be another than its last."""
    colour: str = getattr(theme, tone_of(mark, text))
    return colour


def tone_of(mark: Mark, text: str | None = None) -> str:
    """The theme's name of that colour; what is not a number is red wherever a number belongs."""
    if mark.role in NUMBERS and "NaN" in (text or mark.text or ""):
        return "red"
    if mark.role == "contribution" or (mark.role in ("gradient", "sum") and mark.kind != "folded"):
        return "orange"
    if mark.kind == "failed" and mark.role == "value":
        return "red"
    return "soft" if mark.role in ("symbol", "scope-label", "gradient") else "ink"


def outline_of(kind: str, is_root: bool = False) -> tuple[str, float]:
    """The theme's name of the colour a card at rest is outlined in, and how wide, px."""
    if is_root:
        return "orange", 2.2
    return {"parameter": ("blue", 1.75), "failed": ("red", 1.75)}.get(kind, ("edge", 1.2))


_SHAPES = {
    "scope": _scope,
    "card": _card,
    "edge": _edge,
    "arrowhead": _head,
    "contribution": _pill,
    "due": _due,
    "sum": _sum,
    "thumb": _thumb,
}
