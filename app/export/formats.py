"""A format's name in; what it is called, how it travels and the function that writes it, out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from msgspec import structs

from app.export.scene import How, Scene
from app.graph import Struct

#: (done, of) while a long export runs; it may raise to stop it
Report = Callable[[int, int], None]


class Format(Struct, frozen=True, kw_only=True):
    """One kind of file. `module` holds `write(scene, report) -> bytes`, imported when first used,
    so that no command pays for libraries it does not need. `moves` says it shows all steps, `deck`
    that it is made of slides, and so drawn for one whatever else was chosen."""

    suffix: str
    media: str
    module: str
    moves: bool = False
    deck: bool = False


PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

FORMATS: dict[str, Format] = {
    one.suffix: one
    for one in (
        Format(suffix="svg", media="image/svg+xml", module="app.export.vector"),
        Format(suffix="png", media="image/png", module="app.export.png"),
        Format(suffix="html", media="text/html", module="app.export.standalone"),
        Format(suffix="pdf", media="application/pdf", module="app.export.pdf"),
        Format(suffix="gif", media="image/gif", module="app.export.gif", moves=True),
        Format(suffix="apng", media="image/apng", module="app.export.apng", moves=True),
        Format(suffix="webp", media="image/webp", module="app.export.webp", moves=True),
        Format(suffix="mp4", media="video/mp4", module="app.export.mp4", moves=True),
        Format(suffix="webm", media="video/webm", module="app.export.webm", moves=True),
        Format(suffix="motion.svg", media="image/svg+xml", module="app.export.motion", moves=True),
        Format(suffix="json", media="application/json", module="app.export.graph_json"),
        Format(suffix="reel.json", media="application/json", module="app.export.reel_json"),
        Format(suffix="pptx", media=PPTX, module="app.export.pptx", moves=True, deck=True),
        Format(
            suffix="tex", media="application/x-tex", module="app.export.tikz", moves=True, deck=True
        ),
        Format(suffix="dot", media="text/vnd.graphviz", module="app.export.dot"),
        Format(suffix="mmd", media="text/vnd.mermaid", module="app.export.mermaid"),
        Format(suffix="derivation.tex", media="application/x-tex", module="app.export.derivation"),
    )
}


def suited(how: How, suffix: str) -> How:
    """Decks are drawn for a slide."""
    return structs.replace(how, crop="frame") if FORMATS[suffix].deck else how


def silent(done: int, of: int) -> None:
    """Nobody is waiting for news."""


def export(scene: Scene, suffix: str, report: Report = silent) -> bytes:
    """The file. Raises LimitError beyond a limit, KeyError for a format that does not exist."""
    module = import_module(FORMATS[suffix].module)
    content: bytes = module.write(scene, report)
    return content
