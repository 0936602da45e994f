"""Questions a reader asks about a finished run, and the answers: the vocabulary of explaining.

Answers are computed in the worker that ran the program, because every number comes from torch.
LaTeX is what KaTeX and amsmath both read."""

from __future__ import annotations

from typing import Literal

from app.errors import Problem
from app.graph import Nested, Number, Span, Struct, Value
from app.health import Depth, Health

#: part of a card: what a line says. `page.line.<role>` names it on screen.
Role = Literal["formula", "chain", "local", "numbers", "sum", "shapes", "vjp"]
Of = Literal["value", "gradient"]
Verdict = Literal["agrees", "disagrees", "kink", "unchecked"]


class Slice(Struct, frozen=True, kw_only=True, tag="slice"):
    """Part of a tensor, at most 4,096 elements: one index or [start, stop, step] per dimension,
    exactly these elements and no others. Of a gradient, `edge` asks for the share that came back
    along one edge from there."""

    node: str
    output: int
    of: Of = "value"
    edge: str | None = None
    index: list[int | list[int]] = []


class Distribution(Struct, frozen=True, kw_only=True, tag="distribution"):
    """How all elements of a tensor are spread; `log` has bars of equal ratio on both sides of 0."""

    node: str
    output: int
    of: Of = "value"
    edge: str | None = None
    scale: Literal["linear", "log"] = "linear"


class EdgeCard(Struct, frozen=True, kw_only=True, tag="edge_card"):
    """Why this edge carries this contribution; `element` indexes the edge's source tensor."""

    edge: str
    element: list[int] | None = None


class NodeCard(Struct, frozen=True, kw_only=True, tag="node_card"):
    """What this op computes, and where its gradient comes from; `element` indexes the output."""

    node: str
    output: int = 0
    element: list[int] | None = None


class OriginOf(Struct, frozen=True, kw_only=True, tag="origin_of"):
    """Where one element of a value or gradient comes from."""

    node: str
    output: int
    of: Of
    element: list[int]


class Derive(Struct, frozen=True, kw_only=True, tag="derive"):
    """The last backward pass, written out."""


class PathsBetween(Struct, frozen=True, kw_only=True, tag="paths_between"):
    """All ways from a leaf to the root of the last backward pass."""

    leaf: str


class CheckGradients(Struct, frozen=True, kw_only=True, tag="check_gradients"):
    """Compare autograd's gradient of every leaf with finite differences."""


class Why(Struct, frozen=True, kw_only=True, tag="why"):
    """Why the gradients are what they are: None, zero, not finite, vanishing, piled up."""


class Curve(Struct, frozen=True, kw_only=True, tag="curve"):
    """Second derivatives (or the Jacobian, of a root that is no scalar) for one leaf."""

    leaf: str


class Remember(Struct, frozen=True, kw_only=True, tag="remember"):
    """What every op keeps for its backward, and until when."""


class Line(Struct, frozen=True, kw_only=True):
    """One line of mathematics."""

    role: Role
    latex: str


class Card(Struct, frozen=True, kw_only=True, tag="card"):
    """One op or edge explained. `known` is false where the table has no formula: the numbers are
    autograd's all the same. `notes` are whole sentences."""

    title: str
    op: str
    category: str | None
    doc: str | None
    known: bool
    lines: list[Line]
    notes: list[str] = []
    upstream: Value | None = None
    local: Value | None = None
    contribution: Value | None = None
    contribution_edges: list[str] = []


class Lit(Struct, frozen=True, kw_only=True):
    """Elements of one tensor that an explained element came from, with their Jacobian entries."""

    node: str
    output: int
    of: Of
    elements: list[list[int]]
    weights: list[Number]
    left_out: int = 0


class Origin(Struct, frozen=True, kw_only=True, tag="origin"):
    """Where an element came from: the tensors it lights up, and the written sum.

    `is_numeric` says the weights are a row of the Jacobian as torch computed it, with no formula
    of ours behind them."""

    lit: list[Lit]
    latex: str
    terms: int
    is_numeric: bool
    notes: list[str] = []


class DerivedStep(Struct, frozen=True, kw_only=True):
    """One line of the derivation: symbols, numbers, the nodes and edges it speaks of."""

    node: str
    edges: list[str]
    latex: str
    numbers: str


class ClosedForm(Struct, frozen=True, kw_only=True):
    """dL/dx simplified, and the number it evaluates to."""

    leaf: str
    latex: str
    value: Number
    autograd: Number


class Derivation(Struct, frozen=True, kw_only=True, tag="derivation"):
    """The backward pass as numbered lines; `closed` for scalar programs; two texts to copy."""

    steps: list[DerivedStep]
    left_out: int
    closed: list[ClosedForm]
    latex: str
    markdown: str
    notes: list[str] = []


