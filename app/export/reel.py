"""A Scene in; the Reel, everything the small player needs to play it, out."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.export.scene import Scene, scene_of
from app.export.written import size_of, written
from app.graph import Edge, Graph, Node, Struct, Tensor, Value
from app.picture.marks import Change, PassKind, Picture
from app.words import pattern, say

#: px of a phone held upright, as far as the picture goes
NARROW = (390.0, 600.0)
#: outputs of one node written out; the rest are counted
OUTPUTS = 4
#: sentences of the catalogue the player says
WORDS = (
    "page.close page.fit page.picture page.zoom page.zoom_in page.zoom_out stage.back "
    "stage.backward stage.forward stage.pause stage.play stage.scrub stage.update "
    "reel.controls reel.fullscreen reel.hidden reel.next reel.numbers reel.of"
).split()


class Numbers(Struct, frozen=True, kw_only=True):
    """One tensor in full: which it is, its size, and its elements as text."""

    kind: Literal["value", "gradient", "contribution"]
    label: str
    text: str


class Note(Struct, frozen=True, kw_only=True):
    """What a person reads on choosing a card or an edge; `code` is its line of the program."""

    title: str
    about: str
    line: int | None
    code: str
    numbers: list[Numbers]
    reason: str


class ReelMark(Struct, frozen=True, kw_only=True):
    """A mark as the timeline needs it; the rest of it stands in the SVG."""

    id: str
    text: str | None
    tone: int | None


class ReelStep(Struct, frozen=True, kw_only=True):
    """A PictureStep as the player needs it."""

    kind: PassKind
    pass_index: int
    node: str | None
    text: str
    changes: list[Change]
    flows: list[tuple[str, str]]


class Reel(Struct, frozen=True, kw_only=True):
    """A picture that plays without the app. `start` is the step shown first, -1 the last; `notes`
    are by node or edge id; `title` is empty unless the person chose one."""

    lang: str
    title: str
    words: dict[str, str]
    start: int
    marks: list[ReelMark]
    steps: list[ReelStep]
    notes: dict[str, Note]
    root: str | None
    abridged: str


def reel_of(scene: Scene) -> Reel:
    """Pure; about a millisecond per hundred marks."""
    picture, lang = scene.picture, scene.how.lang
    return Reel(
        lang=lang,
        title=scene.how.title,
        words={key: pattern(key, lang) for key in WORDS},
        start=scene.how.step,
        marks=[ReelMark(id=mark.id, text=mark.text, tone=mark.tone) for mark in picture.marks],
        steps=[
            ReelStep(
                kind=step.kind,
                pass_index=step.pass_index,
                node=step.node,
                text=step.text,
                changes=step.changes,
                flows=step.flows,
            )
            for step in picture.steps
        ],
        notes=_notes(scene),
        root=scene.graph.root,
        abridged=picture.abridged,
    )


def tall_of(scene: Scene) -> Picture | None:
    """The same picture flowing downwards, for narrow screens: the same marks, steps and texts in
    other places. None where it already does, or would not help. Lays out: some milliseconds."""
    how = msgspec.structs.replace(scene.how, crop="graph", room=NARROW)
    wide, tall = scene.picture, scene_of(scene.graph, scene.autograd, how).picture
    same = [(m.id, m.text) for m in wide.marks] == [(m.id, m.text) for m in tall.marks]
    is_new = (wide.width, wide.height) != (tall.width, tall.height)
    return tall if is_new and same and wide.steps == tall.steps else None


def _notes(scene: Scene) -> dict[str, Note]:
    """One per node drawn as a card of its own, and per edge between two such cards."""
    graph, lang = scene.graph, scene.how.lang
    drawn = {mark.node for mark in scene.picture.marks if mark.role == "card"}
    edges = {mark.edge for mark in scene.picture.marks if mark.role == "edge"}
    nodes = {node.id: node for node in graph.nodes if node.id in drawn}
    notes = {node.id: _node(node, graph, lang) for node in nodes.values()}
    for edge in graph.edges:
        source, target = nodes.get(edge.source.node), nodes.get(edge.target.node)
        if edge.id in edges and source and target:
            notes[edge.id] = _edge(edge, source, target, lang)
    return notes


def _node(node: Node, graph: Graph, lang: str) -> Note:
    kind = node.op if node.kind == "op" else say(f"picture.{node.kind}", lang)
    first = node.outputs[0] if node.outputs else None
    reason = ""
    if first and first.gradient is None:
        reason = say(f"reason.{first.no_gradient or 'no_backward'}", lang)
    numbers = [one for out in node.outputs[:OUTPUTS] for one in _numbers(out, lang)]
    line = node.span.line if node.span else None
    return Note(
        title=node.name or node.symbol or node.op,
        about=f"{kind} · {size_of(first.shape, first.dtype, lang)}" if first else kind,
        line=line,
        code=_code(graph, line),
        numbers=numbers,
        reason=say("picture.failed", lang) if node.failed else reason,
    )


def _numbers(tensor: Tensor, lang: str) -> list[Numbers]:
    found = [_one("value", tensor.value, tensor, lang)]
    if tensor.gradient is not None:
        found.append(_one("gradient", tensor.gradient, tensor, lang))
    return found


def _one(
    kind: Literal["value", "gradient", "contribution"], value: Value, tensor: Tensor, lang: str
) -> Numbers:
    text = written(value, tensor.shape, tensor.dtype, lang)
    return Numbers(kind=kind, label=say(f"page.{kind}", lang), text=text)


def _edge(edge: Edge, source: Node, target: Node, lang: str) -> Note:
    tensor = (
        source.outputs[edge.source.output] if edge.source.output < len(source.outputs) else None
    )
    numbers = []
    if tensor and edge.contribution is not None:
        numbers.append(_one("contribution", edge.contribution, tensor, lang))
    names = [node.name or node.symbol or node.op for node in (source, target)]
    about = say("page.edge", lang)
    return Note(
        title=" → ".join(names),
        about=f"{about} · {size_of(tensor.shape, tensor.dtype, lang)}" if tensor else about,
        line=None,
        code="",
        numbers=numbers,
        reason="" if numbers else say("page.no_contribution", lang),
    )


def _code(graph: Graph, line: int | None) -> str:
    """The program's line as pasted, where there is one."""
    lines = graph.program.source.splitlines()
    return lines[line - 1].strip()[:200] if line and line <= len(lines) else ""
