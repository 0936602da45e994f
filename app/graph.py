"""The vocabulary: the torch-free Graph every stage speaks, which is also the public wire format."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SCHEMA = "gradreel.graph/1"

#: A float on the wire. Encoders turn NaN and infinities to null, so they travel as strings.
Number = float | int | Literal["nan", "inf", "-inf"]
#: Nested lists of numbers, as deep as the tensor's rank; a lone number for rank 0.
Nested = Any

NodeKind = Literal["parameter", "input", "buffer", "constant", "op"]
PassKind = Literal["forward", "backward", "update"]
ScopeKind = Literal["module", "function", "loop"]
Severity = Literal["error", "warning", "note"]
#: Why a tensor has no gradient.
NoGradient = Literal[
    "no_backward",  # the program ran no backward pass and no root could be inferred
    "not_required",  # requires_grad is false on a leaf
    "not_differentiable",  # integer, bool, or an output autograd does not track (argmax, comparison)
    "detached",  # cut off by detach() or .data
    "no_grad",  # computed inside torch.no_grad()/inference_mode()
    "unreachable",  # tracked, but the root does not depend on it
    "failed",  # the program failed before the gradient arrived
]


class Struct(msgspec.Struct, frozen=True):
    """Base of everything on the wire: frozen, JSON both ways; subclasses say kw_only=True."""


class Span(Struct, frozen=True, kw_only=True):
    """A source range; lines are 1-based, columns 0-based, ends exclusive, as in Python's ast."""

    line: int
    column: int
    end_line: int
    end_column: int


class Value(Struct, frozen=True, kw_only=True):
    """What is known of a tensor's elements.

    `data` is null above 64 elements; then `min`…`norm` describe all of them, or a sample when
    `approximate`. Statistics are null for empty, bool and complex tensors; NaN and infinite
    elements are counted in `nan` and `inf` and left out of no statistic.
    """

    data: Nested = None
    numel: int
    min: Number | None = None
    max: Number | None = None
    mean: Number | None = None
    std: Number | None = None
    norm: Number | None = None
    nan: int = 0
    inf: int = 0
    zero: int = 0
    approximate: bool = False


class Tensor(Struct, frozen=True, kw_only=True):
    """One output of a node: shape in elements, torch dtype name without `torch.`, value, gradient."""

    shape: list[int]
    dtype: str
    device: str
    value: Value
    gradient: Value | None = None
    no_gradient: NoGradient | None = None


class Node(Struct, frozen=True, kw_only=True):
    """One op application, or a leaf.

    `op` is torch's public name (`mul`, `linear`); for leaves the function that made them
    (`tensor`, `randn`) or ''. `autograd` is the backward node's name (`MulBackward0`).
    `saved` names the arguments the op keeps for its backward.
    """

    id: str
    kind: NodeKind
    op: str
    symbol: str
    name: str | None
    scope: str | None
    span: Span | None
    autograd: str | None
    is_leaf: bool
    requires_grad: bool
    outputs: list[Tensor]
    saved: list[str] = []
    failed: bool = False


class Source(Struct, frozen=True, kw_only=True):
    """Where an edge starts: output number `output` of node `node`."""

    node: str
    output: int


class Target(Struct, frozen=True, kw_only=True):
    """Where an edge ends: argument `argument` (0-based position or keyword) of node `node`."""

    node: str
    argument: int | str


class Local(Struct, frozen=True, kw_only=True):
    """The elementwise derivative along an edge, or only the VJP's formula."""

    latex: str
    value: Value | None = None


class Edge(Struct, frozen=True, kw_only=True):
    """Producer output → consumer argument. `contribution` is what this edge adds to the gradient
    of its source: contributions of all edges leaving a tensor sum to its gradient."""

    id: str
    source: Source
    target: Target
    contribution: Value | None = None
    local: Local | None = None


class Scope(Struct, frozen=True, kw_only=True):
    """A nest in the picture: a module call, a user function call, a loop or one of its iterations."""

    id: str
    parent: str | None
    kind: ScopeKind
    name: str
    path: str
    type: str


class Step(Struct, frozen=True, kw_only=True):
    """One moment of a pass.

    forward: `node` gets its value, read over `edges`. backward: `node` sends `contributions[i]`
    along `edges[i]`; `gradients[k]` is the upstream gradient it held at output k. A leaf's step
    has no edges: its gradient has accumulated. update: `node` (op `SGD.step` …) gets its value.
    """

    node: str
    edges: list[str]
    text: str
    contributions: list[Value | None] = []
    gradients: list[Value | None] = []


class Pass(Struct, frozen=True, kw_only=True):
    """Steps in their true order. `root` is the differentiated node of a backward pass.

    `inferred` marks a backward pass the program did not ask for itself."""

    kind: PassKind
    index: int
    root: str | None
    steps: list[Step]
    inferred: bool = False


class Diagnostic(Struct, frozen=True, kw_only=True):
    """Something worth saying beside the picture; `code` has a line in docs/errors.md."""

    code: str
    severity: Severity
    node: str | None
    span: Span | None
    message: str
    hint: str


class Binding(Struct, frozen=True, kw_only=True):
    """A variable the program bound: name, where (the target's line), to which node's output."""

    name: str
    span: Span
    node: str
    output: int


class Print(Struct, frozen=True, kw_only=True):
    """Text the program printed, and the line that did."""

    text: str
    line: int | None


class ProgramInfo(Struct, frozen=True, kw_only=True):
    """The program as shown: `source` as pasted, `code` the torch code that really ran,
    `inputs` the free variables and the values they got."""

    language: str
    source: str
    code: str
    inputs: dict[str, Nested] = {}


class Run(Struct, frozen=True, kw_only=True):
    """How it ran; timings in milliseconds by stage."""

    device: str
    dtype: str
    seed: int
    torch: str
    timings_ms: dict[str, float]


class Graph(Struct, frozen=True, kw_only=True):
    """Everything one run did. Node order is creation order."""

    schema: str
    program: ProgramInfo
    run: Run
    nodes: list[Node]
    edges: list[Edge]
    scopes: list[Scope]
    passes: list[Pass]
    diagnostics: list[Diagnostic]
    prints: list[Print]
    bindings: list[Binding]
    root: str | None


class AutogradNode(Struct, frozen=True, kw_only=True):
    """One box of torchviz's graph: its label lines, kind, and the program node it belongs to."""

    id: str
    label: str
    kind: Literal["leaf", "op", "root", "saved"]
    node: str | None


class AutogradView(Struct, frozen=True, kw_only=True):
    """torchviz's own graph of the same run, as data: edges are pairs of ids, producer first."""

    nodes: list[AutogradNode]
    edges: list[tuple[str, str]]


def encode(value: Struct) -> bytes:
    """JSON bytes of any wire value."""
    return msgspec.json.encode(value)


def decode(text: bytes | str) -> Graph:
    """The Graph in `text`; raises msgspec.ValidationError where it is not one."""
    return msgspec.json.decode(text, type=Graph)
