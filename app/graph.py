"""The vocabulary: the torch-free Graph every stage speaks, which is also the public wire format."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import msgspec

SCHEMA = "gradreel.graph/1"

#: Ops that write a number of the program's own: an infinity of theirs is meant, as in a causal mask.
FILLS = frozenset(
    {"masked_fill", "fill", "full", "full_like", "new_full", "where", "pad", "index_fill"}
)

#: Functions of torch that clip gradients: nodes of an update pass that change no parameter.
CLIPPINGS = frozenset({"clip_grad_norm_", "clip_grad_value_"})

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
    "running",  # the program still runs: it may come yet
]


#: What of a gradient no contribution of an edge brought.
Rest = Literal[
    "seed",  # the tensor is itself one of the roots
    "hook",  # a hook changed what arrived
    "versions",  # brought by edges leaving an earlier value of the same leaf
    "unrecorded",  # brought by what is not recorded: a re-entrant checkpoint, another thread
    "inside",  # brought by the very op it is a part of
    "left_out",  # brought by nodes left out of a very long run
]


class Struct(msgspec.Struct, frozen=True, gc=False):
    """Base of everything on the wire: frozen, JSON both ways; subclasses say kw_only=True."""


class Span(Struct, frozen=True, kw_only=True):
    """A source range; lines are 1-based, columns 0-based, ends exclusive, as in Python's ast."""

    line: int
    column: int
    end_line: int
    end_column: int


class Value(Struct, frozen=True, kw_only=True):
    """What is known of a tensor's elements.

    `data` is null above 64 elements, and above 4 in a run of more than 2,000 nodes; then `min`…
    `norm` describe all of them, or a sample when `approximate`. Statistics are null for empty, bool and complex tensors; NaN and infinite
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


class Thumb(Struct, frozen=True, kw_only=True):
    """A small heatmap of a tensor as a matrix, all dimensions but the last making its rows.

    `levels` has every `steps[0]`-th row and every `steps[1]`-th column: ±8 is the size `scale` or
    more, 0 near zero, ±9 an infinity, null NaN."""

    levels: list[list[int | None]]
    scale: float
    steps: tuple[int, int]


class Held(Struct, frozen=True, kw_only=True):
    """What a leaf's `.grad` held when it was used, where that is not what backward summed.

    `by` is the call that changed it (`clip_grad_norm_`, `zero_grad`, `mul_`, `=`), '' where none was
    recorded; `update` the node of the optimizer step that used it, null: it is so when the program
    ends or overwrites the leaf itself. `value` null: `.grad` is None."""

    value: Value | None
    by: str
    span: Span | None = None
    update: str | None = None


class Tensor(Struct, frozen=True, kw_only=True):
    """One output of a node: shape in elements, torch dtype name without `torch.`, value, gradient.

    `gradient` is what backward summed: `carried` (what a leaf's `.grad` held before the passes whose
    contributions are told) + the contributions of the edges leaving the tensor + `rest` (what no
    edge told here brought, and why). `held` says what an optimizer or the program's end found in
    `.grad` instead. The thumbs are there where the elements are not in `data`."""

    shape: list[int]
    dtype: str
    device: str
    value: Value
    gradient: Value | None = None
    no_gradient: NoGradient | None = None
    thumb: Thumb | None = None
    gradient_thumb: Thumb | None = None
    carried: Value | None = None
    rest: Value | None = None
    rest_because: Rest | None = None
    held: Held | None = None


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
    has no edges: its gradient has accumulated, onto `before` where `.grad` held something already.
    update: `node` (op `SGD.step` …) gets its value; `gradients` are the `.grad` it used, or, of a
    clipping, what every edge's source held before it.
    """

    node: str
    edges: list[str]
    text: str
    contributions: list[Value | None] = []
    gradients: list[Value | None] = []
    before: Value | None = None


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


class Part(Struct, frozen=True, kw_only=True):
    """One layer of a layer line or one value of a configuration, and its place in the source."""

    kind: Literal["layer", "value"]
    name: str
    text: str
    span: Span


class ProgramInfo(Struct, frozen=True, kw_only=True):
    """The program as shown: `source` as pasted, `code` the torch code that really ran, `inputs` the
    free variables (of a network, its controls) and the values they got, `parts` of a network."""

    language: str
    source: str
    code: str
    inputs: dict[str, Nested] = {}
    parts: list[Part] = []


class Run(Struct, frozen=True, kw_only=True):
    """How it ran; timings in milliseconds by stage."""

    device: str
    dtype: str
    seed: int
    torch: str
    timings_ms: dict[str, float]


class Graph(Struct, frozen=True, kw_only=True, gc=True, dict=True):
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

    @cached_property
    def node_of(self) -> dict[str, Node]:
        """id → node, for as long as the graph lives."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def edge_of(self) -> dict[str, Edge]:
        """id → edge."""
        return {edge.id: edge for edge in self.edges}

    @cached_property
    def json(self) -> bytes:
        """As JSON: the text it was read from, where whoever read it kept that."""
        return msgspec.json.encode(self)

    def keep(self, text: bytes) -> None:
        """Remember the text it was read from: writing a large graph again takes a while."""
        self.__dict__["json"] = text


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