class Path(Struct, frozen=True, kw_only=True):
    """One path, leaf first. `share` is its part of the gradient (a norm where the leaf is a
    tensor); `product` multiplies the local derivatives to it where all are scalars."""

    nodes: list[str]
    edges: list[str]
    share: Number
    latex: str
    product: str = ""


class Paths(Struct, frozen=True, kw_only=True, tag="paths"):
    """Paths from leaf to root, strongest first. `count` is exact, as text because it may be huge.

    `total` is the gradient (its norm), `shown` what the listed paths sum to (the norm of it)."""

    leaf: str
    root: str
    count: str
    paths: list[Path]
    total: Number
    shown: Number
    is_norm: bool
    is_complete: bool
    notes: list[str] = []


class LeafCheck(Struct, frozen=True, kw_only=True):
    """One leaf's gradient against central differences of step `step`, in float64.

    `error` is the largest absolute difference, `relative` the same over the largest gradient;
    `directions` > 0 where random directions stood in for single elements."""

    node: str
    verdict: Verdict
    error: Number | None = None
    relative: Number | None = None
    step: float | None = None
    elements: int = 0
    directions: int = 0
    kinks: list[list[int]] = []
    culprit: str | None = None
    note: str = ""


class Checks(Struct, frozen=True, kw_only=True, tag="checks"):
    """Every leaf's check."""

    leaves: list[LeafCheck]
    notes: list[str] = []


class Reason(Struct, frozen=True, kw_only=True):
    """One thing wrong (or worth knowing) with its path and its remedy."""

    code: str
    severity: Literal["error", "warning", "note"]
    message: str
    hint: str
    nodes: list[str]
    edges: list[str] = []
    span: Span | None = None


class Reasons(Struct, frozen=True, kw_only=True, tag="reasons"):
    """All reasons, gravest first, and the profile along depth."""

    reasons: list[Reason]
    profile: list[Depth]


class Curvature(Struct, frozen=True, kw_only=True, tag="curvature"):
    """Second derivatives of a scalar root, or the Jacobian of another, as a matrix over flat
    elements. `jvp` is forward mode's derivative of the root along the leaf's first direction."""

    kind: Literal["hessian", "jacobian"]
    leaf: str
    root: str
    rows: int
    columns: int
    matrix: Nested
    eigenvalues: list[Number] | None
    gradient: Value | None
    jvp: Nested
    vjp: Nested
    forward_passes: int
    reverse_passes: int
    latex: str
    notes: list[str] = []


class SavedTensor(Struct, frozen=True, kw_only=True):
    """One tensor kept for backward. `shared` where another node keeps the same storage already,
    or it is a parameter that lives anyway."""

    name: str
    shape: list[int]
    dtype: str
    bytes: int
    shared: bool


class SavedAt(Struct, frozen=True, kw_only=True):
    """What one node keeps from its forward step on: until its backward step where `released`, else
    as long as the graph lives. `bytes` leaves out what is shared."""

    node: str
    tensors: list[SavedTensor]
    bytes: int
    released: bool


class Memory(Struct, frozen=True, kw_only=True, tag="memory"):
    """What autograd keeps for backward, node by node in forward order; `peak` in bytes."""

    saved: list[SavedAt]
    peak: int
    notes: list[str] = []


class Examine(Struct, frozen=True, kw_only=True, tag="examine"):
    """Ask how the whole network is doing."""


class Sliced(Struct, frozen=True, kw_only=True, tag="sliced"):
    """The answer to a Slice. `index` says which elements these are, with every bound written out;
    `whole` is the shape of the tensor they are of."""

    shape: list[int] = []
    value: Value | None = None
    problem: Problem | None = None
    index: list[int | list[int]] = []
    whole: list[int] = []
    dtype: str = ""


class Distributed(Struct, frozen=True, kw_only=True, tag="distributed"):
    """Statistics in float64 and a histogram: `counts[k]` finite elements from `edges[k]` up to
    `edges[k + 1]`, the last edge included.

    `counted` elements were read: every `steps[d]`-th of dimension d, all where the steps are 1.
    `scale` is the size that full colour stands for."""

    edges: list[Number]
    counts: list[int]
    value: Value
    scale: float
    counted: int
    steps: list[int]


class Unanswered(Struct, frozen=True, kw_only=True, tag="unanswered"):
    """A question that has no answer, and why."""

    problem: Problem


Question = (
    Slice
    | Distribution
    | EdgeCard
    | NodeCard
    | OriginOf
    | Derive
    | PathsBetween
    | CheckGradients
    | Why
    | Curve
    | Remember
    | Examine
)
Answer = (
    Sliced
    | Distributed
    | Card
    | Origin
    | Derivation
    | Paths
    | Checks
    | Reasons
    | Curvature
    | Memory
    | Health
    | Unanswered
)
