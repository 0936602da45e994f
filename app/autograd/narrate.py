"""A step in; the sentence that says what happens in it, with its numbers, out."""

from __future__ import annotations

from collections.abc import Callable

from app.graph import Edge, Node, Source, Step, Tensor, Value
from app.numbers import brief
from app.words import say

#: ops written between their operands
INFIX = {"add": "+", "sub": "−", "mul": "·", "div": "/", "matmul": "@", "pow": "^"}
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
        for node in nodes:  # operands come before their users, so nothing recurses
            self.known[node.id] = self._name(node)

    def _name(self, node: Node) -> str:
        if node.name:
            return node.name
        if node.kind != "op":
            return node.op or node.id
        text = self.expression(node)
        return text if len(text) <= LONG else node.op

    def label(self, node: Node, output: int = 0) -> str:
        """A name for one output of the node."""
        names = (node.name or "").split(", ")
        if len(names) > 1 and output < len(names):
            return names[output]
        return self.known.get(node.id, node.op or node.id)

    def expression(self, node: Node) -> str:
        """The op applied to its operands' labels: x·w, sigmoid(z)."""
        sources = self.inputs.get(node.id, [])
        operands = [self.label(self.nodes[s.node], s.output) for s in sources]
        if node.op in INFIX and len(operands) == 2:
            return f" {INFIX[node.op]} ".join(operands)
        if len(operands) == 1 and node.symbol[:1] in "+−×÷":
            return f"{operands[0]} {node.symbol}"
        if len(operands) == 1 and node.op == "pow":
            return f"{operands[0]}{node.symbol[1:]}"
        return f"{node.op}({', '.join(operands)})"


def narrator(nodes: list[Node], edges: list[Edge], lang: str) -> Callable[[str, Step], str]:
    """`say(kind, step)` for the steps of one graph."""
    labels = Labels(nodes, edges)
    by_id, label = labels.nodes, labels.label
    edge_by_id = {edge.id: edge for edge in edges}

    def forward(step: Step) -> str:
        node = by_id[step.node]
        if node.failed:
            return say("step.failed", lang, op=node.op)
        value = brief(node.outputs[0].value, node.outputs[0].shape) if node.outputs else ""
        if node.kind != "op":
            return say("step.leaf", lang, name=label(node), value=value)
        call = labels.expression(node)
        if node.name is None:
            return say("step.leaf", lang, name=call, value=value)
        return say("step.forward", lang, name=node.name, call=call, value=value)

    def backward(step: Step) -> str:
        node = by_id[step.node]
        held = next((g for g in step.gradients if g is not None), None)
        if not step.edges:
            value = _brief(held, node)
            return say("step.accumulate", lang, name=label(node), value=value)
        parts = []
        for edge_id, contribution in zip(step.edges, step.contributions, strict=True):
            start = edge_by_id[edge_id].source
            source = by_id[start.node]
            parts.append(
                say(
                    "step.sent",
                    lang,
                    value=_brief(contribution, source),
                    name=label(source, start.output),
                )
            )
        return say(
            "step.backward", lang, name=label(node), value=_brief(held, node), sent=", ".join(parts)
        )

    def update(step: Step) -> str:
        node = by_id[step.node]
        source = by_id[edge_by_id[step.edges[0]].source.node]
        before, after = _shown(source.outputs[:1]), _shown(node.outputs[:1])
        return say("step.update", lang, name=label(node), before=before, after=after, op=node.op)

    sentences = {"forward": forward, "backward": backward, "update": update}
    return lambda kind, step: sentences[kind](step)


def _shown(outputs: list[Tensor]) -> str:
    return brief(outputs[0].value, outputs[0].shape) if outputs else ""


def _brief(value: Value | None, node: Node) -> str:
    shape = node.outputs[0].shape if node.outputs else []
    return "—" if value is None else brief(value, shape)
