"""What people really paste in; the same run as of the plain program, or an error with its repair, out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from app.autograd import run
from app.program.models import code_of
from app.protocol import Job, Outcome

PLAIN = """import torch
x = torch.tensor(2.0, requires_grad=True)
y = x * 3
y.backward()"""
DEFINED = """import torch
def f(x):
    return x * 3
x = torch.tensor(2.0, requires_grad=True)
y = f(x)
y.backward()"""
DIFF = """--- a/t.py
+++ b/t.py
@@ -1,4 +1,4 @@
 import torch
-x = torch.tensor(1.0, requires_grad=True)
+x = torch.tensor(2.0, requires_grad=True)
 y = x * 3
 y.backward()"""
IPYTHON = """In [1]: import torch
   ...: x = torch.tensor(2.0, requires_grad=True)

In [2]: y = x * 3

In [3]: y
Out[3]: tensor(6., grad_fn=<MulBackward0>)

In [4]: y.backward()"""
TABS = """import torch
def f(x):
\ty = x * 3
        return y
x = torch.tensor(2.0, requires_grad=True)
y = f(x)
y.backward()"""


def each(text: str, write: Callable[[int, str], str]) -> str:
    return "\n".join(write(number, line) for number, line in enumerate(text.split("\n"), 1))


def outcome_of(source: str) -> Outcome:
    return run(Job(source=source)).outcome


def gradient(outcome: Outcome) -> object:
    """Of x, which every paste here has."""
    assert outcome.problem is None, outcome.problem
    assert outcome.graph is not None
    (leaf,) = [node for node in outcome.graph.nodes if node.name == "x"]
    value = leaf.outputs[0].gradient
    return value.data if value else None


ARGUMENTS = """import argparse
parser = argparse.ArgumentParser(description='trains')
parser.add_argument('--rate', type=float, default=3.0)
parser.add_argument('--cuda', action='store_true')
args = parser.parse_args()
""" + PLAIN.replace("x * 3", "x * args.rate")
MNIST = """import torch
import torch.nn.functional as F
from torchvision import datasets, transforms
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
train = datasets.MNIST('./data', train=True, download=True, transform=transform)
loader = torch.utils.data.DataLoader(train, batch_size=64, shuffle=True)
x = torch.tensor(0.0, requires_grad=True)
for images, labels in loader:
    y = 3 * x + 0 * F.cross_entropy(images.flatten(1), labels)
