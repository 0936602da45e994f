"""A Scene in; a Mermaid flowchart of what is visible, as GitHub draws it, out."""

from __future__ import annotations

from app.errors import LimitError
from app.export.formats import Report
from app.export.outline import CardRow, Outline, outline_of
from app.export.scene import Scene
from app.picture.theme import THEMES, Theme
from app.words import say

#: beyond these Mermaid answers with an error box instead of a picture (its own defaults)
EDGES, CHARACTERS = 500, 50_000
_PLAIN = frozenset(" .,()[]/+=")
#: how the corners of each kind are written
_SHAPES = {"parameter": ("([", "])"), "op": ("(", ")"), "folded": ("[[", "]]")}


def write(scene: Scene, report: Report) -> bytes:
    """The text of a `mermaid` block. Raises LimitError where Mermaid would refuse it."""
    outline = outline_of(scene)
    _within(scene, EDGES, len(outline.edges), "edges")
    names = {card.id: f"c{k}" for k, card in enumerate(outline.cards)}
    lines = [
        "---",
        f"title: {_title(scene.title, outline.abridged)}",
        "---",
        "flowchart LR",
        *_inside(outline, None, names),
        *(_edge(names[e.source], names[e.target], e.contribution) for e in outline.edges),
        *_classes(outline, names, THEMES[scene.how.theme]),
    ]
    text = "\n".join(lines) + "\n"
    _within(scene, CHARACTERS, len(text), "characters")
    return text.encode()


def _within(scene: Scene, limit: int, count: int, what: str) -> None:
    if count > limit:
        lang = scene.how.lang
        most, found = (say(f"mermaid.{what}", lang, count=f"{n:,}") for n in (limit, count))
        raise LimitError("mermaid_too_large", lang=lang, limit=most, count=found)


def _inside(outline: Outline, scope: str | None, names: dict[str, str]) -> list[str]:
    """The cards of one scope, then the scopes inside it as subgraphs."""
    lines = [_card(card, names) for card in outline.cards if card.scope == scope]
    for k, box in enumerate(outline.scopes):
        if box.parent == scope:
            lines += [
                f'subgraph g{k}["{escaped(box.name) or " "}"]',
                *_inside(outline, box.id, names),
            ]
            lines.append("end")
    return ["  " + line for line in lines] if scope is not None else lines


def _card(card: CardRow, names: dict[str, str]) -> str:
    first = f"<b>{escaped(card.name)}</b> {escaped(card.sign)}".strip()
    label = "<br/>".join([first, *(escaped(text) for text in (card.value, card.gradient) if text)])
    left, right = _SHAPES.get(card.kind, ("[", "]"))
    return f'{names[card.id]}{left}"{label}"{right}'


def _edge(source: str, target: str, contribution: str) -> str:
    if not contribution:
        return f"{source} --> {target}"
    return f'{source} -->|"{escaped(contribution)}"| {target}'


def _classes(outline: Outline, names: dict[str, str], theme: Theme) -> list[str]:
    """Colours and borders by kind."""
    strokes = {"parameter": theme.blue, "failed": theme.red}
    lines = []
    for kind in dict.fromkeys(card.kind for card in outline.cards):
        dashed = ",stroke-dasharray:5 4" if kind in ("constant", "buffer") else ""
        colours = f"fill:{theme.card},stroke:{strokes.get(kind, theme.edge)},color:{theme.ink}"
        members = ",".join(names[card.id] for card in outline.cards if card.kind == kind)
        lines += [f"classDef {kind} {colours}{dashed}", f"class {members} {kind}"]
    if outline.scopes:
        boxes = ",".join(f"g{k}" for k in range(len(outline.scopes)))
        lines.append(f"classDef scope fill:{theme.scope},stroke:{theme.line},color:{theme.soft}")
        lines.append(f"class {boxes} scope")
    return lines


def escaped(text: str) -> str:
    """Letters and digits as they are, every other ASCII sign as #code;, so that none of them is
    markup, Markdown or the end of a label."""
    return "".join(
        c if c.isalnum() or c in _PLAIN or (not c.isascii() and c.isprintable()) else _coded(c)
        for c in text
    )


def _coded(char: str) -> str:
    return f"#{ord(char)};" if char.isprintable() else ""


def _title(title: str, abridged: str) -> str:
    """A YAML string that is nothing else; it also says what was folded away."""
    text = f"{title} ({abridged})" if abridged else title
    plain = "".join(c for c in text if c.isprintable()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
