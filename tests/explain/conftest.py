"""A program in; the run that answers questions about it."""

import pytest

from app.explain import run
from app.explanations import Unanswered
from app.protocol import Job, Options


class Asked:
    """One explained run, with its nodes by name."""

    def __init__(self, source, dtype="float32", lang="en"):
        self.explained = run(Job(source=source, options=Options(dtype=dtype, lang=lang)))
        self.graph = self.explained.outcome.graph
        self.nodes = {n.name: n for n in self.graph.nodes if n.name}

    def ask(self, question):
        """The answer, which must be one."""
        answer = self.explained.answer(question)
        assert not isinstance(answer, Unanswered), answer.problem
        return answer

    def refused(self, question):
        """The code of a refusal."""
        answer = self.explained.answer(question)
        assert isinstance(answer, Unanswered), answer
        return answer.problem.code

    def id(self, name):
        """The node id of a variable, the first of its name."""
        return next(n.id for n in self.graph.nodes if n.name == name)

    def edge(self, source, op):
        """The edge from a variable into the first op of that name."""
        ops = [n.id for n in self.graph.nodes if n.op == op]
        start = self.id(source)
        return next(e for e in self.graph.edges if e.source.node == start and e.target.node in ops)

    def op(self, op):
        """The first node of an op."""
        return next(n for n in self.graph.nodes if n.op == op)


@pytest.fixture
def asked():
    return Asked


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch):
    """A busy machine must not turn a verdict into `the time ran out`."""
    monkeypatch.setattr("app.explain.check.SECONDS", 60.0)
