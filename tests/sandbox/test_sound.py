"""Graphs with one thing wrong in; a refusal each, out; and graphs of the real thing pass."""

from __future__ import annotations

import msgspec
import pytest
from attack_entry import graph_of

from app import graph as wire
from app.errors import Problem
from app.explanations import Sliced, Unanswered
from app.protocol import Outcome, Progress
from app.sandbox.sound import check
from app.settings import settings
from app.web.examples import examples
from tests.gallery import outcome_of

SPAN = wire.Span(line=1, column=0, end_line=1, end_column=1)
GRAPH = graph_of("", nodes=2)
ONE = wire.Value(data=1.0, numel=1)


def edge(source: str = "n0", output: int = 0, target: str = "n1") -> wire.Edge:
    return wire.Edge(
        id="e",
        source=wire.Source(node=source, output=output),
        target=wire.Target(node=target, argument=0),
    )


def scope(name: str, parent: str | None) -> wire.Scope:
    return wire.Scope(id=name, parent=parent, kind="loop", name="", path="", type="")


def walk(node: str = "n0", edges: tuple[str, ...] = (), root: str | None = None) -> wire.Pass:
    step = wire.Step(node=node, edges=list(edges), text="")
    return wire.Pass(kind="forward", index=0, root=root, steps=[step])


def first_node(**fields: object) -> list[wire.Node]:
    return [msgspec.structs.replace(GRAPH.nodes[0], **fields), GRAPH.nodes[1]]


def output(data: object) -> list[wire.Tensor]:
    value = wire.Value(data=data, numel=1)
    return [wire.Tensor(shape=[], dtype="float32", device="cpu", value=value)]


def heat(*levels: list[int]) -> list[wire.Node]:
    thumb = wire.Thumb(levels=list(levels), scale=1.0, steps=(1, 1))
    return first_node(outputs=[msgspec.structs.replace(output(None)[0], thumb=thumb)])


def statistic(number: int) -> list[wire.Node]:
    value = wire.Value(numel=1, norm=number)
    return first_node(outputs=[msgspec.structs.replace(output(None)[0], value=value)])


def problem(**fields: object) -> Problem:
    return Problem(**{"code": "raised", "message": "", "hint": "", **fields})  # type: ignore[arg-type]


def note(node: str) -> wire.Diagnostic:
    return wire.Diagnostic(code="c", severity="note", node=node, span=None, message="", hint="")


def deep(levels: int) -> list[object]:
    nested: list[object] = []
    for _ in range(levels):
        nested = [nested]
    return nested


WRONG = {
    "node_twice": {"nodes": [GRAPH.nodes[0]] * 2},
    "edge_twice": {"edges": [edge(), edge()]},
    "edge_from_nowhere": {"edges": [edge(source="x")]},
    "edge_to_nowhere": {"edges": [edge(target="x")]},
    "edge_from_no_output": {"edges": [edge(output=1)]},
    "edge_from_before": {"edges": [edge(output=-1)]},
    "unknown_scope": {"nodes": first_node(scope="s")},
    "scope_twice": {"scopes": [scope("s", None), scope("s", None)]},
    "scope_of_nothing": {"scopes": [scope("s", "t")]},
    "scope_circle": {"scopes": [scope("s", "t"), scope("t", "s")]},
    "scope_of_itself": {"scopes": [scope("s", "s")]},
    "unknown_root": {"root": "x"},
    "unknown_pass_root": {"passes": [walk(root="x")]},
    "step_nowhere": {"passes": [walk("x")]},
    "step_over_nothing": {"passes": [walk(edges=("e",))]},
    "unknown_diagnostic": {"diagnostics": [note("x")]},
    "unknown_binding": {"bindings": [wire.Binding(name="x", span=SPAN, node="x", output=0)]},
    "binding_to_no_output": {"bindings": [wire.Binding(name="x", span=SPAN, node="n0", output=5)]},
    "text_for_number": {"nodes": first_node(outputs=output("x" * 65))},
    "mapping_for_number": {"nodes": first_node(outputs=output([{"a": 1}]))},
    "bottomless": {"nodes": first_node(outputs=output(deep(70)))},
    "nodes_without_end": {"nodes": graph_of("", nodes=4 * settings().nodes + 1).nodes},
    "more_than_is_told": {"nodes": first_node(outputs=output([0.5] * 5000))},
    "markup_in_an_id": {"edges": [msgspec.structs.replace(edge(), id='e"><script>')]},
    "control_in_an_id": {"scopes": [scope("s\0", None)]},
    "id_without_end": {"scopes": [scope("s" * 61, None)]},
    "name_without_end": {"nodes": first_node(name="a" * 10_001)},
    "path_without_end": {"scopes": [msgspec.structs.replace(scope("s", None), path="a" * 10_001)]},
    "integer_no_tensor_holds": {"nodes": first_node(outputs=output(1 << 65))},
    "statistic_no_tensor_has": {"nodes": statistic(1 << 65)},
    "heatmap_of_nothing": {"nodes": heat()},
    "heatmap_of_empty_rows": {"nodes": heat([])},
    "heatmap_with_ragged_rows": {"nodes": heat([1], [1, 2])},
    "heatmap_with_no_such_colour": {"nodes": heat([10])},
    "empty_rows_without_end": {"nodes": first_node(outputs=output([[]] * 5000))},
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_graph_is_refused(name: str) -> None:
    graph = msgspec.structs.replace(GRAPH, **WRONG[name])
    with pytest.raises(ValueError):
        check(Outcome(graph=graph))


def test_right_graph_passes() -> None:
    graph = msgspec.structs.replace(
        GRAPH,
        edges=[edge()],
        scopes=[scope("t", "s"), scope("s", None)],
        nodes=first_node(scope="t", outputs=output([["nan", 1, True, None]])),
        passes=[walk(edges=("e",), root="n1")],
        diagnostics=[note("n1")],
        root="n0",
    )
    assert check(Outcome(graph=graph)).graph is graph


def test_empty_outcome_is_refused() -> None:
    with pytest.raises(ValueError):
        check(Outcome())


@pytest.mark.parametrize(
    "wrong",
    [
        problem(code="<b>"),
        problem(message="a" * 10 * settings().source_bytes + "a"),
        problem(frames=[""] * 500),
    ],
    ids=["code", "size", "count"],
)
def test_odd_problem_is_refused(wrong: Problem) -> None:
    for reply in (Outcome(problem=wrong), Unanswered(problem=wrong)):
        with pytest.raises(ValueError):
            check(reply)


def test_other_replies_pass() -> None:
    assert check(Progress(stage="parse")) and check(Sliced(value=ONE))


def test_view_must_lead_somewhere() -> None:
    node = wire.AutogradNode(id="a", label="", kind="op", node="n0")
    for nodes, edges in (([node, node], []), ([node], [("a", "b")])):
        with pytest.raises(ValueError):
            check(Outcome(graph=GRAPH, autograd=wire.AutogradView(nodes=nodes, edges=edges)))
    stray = msgspec.structs.replace(node, node="x")
    with pytest.raises(ValueError):
        check(Outcome(graph=GRAPH, autograd=wire.AutogradView(nodes=[stray], edges=[])))


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.id)
def test_every_example_is_sound(example) -> None:
    outcome = outcome_of(example.id)
    assert check(outcome) is outcome and outcome.graph.nodes
