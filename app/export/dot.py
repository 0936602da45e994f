"""A Scene in; Graphviz's DOT of what is visible (records, contributions, clusters), out."""

from __future__ import annotations

from app.export.formats import Report
from app.export.outline import CardRow, Outline, outline_of
from app.export.scene import Scene
from app.picture.theme import THEMES, Theme


def write(scene: Scene, report: Report) -> bytes:
    """A digraph, left to right, so that fields stand below each other: cards are records name|value|gradient, edges carry their contributions."""
    outline = outline_of(scene)
    names = {card.id: f"c{k}" for k, card in enumerate(outline.cards)}
    theme = THEMES[scene.how.theme]
    lines = [
        "digraph {",
        *_defaults(scene, theme, outline.abridged),
        *_inside(outline, None, names, theme),
        *(
            f'  {names[edge.source]} -> {names[edge.target]} [label="{quoted(edge.contribution)}"];'
            for edge in outline.edges
        ),
        "}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _defaults(scene: Scene, theme: Theme, abridged: str) -> list[str]:
    font = f'fontname="IBM Plex Sans,DejaVu Sans,sans-serif" fontcolor="{theme.ink}"'
    paper = theme.paper if scene.how.background == "solid" else "transparent"
    title = scene.title + (f"\n{abridged}" if abridged else "")
    return [
        f'  graph [label="{quoted(title)}" labelloc=t rankdir=LR bgcolor="{paper}" {font} charset="UTF-8"];',
        f'  node [shape=record style="rounded,filled" fillcolor="{theme.card}" color="{theme.edge}" {font}];',
        f'  edge [color="{theme.edge}" fontname="IBM Plex Sans,DejaVu Sans,sans-serif" fontcolor="{theme.orange}" fontsize=12];',
    ]


def _inside(outline: Outline, scope: str | None, names: dict[str, str], theme: Theme) -> list[str]:
    """The cards of one scope, then the scopes inside it as clusters."""
    lines = [_record(card, names, theme) for card in outline.cards if card.scope == scope]
    for k, box in enumerate(outline.scopes):
        if box.parent == scope:
            lines += [
                f"  subgraph cluster_{k} {{",
                f'  label="{quoted(box.name)}"; labeljust=l; style="rounded,filled"; fillcolor="{theme.scope}"; color="{theme.line}"; fontcolor="{theme.soft}";',
                *_inside(outline, box.id, names, theme),
                "  }",
            ]
    return lines


def _record(card: CardRow, names: dict[str, str], theme: Theme) -> str:
    title = f"{card.name}  {card.sign}" if card.sign else card.name
    fields = [title, card.value, card.gradient]
    label = "|".join(_field(text) for text in fields if text)
    border = {"parameter": theme.blue, "failed": theme.red}.get(card.kind)
    colour = f' color="{border}"' if border else ""
    dashed = ' style="rounded,filled,dashed"' if card.kind in ("constant", "buffer") else ""
    return f'  {names[card.id]} [label="{label or " "}"{colour}{dashed}];'


def quoted(text: str) -> str:
    """For between double quotes: no escapes, no entities, one line per line."""
    text = "".join(c for c in text if c.isprintable() or c == "\n")
    text = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return text.replace("\n", "\\n")


def _field(text: str) -> str:
    """For a field of a record: its own signs as characters too."""
    plain = "".join(f"\\{c}" if c in "{}|<> " else c for c in quoted(text.replace("\n", " ")))
    return plain
