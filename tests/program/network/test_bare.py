"""GPT configurations without braces in; the same network, out."""

from __future__ import annotations

import pytest

from app.errors import ProgramError
from app.program import read
from app.protocol import Job

YAML = (
    "model:  # small\n  vocab_size: 50\n  n_positions: 8\n  n_embd: 8\n  n_head: 2\n  n_layer: 1\n"
)
ENTRIES = YAML.replace("  ", "").replace("model:# small\n", "").replace(":", " =")
CALLED = "Config(" + ENTRIES.replace(" = ", "=").strip().replace("\n", ", ") + ")"
ROWS = "".join("| {} | {} |\n".format(*line.split(" = ")) for line in ENTRIES.strip().split("\n"))
TYPED = ENTRIES.replace(" =", ": int =").replace("\n", "  # it\n    ").rstrip()


@pytest.mark.parametrize(
    "source",
    [
        YAML,
        "[model]\n" + ENTRIES + "qkv_bias = false\nname = 'gpt'\n",
        ENTRIES.strip().replace("\n", ", "),
        "from dataclasses import dataclass\n\n@dataclass\nclass GPTConfig:\n    " + TYPED,
        "| Name | Value |\n|---|---:|\n" + ROWS,
        "from transformers import GPT2Config, GPT2LMHeadModel\n"
        f"config = GPT2{CALLED}\nmodel = GPT2LMHeadModel(config)\nprint(model)",
        YAML.replace("n_positions", "longitud_contexto").replace("n_layer", "n_capas"),
    ],
)
def test_configuration_is_a_network(source: str) -> None:
    program = read(Job(source=source))
    assert program.language == "network"
    assert [part.text for part in program.parts if part.name == "context_length"] == ["8"]
    written = {part.name: part.span for part in program.parts}
    line = source.split("\n")[written["emb_dim"].line - 1]
    assert line[written["emb_dim"].column :].startswith("8")


def test_missing_entry_is_added() -> None:
    with pytest.raises(ProgramError) as caught:
        read(Job(source=YAML.replace("  vocab_size: 50\n", "") + "  batch_size: 3\n"))
    problem = caught.value.problem
    assert problem.code == "config_missing" and problem.repair
    assert problem.repair.endswith("\n  vocab_size: 256\n")
    assert read(Job(source=problem.repair)).language == "network"


@pytest.mark.parametrize(
    "source",
    [ENTRIES + "print(n_embd)", ENTRIES + "x = torch.ones(n_embd)", "depth = 2\ny = depth x"],
)
def test_program_is_no_configuration(source: str) -> None:
    assert read(Job(source=source)).language != "network"
