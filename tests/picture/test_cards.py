"""The texts of cards and edges against the room they have."""

from app.graph import Edge, Node, Source, Target, Tensor, Value
from app.picture.cards import PILL, label_width, pill_text
from app.picture.measure import fitted_path, width


def value(shape: list[int], norm: float) -> Value:
    numel = 1
    for size in shape:
        numel *= size
    return Value(data=None, numel=numel, norm=norm)


def edge(k: int) -> Edge:
    sent = value([64, 768], 0.5189)
    return Edge(
        id=f"e{k}",
        source=Source(node="n0", output=0),
        target=Target(node="n1", argument=k),
        contribution=sent,
    )


def test_a_long_shape_goes_before_a_digit() -> None:
    assert pill_text(value([4, 4], 0.5189), [4, 4]) == "[4×4] |·| 0.5189"
    assert pill_text(value([1, 16, 16, 16], 0.001778), [1, 16, 16, 16]) == "|·| 0.001778"


def test_no_pill_is_wider_than_its_room() -> None:
    for shape in ([2], [64, 50257], [128, 128, 128, 128, 128]):
        text = pill_text(value(shape, 1.234e-12), shape)
        assert width(text, 12) <= PILL and "…" not in text


def test_a_long_path_keeps_its_end() -> None:
    name = "reader.lstm.weight_hh_l0"
    assert fitted_path(name, 14, 400) == name
    assert fitted_path(name, 14, 120) == "…weight_hh_l0"
    assert fitted_path(name, 14, 60).startswith("…weig") and fitted_path(name, 14, 60).endswith("…")
    assert fitted_path("x", 14, 60) == "x"


def test_several_edges_in_one_need_room_for_their_count_only() -> None:
    edges = [edge(k) for k in range(2)]
    output = Tensor(shape=[64, 768], dtype="float32", device="cpu", value=value([64, 768], 1.0))
    node = Node(
        id="n0",
        kind="op",
        op="relu",
        symbol="relu",
        name=None,
        scope=None,
        span=None,
        autograd=None,
        is_leaf=False,
        requires_grad=True,
        outputs=[output],
    )
    nodes = {"n0": node}
    assert label_width(edges[:1], nodes) > 60 > label_width(edges, nodes) > 0
