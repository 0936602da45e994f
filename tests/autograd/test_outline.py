"""The outline of a long run: it is drawn as the whole will be, and changes nothing."""

from __future__ import annotations

import msgspec
import pytest

from app.autograd import finish, outline, run
from app.graph import Graph
from app.picture import draw
from app.protocol import Job, Sketch
from app.sandbox.sound import check
from app.settings import Settings

LOOP = """import torch
w = torch.randn(9, 9, requires_grad=True)
x = torch.randn(9)
for k in range(420):
    y = x @ w
    y = y.tanh() * 0.5
    x = y.sin() + x
loss = (x ** 2).sum()
loss.backward()
"""


def traced(source: str, is_watched: bool) -> tuple[Graph, list[Sketch]]:
    said: list[Sketch] = []
    finished = run(Job(source=source, is_watched=is_watched), lambda m: said.append(m))  # type: ignore[arg-type]
    graph = finished.outcome.graph
    assert graph is not None and finished.outcome.problem is None
    untimed = msgspec.structs.replace(graph.run, timings_ms={})
    return (
        msgspec.structs.replace(graph, run=untimed),
        [s for s in said if isinstance(s, Sketch) and s.is_outline],
    )


@pytest.fixture(scope="module")
def both() -> tuple[Graph, Graph]:
    whole, (sketch,) = traced(LOOP, is_watched=True)
    assert check(sketch) is sketch and sketch.shown == sketch.events
    return sketch.graph, whole


def test_outline_has_all_nodes_and_no_backward_pass(both: tuple[Graph, Graph]) -> None:
    first, whole = both
    assert len(whole.nodes) > 2_000
    told = lambda graph: [(n.id, n.op, n.name, n.scope, n.span) for n in graph.nodes]  # noqa: E731
    assert told(first) == told(whole)
    ends = lambda graph: [(e.id, e.source, e.target) for e in graph.edges]  # noqa: E731
    assert ends(first) == ends(whole) and first.scopes == whole.scopes
    assert {one.kind for one in first.passes} == {"forward"}


def test_outline_is_drawn_where_the_whole_will_be(both: tuple[Graph, Graph]) -> None:
    before, after = (draw(graph, room=(657.0, 755.0)) for graph in both)
    places = [
        {m.id: (m.x, m.y, m.width, m.height) for m in picture.marks if m.role in ("card", "scope")}
        for picture in (before, after)
    ]
    assert places[0] == places[1]
    texts = [
        {m.id: m.text for m in p.marks if m.role in ("name", "symbol", "value", "contribution")}
        for p in (before, after)
    ]
    assert texts[0] == texts[1]


def test_cards_keep_their_heatmaps_where_a_run_has_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.autograd.thumbs.MOST", 40)
    whole, (sketch,) = traced(LOOP, is_watched=True)
    thumbs = [
        {m.id for m in draw(graph, room=(657.0, 755.0)).marks if m.role == "thumb"}
        for graph in (sketch.graph, whole)
    ]
    assert thumbs[0] and thumbs[0] == thumbs[1]


def test_far_inside_no_gradient_is_read_yet(both: tuple[Graph, Graph]) -> None:
    first, _ = both
    inside = [o for n in first.nodes if n.scope and n.requires_grad for o in n.outputs]
    assert {o.no_gradient for o in inside} == {"running"}
    assert all(o.value.norm is not None and o.value.max is None for o in inside)


def test_a_watched_run_is_told_the_same(both: tuple[Graph, Graph]) -> None:
    plain, none = traced(LOOP, is_watched=False)
    assert none == [] and plain == both[1]


def test_nodes_left_out_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "MANY", 20)
    monkeypatch.setattr(finish, "settings", lambda: Settings(nodes=60))
    whole, (sketch,) = traced(LOOP.replace("420", "30"), is_watched=True)
    assert [note.code for note in sketch.graph.diagnostics] == ["left_out"]
    assert sketch.graph.diagnostics[0] in whole.diagnostics


def test_short_run_has_no_outline() -> None:
    assert traced(LOOP.replace("420", "20"), is_watched=True)[1] == []