y.backward()
"""
NET = PLAIN.replace("y = x", "net = torch.nn.Linear(1, 1)\ny = x")
#: programs that run, with the code of a note of what was left out
RUN = {
    "numbers": each(DEFINED, lambda n, line: f"{n}  {line}"),
    "numbers and colons": each(DEFINED, lambda n, line: f"{n + 8}: {line}"),
    "numbers and bars": each(DEFINED, lambda n, line: f"{n + 8:>4} | {line}"),
    "numbers and dots": each(DEFINED, lambda n, line: f"{n}. {line}"),
    "numbers and tabs": each(DEFINED, lambda n, line: f"{n}\t{line}"),
    "numbers to the right": each(DEFINED, lambda n, line: f"{n + 97:>5} {line}".rstrip()),
    "bars": each(DEFINED, lambda n, line: f"| {line}"),
    "quoted mail": each(DEFINED, lambda n, line: f"> {line}"),
    "in and out": IPYTHON,
    "prompts": each(PLAIN, lambda n, line: f">>> {line}"),
    "shell, then prompts": "(venv) me@host:~$ python\n"
    + each(PLAIN, lambda n, line: f">>> {line}"),
    "magics": "%matplotlib inline\n!pip install torch\n%%time\n$ pip list\n" + PLAIN,
    "fence in prose": f"Here it is:\n\n```python\n{PLAIN}\n```\n\nIt works!",
    "two fences": "First\n```py\n" + PLAIN.replace("y = x", "```\nthen\n```py\ny = x") + "\n```",
    "a copy button in each fence": "# Page\n```python\npythonCopy code"
    + PLAIN.replace("y = x", "```\n`x` *is* there\n```python\nCopy codey = x")
    + "\n```\n```css\ncssCopy codea {}\n```",
    "cut out of a page": PLAIN.replace("y = x", "```\nand (then)\n```py title='b'\ny = x"),
    "full width": PLAIN.replace("2.0, ", "2.0，").replace("(", "（").replace(")", "）"),
    "smart quotes": PLAIN + "\nprint(“it’s done”, ‘y’)".replace("’s", ""),
    "no-break spaces": DEFINED.replace(" ", "\u00a0"),
    "byte order mark": "\ufeff" + PLAIN,
    "windows lines": PLAIN.replace("\n", "\r\n"),
    "mixed tabs": TABS,
    "a margin": each(DEFINED, lambda n, line: f"    {line}"),
    "a margin but for the first": PLAIN.replace("\n", "\n    "),
    "escaped for the web": PLAIN.replace("x * 3", "x * 3 if 2 &lt; 3 else x"),
    "main guard": DEFINED + '\nif __name__ == "__main__":\n    print(y)',
    "bars of progress": "from tqdm import tqdm\n" + PLAIN + "\nfor i in tqdm(range(3)): pass",
    "a command line's defaults": ARGUMENTS,
    "sys.argv": "import sys\nassert len(sys.argv) == 1\nsys.stdout.write('a')\n" + PLAIN,
    "logging": "import logging\nlogging.basicConfig(level=10)\nlogging.info('a')\n" + PLAIN,
    "seeds": "import random, numpy as np\nimport torch\ntorch.manual_seed(0)\nnp.random.seed(0)\n"
    "torch.cuda.manual_seed_all(0)\ntorch.backends.cudnn.deterministic = True\n" + PLAIN,
    "colab": "from google.colab import drive\ndrive.mount('/content')\n" + PLAIN + "\ndisplay(y)",
    "a cleared cell": "import gc, unicodedata\nfrom IPython.display import clear_output\n"
    "clear_output(wait=True)\ngc.collect()\n" + PLAIN,
    "device": PLAIN.replace(
        "y = x", "device = 'cuda' if torch.cuda.is_available() else 'cpu'\ny = x.to(device)"
    ),
}
NOTED = {
    "diff": (DIFF, "diff_old"),
    "git's diff": ("diff --git a/t.py b/t.py\nindex 12..45 100644\n" + DIFF, "diff_old"),
    "plus signs": (each(DEFINED, lambda n, line: f"+{line}"), "diff_old"),
    "prose before": (f"Here is the code you asked for:\n\n{PLAIN}", "prose_left"),
    "an answer in Markdown": (
        "**Sure!** You can use `backward()`:\n\n- **Leaf**: `x` (a `Tensor`) holds 2.0\n\n"
        + PLAIN
        + "\n\n1. First we multiply, then it's done.\n| a | b |\n",
        "prose_left",
    ),
    "prose beside a text": (
        "Now we can run the following code\n" + PLAIN + '\ntext = """a\nto be or not\n"""\n'
        "assert len(text) == 15",
        "prose_left",
    ),
    "prose after": (f"Example:\n{DEFINED}\n\nThis prints the gradient of x.", "prose_left"),
    "sys.exit": (
        "import sys\n" + PLAIN + "\nif __name__ == '__main__':\n    sys.exit(0)\nboom",
        "import",
    ),
    "exit": (PLAIN + "\nexit()", "import"),
    "kept weights": (NET + "\ntorch.save(net.state_dict(), 'a.pt')", "not_kept"),
    "a summary": ("from torchsummary import summary\n" + NET + "\nsummary(net, (1,))", "import"),
    "the environment": (
        "import os\nos.environ['CUDA_VISIBLE_DEVICES'] = '0'\n"
        "rank = int(os.environ.get('RANK', 0)) or os.getenv('HOME')\n" + PLAIN,
        "import",
    ),
    "paths": (
        "import os\nfrom os.path import join\nfrom pathlib import Path\n"
        "os.makedirs(join(os.path.dirname(__file__), 'out'), exist_ok=True)\n"
        "if os.path.exists('a.pt') or (Path('a') / 'b').exists(): boom\n" + PLAIN,
        "import",
    ),
    "plots": (
        "import matplotlib.pyplot as plt\n" + PLAIN + "\nplt.plot([1]); plt.show()",
        "import",
    ),
}
REPAIRED = {
    "print of old": (PLAIN + "\nprint y", "syntax_error"),
    "no colon": (DEFINED.replace("(x):", "(x)"), "syntax_error"),
    "a card": (
        PLAIN.replace("y = x", "net = torch.nn.Linear(1, 1).cuda(0)\ny = x.to('cuda').cuda()"),
        "device_unavailable",
    ),
    "typed": (PLAIN.replace("x * 3", "x * (2 + float(input('?')))"), "forbidden_call_mended"),
    "weights from a file": (
        NET.replace("y = x", "net.load_state_dict(torch.load('a.pt'))\ny = x"),
        "forbidden_call_mended",
    ),
    "weights by a name": (
        NET.replace("y = x", "kept = torch.load('a.pt')\nnet.load_state_dict(kept['net'])\ny = x"),
        "forbidden_call_mended",
    ),
    "a command line": (
        ARGUMENTS.replace("'--rate', type=float, default=3.0", "'rate', type=int").replace(
            "args.rate", "(2 + args.rate)"
        ),
        "missing_argument",
    ),
    "pictures": (MNIST, "missing_pictures"),
    "pictures that are shown": (
        MNIST.replace("datasets, transforms", "datasets, transforms, utils").replace(
            "\ny.backward()",
            "\nassert utils.make_grid(images).shape == (3, 242, 242)\ny.backward()",
        ),
        "missing_pictures",
    ),
    "a network from elsewhere": (
        "from torchvision.models import alexnet, AlexNet_Weights\n"
        + PLAIN.replace("x * 3", "x * 3\nnet = alexnet(weights=AlexNet_Weights.DEFAULT)"),
        "missing_model",
    ),
    "a text": (
        "text = open('names.txt', 'r').read()\n"
        "with open('input.txt', encoding='utf-8') as f: play = f.read()\n"
        + PLAIN.replace("x * 3", "x * (3 if 'emma' in text and 'Citizen' in play else 4)"),
        "missing_text",
    ),
    "micrograd": (
        "from micrograd.engine import Value\nx = Value(2.0)\ny = x * 3\ny.backward()",
        "missing_library",
    ),
    "a fragment": (
        "x = torch.tensor(0.0, requires_grad=True)\nfor a, b in train_loader:\n"
        "    optimizer.zero_grad()\n    y = 3 * x + 0 * criterion(model(a), b)\ny.backward()",
        "undefined_name_value",
    ),
    "no indentation": (DEFINED.replace("    ", ""), "lost_indentation"),
}


@pytest.mark.parametrize("name", RUN)
def test_paste_runs(name: str) -> None:
    assert gradient(outcome_of(RUN[name])) == 3.0


@pytest.mark.parametrize("name", NOTED)
def test_paste_runs_with_a_note(name: str) -> None:
    source, code = NOTED[name]
    outcome = outcome_of(source)
    assert gradient(outcome) == 3.0 and outcome.graph is not None
    assert code in [one.code for one in outcome.graph.diagnostics]


@pytest.mark.parametrize("name", REPAIRED)
def test_paste_is_repaired_with_one_click(name: str) -> None:
    source, code = REPAIRED[name]
    problem = outcome_of(source).problem
    assert problem is not None and problem.code == code and problem.repair and problem.span
    assert gradient(outcome_of(problem.repair)) == 3.0


REFUSED = {
    "a shell": ("import os\nos.system('ls')", "forbidden_import"),
    "a list of files": ("import os\nfiles = os.listdir('.')", "forbidden_import"),
    "a process": ("import subprocess\nsubprocess.run('ls')", "forbidden_import"),
    "a file": ("open('a').read()", "forbidden_call"),
    "a path's text": ("from pathlib import Path\nPath('a').read_text()", "forbidden_call"),
    "a model from elsewhere": ("import torchvision\ntorchvision.ops.nms()", "missing_package"),
    "a table": ("import pandas as pd\npd.read_csv('a.csv')", "missing_data"),
    "a picture": ("from PIL import Image\nImage.open('a.png')", "missing_images"),
    "weights": ("import transformers\ntransformers.pipeline('a')", "missing_models"),
    "another library": ("import tensorflow as tf\ntf.Variable(3.0)", "missing_framework"),
    "a game": ("import gymnasium as gym\ngym.make('CartPole-v1')", "missing_environment"),
    "a transform applied": (
        "from torchvision import transforms as t\nto = t.Compose([t.ToTensor()])\nto(1)",
        "missing_package",
    ),
    "an end with a message": ("import sys\nsys.exit('no data')", "stopped"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_run_is_explained(name: str) -> None:
    source, code = REFUSED[name]
    problem = outcome_of(source).problem
    assert problem is not None and problem.code == code and problem.repair is None
    assert problem.span is not None
    assert problem.span.line in (source.count("\n") + 1, 1)


def test_jax_becomes_torch() -> None:
    source = (
        "import jax\nimport jax.numpy as jnp\nfrom jax import grad\n"
        "f = lambda x: jnp.sum(jnp.sin(x) ** 2)\nprint(grad(f)(jnp.array([1.0, 2.0])))"
    )
    problem = outcome_of(source).problem
    assert problem is not None and problem.code == "missing_library" and problem.repair
    assert outcome_of(problem.repair).problem is None


@pytest.mark.parametrize(("name", "count"), [("resnet18", 11_689_512), ("resnet50", 25_557_032)])
def test_written_out_network_has_as_many_parameters(name: str, count: int) -> None:
    names: dict[str, Any] = {"torch": torch, "nn": torch.nn}
    with torch.device("meta"):
        exec(code_of(name), names)
        net = names[name]()
    assert sum(parameter.numel() for parameter in net.parameters()) == count


def test_places_are_those_of_the_paste() -> None:
    graph = outcome_of(RUN["numbers and bars"]).graph
    assert graph is not None
    (leaf,) = [node for node in graph.nodes if node.name == "x"]
    assert leaf.span is not None and (leaf.span.line, leaf.span.column) == (4, 11)


@pytest.mark.parametrize(
    "source",
    ["1 apple\n3 pears", "y = 2\n> 3", "x = 1\n- 2\n+ y", "this is only a line of words", "1\n2"],
)
def test_gutter_is_not_seen_where_none_is(source: str) -> None:
    from app.program.paste import paste

    assert paste(source).text == source
