"""A scalar program's last backward pass in; dL/dx of every leaf as one simplified formula, out.

Reverse mode over symbols: the table's own formulas are evaluated with SymPy's functions in place of
torch's. A named tensor stays a letter, an unnamed one is written out. A form is shown only if it
evaluates to the gradient autograd computed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sympy

from app.autograd.flows import StepDraft
from app.autograd.values import number
from app.explain.chain import Chain
from app.explain.check import gradient_in, leaves_of
from app.explain.local import Alone
from app.explain.patience import by
from app.explain.replay import Backward, Place, Replay
from app.explain.symbols import Symbols, partial, tex
from app.explanations import ClosedForm
from app.ops.formula import parsed

#: ops of a program whose gradients are still written as one formula
OPS = 60
#: operations in a formula SymPy is still asked to simplify
SIMPLIFIED = 120
#: seconds SymPy may take to simplify all formulas of a program
SECONDS = 3.0
#: operations in a formula that is still shown
SHOWN = 60


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + sympy.exp(-x))


def _first(x: Any, *_: Any) -> Any:
    return x


def _one(*_: Any) -> int:
    return 1


def _between(x: Any, low: Any, high: Any) -> Any:
    return sympy.And(*([] if low is None else [x >= low]), *([] if high is None else [x <= high]))


def _piecewise(condition: Any, a: Any, b: Any) -> Any:
    return sympy.Piecewise((a, condition), (b, True))


#: the formulas' functions, over symbols, where every tensor has one element
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        name: getattr(sympy, name)
        for name in (
            "exp log sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh atan2 erf "
            "sign floor"
        ).split()
    },
    "abs": sympy.Abs,
    "ceil": sympy.ceiling,
    "exp2": lambda x: 2**x,
    "log2": lambda x: sympy.log(x, 2),
    "log10": lambda x: sympy.log(x, 10),
    "sigmoid": _sigmoid,
    "lgamma": sympy.loggamma,
    "digamma": sympy.digamma,
    "trigamma": lambda x: sympy.polygamma(1, x),
    "normal_cdf": lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
    "normal_pdf": lambda x: sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi),
    "maximum": sympy.Max,
    "minimum": sympy.Min,
    "where": _piecewise,
    "at_most": lambda x, m: x if m is None else sympy.Min(x, m),
    "at_least": lambda x, m: x if m is None else sympy.Max(x, m),
    "preferred": lambda a, b: _piecewise(a > b, 1, 0),
    "within": lambda x, low, high: _piecewise(_between(x, low, high), 1, 0),
    "dot": lambda a, b: a * b,
    "bias": lambda b: 0 if b is None else b,
    **dict.fromkeys(
        "sum_over mean_over spread total reduced summed reshape_like summed_to mean_keep sum_keep "
        "reshaped expanded swapped keep rows T matmul_first".split(),
        _first,
    ),
    **dict.fromkeys(["number_of", "averaged_over"], _one),
    "matmul_left": lambda g, a, b: g * b,
    "matmul_right": lambda g, a, b: g * a,
}


class NotClosed(Exception):
    """The program is no formula of scalars the table knows."""


class Symbolic:
    """Reverse mode over symbols for one pass."""

    def __init__(self, replay: Replay, backward: Backward, symbols: Symbols) -> None:
        self.replay = replay
        self.backward = backward
        self.symbols = symbols
        self.chain = Chain(replay, symbols)
        self.letters: dict[Place, Any] = {}
        self.values: dict[Any, Any] = {}
        self.words: dict[Any, str] = {}

    def letter(self, place: Place) -> Any:
        """A named tensor's symbol, a constant's exact number, else what it was computed from."""
        if place not in self.letters:
            self.letters[place] = self.made(place)
        return self.letters[place]

    def made(self, place: Place) -> Any:
        """See letter. Raises NotClosed."""
        value = self.replay.value(place)
        if value.numel() != 1 or not value.is_floating_point():
            raise NotClosed
        draft = self.replay.drafts[place[0]]
        if self.symbols.name(place) is not None:
            # what was computed sorts before what was given, so that it reads a − y
            symbol = sympy.Symbol(
                f"t{int(draft.kind != 'op')}{999_999 - place[0]:06d}_{place[1]}", real=True
            )
            self.values[symbol] = float(value)
            self.words[symbol] = self.symbols.of(place)
            return symbol
        if draft.kind != "op":
            return exact(float(value))
        return self.formula(draft.index, "value", {})

    def formula(self, index: int, text: str, more: dict[str, Any]) -> Any:
        """A formula of an op's row over symbols; `value` is the op's own."""
        draft = self.replay.drafts[index]
        alone = Alone(self.replay, draft)
        bound = alone.letters(None)
        if bound is None or alone.row is None:
            raise NotClosed
        letters: dict[str, Any] = {
            name: exact(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v
            for name, v in bound.items()
        }
        for edge in draft.inputs:
            letter = alone.row.argument_of(edge.argument)
            if letter is not None:
                letters[letter] = self.letter((edge.source, edge.output))
        for name, part in alone.row.let.items():
            letters[name] = self.evaluate(part, letters | more)
        return self.evaluate(alone.row.value if text == "value" else text, letters | more)

    def evaluate(self, text: str, letters: dict[str, Any]) -> Any:
        """Run a formula of ours with SymPy's functions."""
        import ast

        code = compile(ast.Expression(_with_and(parsed(text))), "<formula>", "eval")
        try:
            return sympy.sympify(
                eval(code, {"__builtins__": {}, "pi": sympy.pi, **FUNCTIONS, **letters})
            )
        except (NameError, TypeError, AttributeError, sympy.SympifyError) as error:
            raise NotClosed from error

    def gradients(self) -> dict[Place, Any]:
        """∂L/∂t for every tensor of the pass."""
        found: dict[Place, Any] = {}
        for place, seed in self.replay.roots(self.backward):
            if seed.numel() != 1:
                raise NotClosed
            found[place] = exact(float(seed))
        for step in self.backward.draft.steps:
            if step.inputs:
                self.send(step, found)
        return found

    def send(self, step: StepDraft, found: dict[Place, Any]) -> None:
        """One op's contributions, in symbols."""
        draft = self.replay.drafts[step.draft]
        target = (step.draft, self.chain.output_of(self.backward, step))
        alone = Alone(self.replay, draft)
        if alone.row is None or target not in found:
            raise NotClosed
        more = {"g": found[target], "y": self.letter(target)}
        for position in step.inputs:
            edge = draft.inputs[position]
            letter = alone.row.argument_of(edge.argument)
            row = alone.row
            if letter is None or not (letter in row.local or letter in row.vjp):
                raise NotClosed
            text = f"g * ({row.local[letter]})" if letter in row.local else row.vjp[letter]
            sent = self.formula(step.draft, text, more)
            place = (edge.source, edge.output)
            found[place] = found.get(place, 0) + sent


