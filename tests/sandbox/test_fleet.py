"""Workers started ahead for a device, here the CPU under its other name: real jobs, confined."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from app.explanations import Derivation, Derive, Unanswered
from app.protocol import Job, Options
from app.sandbox import Fleet
from app.sandbox.confine import probe
from app.sandbox.lone import LoneNursery
from app.settings import Settings

SOURCE = "x = torch.randn(3, requires_grad=True)\nnet = nn.Linear(3, 1)\nloss = net(x).sum()"
OTHER = Options(device="cpu:0", seed=4)


@pytest.fixture(scope="module")
def fleet() -> Iterator[tuple[asyncio.Runner, Fleet]]:
    runner = asyncio.Runner()
    built = Fleet(Settings(spare_workers=1))
    runner.run(built.start())
    runner.run(built.admit(["cpu:0"]))
    yield runner, built
    runner.run(built.close())
    runner.close()


def test_device_has_workers_of_its_own(fleet) -> None:
    runner, built = fleet
    assert list(built.others) == ["cpu:0"]
    assert isinstance(built.others["cpu:0"].nursery, LoneNursery)
    here = runner.run(built.run(Job(source=SOURCE, options=Options(seed=4)), session="a"))
    there = runner.run(built.run(Job(source=SOURCE, options=OTHER), session="a"))
    assert there.problem is None and there.graph.run.device == "cpu:0"
    assert built.others["cpu:0"].runs == 1
    values = [[o.value for o in n.outputs] for n in there.graph.nodes]
    assert values == [[o.value for o in n.outputs] for n in here.graph.nodes]
    assert "a" in built.others["cpu:0"].documents and "a" not in built.documents


def test_questions_follow_the_document(fleet) -> None:
    runner, built = fleet
    runner.run(built.run(Job(source=SOURCE, options=OTHER), session="b"))
    assert isinstance(runner.run(built.ask("b", Derive())), Derivation)
    runner.run(built.run(Job(source="y = 2.0 * 3.0"), session="b"))
    assert "b" not in built.others["cpu:0"].documents
    built.drop("b")
    assert isinstance(runner.run(built.ask("b", Derive())), Unanswered)


@pytest.mark.skipif(not probe().kernel_enforced, reason="this kernel confines nothing")
def test_device_worker_is_confined(fleet) -> None:
    runner, built = fleet
    steal = (
        "system = torch.serialization.os\n"
        "for act in (lambda: system.open('/etc/passwd', 0), system.fork, lambda: system.kill(1, 0)):\n"
        "    try:\n        print('done', act())\n"
        "    except OSError as error:\n        print('refused', error.errno)\n"
        "print(len(system.environ.get('PATH', '')))\n"
        "loss = torch.ones(1, requires_grad=True).sum()\n"
    )
    outcome = runner.run(built.run(Job(source=steal, options=OTHER)))
    said = "".join(printed.text for printed in outcome.graph.prints).splitlines()
    assert said == ["refused 1", "refused 1", "refused 1", "0"]


def test_absent_device_says_why(fleet) -> None:
    runner, built = fleet
    for name, why in (("mps", "macOS"), ("cuda:7", ""), ("nonsense", "no device of this name")):
        outcome = runner.run(built.run(Job(source=SOURCE, options=Options(device=name))))
        assert outcome.problem.code == "no_such_device"
        assert why in outcome.problem.hint and name in outcome.problem.message


def test_device_that_does_not_start_is_left_out(fleet) -> None:
    runner, built = fleet
    runner.run(built.admit(["nonsense"]))
    assert list(built.others) == ["cpu:0"]
