"""A step in; the sentence that says what happens in it, with its numbers, out."""

from __future__ import annotations

from collections.abc import Callable

from app.autograd.events import Clipped
from app.autograd.unset import UNSET
from app.graph import Edge, Node, Source, Step, Tensor, Value
from app.numbers import brief, shape_of, text_of
from app.words import say

#: ops written between their operands
INFIX = {"add": "+", "sub": "−", "mul": "·", "div": "/", "matmul": "@", "pow": "^"}
#: ops whose result may be memory that is written later
WRITTEN_LATER = UNSET | {"setitem"}
#: how tightly a sign binds its operands; a name or a call is tighter than all
TIGHT = {"+": 1, "−": 1, "·": 2, "×": 2, "/": 2, "÷": 2, "@": 2, "^": 3}
ATOM = 9
#: length beyond which an unnamed expression is called by its op instead
LONG = 24


class Labels:
    """What nodes are called in a sentence: the variable, else the short expression, else the op."""

    def __init__(self, nodes: list[Node], edges: list[Edge]) -> None:
        self.nodes = {node.id: node for node in nodes}
        self.inputs: dict[str, list[Source]] = {}
        for edge in edges:
            self.inputs.setdefault(edge.target.node, []).append(edge.source)
        self.known: dict[str, str] = {}
        self.tight: dict[str, int] = {}
        for node in nodes:  # operands come before their users, so nothing recurses
            self.known[node.id] = self._name(node)

    def _name(self, node: Node) -> str:
        if node.name:
            return node.name
        if node.kind != "op":
            return node.op or node.id
        text, tight = self.written(node)
        if len(text) > LONG:
            return node.op
        self.tight[node.id] = tight
        return text

    def label(self, node: Node, output: int = 0) -> str:
        """A name for one output of the node."""
        if node.name and ", " in node.name:
            names = node.name.split(", ")
            return names[min(output, len(names) - 1)]  # of o, state the last is all the others
        return self.known.get(node.id, node.op or node.id)

    def expression(self, node: Node) -> str:
        """The op applied to its operands' labels: x·w, sigmoid(z)."""
        return self.written(node)[0]

    def written(self, node: Node) -> tuple[str, int]:
        """The same, and how tightly it holds together."""
        sources = self.inputs.get(node.id, [])
        operands = [self.label(self.nodes[s.node], s.output) for s in sources]
        sign = node.symbol[:1]
        if node.op in INFIX and len(operands) == 2:
            sign = INFIX[node.op]
            alike = sign in "+·" and self.sign_of(sources[1].node) == sign
            left = self.bracketed(sources[0], TIGHT[sign])
            right = self.bracketed(sources[1], TIGHT[sign] + (not alike))
            return f"{left} {sign} {right}", TIGHT[sign]
        if len(operands) == 1 and sign and sign in "+−×÷":
            return f"{self.bracketed(sources[0], TIGHT[sign])} {node.symbol}", TIGHT[sign]
        if len(operands) == 1 and node.op == "pow":
            return f"{self.bracketed(sources[0], TIGHT['^'] + 1)}{node.symbol[1:]}", TIGHT["^"]
        return f"{node.op}({', '.join(operands)})", ATOM

    def sign_of(self, node: str) -> str:
        """The sign an unnamed expression is written with, if it is."""
        return INFIX.get(self.nodes[node].op, "") if node in self.tight else ""

    def bracketed(self, source: Source, tight: int) -> str:
        """An operand, in brackets where it holds together less tightly than the sign beside it."""
        text = self.label(self.nodes[source.node], source.output)
        return f"({text})" if self.tight.get(source.node, ATOM) < tight else text


def narrator(
    nodes: list[Node], edges: list[Edge], lang: str
) -> Callable[[str, Step, Clipped | None], str]:
    """`say(kind, step, clipped)` for the steps of one graph; `clipped` where the step is a clipping."""
    labels = Labels(nodes, edges)
    by_id, label = labels.nodes, labels.label
    edge_by_id = {edge.id: edge for edge in edges}

    def forward(step: Step) -> str:
        node = by_id[step.node]
        if node.failed:
            return say("step.failed", lang, op=node.op)
        if node.outputs and _is_unset(node):
            shape = shape_of(node.outputs[0].shape)
            return say("step.unset", lang, name=label(node), shape=shape)
        value = brief(node.outputs[0].value, node.outputs[0].shape) if node.outputs else ""
        if node.kind != "op":
            return say("step.leaf", lang, name=label(node), value=value)
        call = labels.expression(node)
        if node.name is None:
            return say("step.leaf", lang, name=call, value=value)
        return say("step.forward", lang, name=node.name, call=call, value=value)

    def backward(step: Step) -> str:
        node = by_id[step.node]
        position = next((k for k, g in enumerate(step.gradients) if g is not None), 0)
        held = step.gradients[position] if step.gradients else None
        value = _brief(held, node, position)
        if not step.edges and step.before is not None:
            before = _brief(step.before, node, position)
            return say("step.accumulate_onto", lang, name=label(node), before=before, value=value)
        if not step.edges:
            return say("step.accumulate", lang, name=label(node), value=value)
        parts = []
        for edge_id, contribution in zip(step.edges, step.contributions, strict=True):
            start = edge_by_id[edge_id].source
            source = by_id[start.node]
            parts.append(
                say(
                    "step.sent",
                    lang,
                    value=_brief(contribution, source, start.output),
                    name=label(source, start.output),
                )
            )
        key = "step.backward" if held is not None else "step.backward_also"
        return say(key, lang, name=label(node), value=value, sent=", ".join(parts))

    def update(step: Step) -> str:
        node = by_id[step.node]
        source = by_id[edge_by_id[step.edges[0]].source.node]
        before, after = _shown(source.outputs[:1]), _shown(node.outputs[:1])
        words = {"name": label(node), "before": before, "after": after, "op": node.op}
        if not any(step.gradients):
            return say("step.update", lang, **words)
        return say("step.update_with", lang, gradient=_brief(step.gradients[0], node, 0), **words)

    sentences = {"forward": forward, "backward": backward, "update": update}
    return lambda kind, step, clipped: (
        _clipping(clipped, lang) if clipped else sentences[kind](step)
    )


def _clipping(clipped: Clipped, lang: str) -> str:
    """What a clipping did to all gradients: the norm of them together, its limit, the factor."""
    words = {"op": clipped.name, "limit": text_of(clipped.limit)}
    if clipped.factor is None:
        return say("step.clip_value", lang, low=text_of(-clipped.limit), **words)
    words["total"] = text_of(float(clipped.total))
    if clipped.factor == 1:
        return say("step.clip_nothing", lang, **words)
    return say("step.clip_norm", lang, factor=text_of(clipped.factor), **words)


def _is_unset(node: Node) -> bool:
    """Whether nobody has written all of its elements: torch.empty, and what begins to fill it."""
    value = node.outputs[0].value
    return node.op in WRITTEN_LATER and value.data is None and value.norm is None


def _shown(outputs: list[Tensor]) -> str:
    return brief(outputs[0].value, outputs[0].shape) if outputs else ""


def _brief(value: Value | None, node: Node, output: int) -> str:
    shape = node.outputs[output].shape if output < len(node.outputs) else []
    return "—" if value is None else brief(value, shape)