def closed_forms(
    replay: Replay, backward: Backward, symbols: Symbols
) -> tuple[list[ClosedForm], int]:
    """One simplified formula per leaf, and how many leaves are without, because none was short
    enough or came in time; nothing where the program is not one of scalars."""
    if len(backward.draft.steps) > OPS:
        return [], 0
    symbolic = Symbolic(replay, backward, symbols)
    try:
        found = symbolic.gradients()
    except (NotClosed, RecursionError, ZeroDivisionError, ValueError, KeyError, TypeError):
        return [], 0
    forms, missing, deadline = [], 0, time.monotonic() + SECONDS
    for leaf in leaves_of(replay, backward):
        gradient = gradient_in(replay, backward, leaf)
        if leaf not in found or gradient is None:
            continue
        try:
            simple = by(deadline, lambda: simplified(found[leaf]), found[leaf])  # noqa: B023
            form = formed(symbolic, simple, float(gradient.sum()), leaf, backward)
        except (ImportError, TypeError, ValueError, NotImplementedError):
            form = None  # SymPy wants a part of itself a confined worker cannot load, or gives up
        if form is None:
            missing += 1
        else:
            forms.append(form)
    return forms, missing


def formed(
    symbolic: Symbolic, simple: Any, gradient: float, leaf: Place, backward: Backward
) -> ClosedForm | None:
    """A simplified form, if it is short enough and true."""
    if simple.count_ops() > SHOWN:
        return None
    value = complex(simple.subs(symbolic.values).evalf())
    if abs(value - gradient) > 2e-3 * abs(gradient) + 1e-5:
        return None
    symbols = symbolic.symbols
    words = dict(symbolic.words)
    written = sympy.latex(simple, symbol_names=words, ln_notation=True)
    whole = partial(symbols.root(backward), symbols.of(leaf))
    return ClosedForm(
        leaf=symbolic.replay.assembly.ids[leaf[0]],
        latex=f"{whole} = {written} = {tex(value.real)}",
        value=number(value.real),
        autograd=number(gradient),
    )


def simplified(expression: Any) -> Any:
    """The shortest of a few forms."""
    forms = [expression]
    if expression.count_ops() <= SIMPLIFIED:
        forms += [
            sympy.factor(sympy.cancel(expression)) if _is_rational(expression) else expression
        ]
        forms += [sympy.simplify(forms[-1])]
        forms += [sympy.factor(forms[-1])]
    return min(forms, key=lambda form: form.count_ops())


def _is_rational(expression: Any) -> bool:
    return bool(expression.is_rational_function(*expression.free_symbols))


def exact(x: float) -> Any:
    """A float as the rational it was written as: 0.1 is 1/10."""
    if x != x or x in (float("inf"), float("-inf")):
        raise NotClosed
    return sympy.Rational(f"{x:.7g}")


def _with_and(tree: Any) -> Any:
    """`and` over symbols is &."""
    import ast

    class Bitwise(ast.NodeTransformer):
        def visit_BoolOp(self, node: ast.BoolOp) -> Any:
            self.generic_visit(node)
            joined: ast.expr = node.values[0]
            for value in node.values[1:]:
                joined = ast.BinOp(joined, ast.BitAnd(), value)
            return joined

    import copy

    return ast.fix_missing_locations(Bitwise().visit(copy.deepcopy(tree)))
