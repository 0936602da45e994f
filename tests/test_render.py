"""What a command line chose becomes a format, a How and scopes to open."""

import pytest

from app.autograd import run
from app.export import FORMATS
from app.protocol import Job
from app.render import how_of, opened_in, suffix_of

NESTED = """
import torch, torch.nn as nn
net = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), nn.Linear(2, 1))
net(torch.ones(1, 2)).sum().backward()
"""


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_suffix_is_found(suffix):
    assert suffix_of(f"a.b/{suffix}.x.{suffix.upper()}") == suffix


def test_longest_suffix_wins():
    assert suffix_of("a.derivation.tex") == "derivation.tex"
    assert suffix_of("derivation.tex") == "tex"
    assert suffix_of("tex") is None and suffix_of("a.exe") is None


def test_wrong_values_are_named():
    with pytest.raises(ValueError, match="--background is solid or transparent"):
        how_of(background="red")
    with pytest.raises(ValueError, match="--title: "):
        how_of(title="x" * 500)


def test_scopes_open_by_path():
    graph = run(Job(source=NESTED)).outcome.graph
    assert set(opened_in(graph, ["net.0"])) >= {s.id for s in graph.scopes if s.path == "net.0"}
    assert len(opened_in(graph, ["all"])) >= 0
    with pytest.raises(ValueError, match=r"no such scope; there are: net, net\.0"):
        opened_in(graph, ["nett"])
