"""A job and choices in; the file somebody asked for, run confined and drawn confined, out."""

from __future__ import annotations

import asyncio
import re
from typing import Any, get_args, get_type_hints

import msgspec

from app.errors import LimitError, Refused
from app.explanations import Derivation, Derive, Unanswered
from app.export import FORMATS, How
from app.export.formats import Report, silent
from app.export.lane import Lane
from app.export.order import Order
from app.graph import Graph, encode
from app.layout import all_below, revealing
from app.protocol import Job
from app.sandbox import run_and_ask
from app.settings import Settings

#: formats that show the derivation
DERIVED = frozenset({"derivation.tex", "pptx"})
#: cards `--open all` draws at most
ALL = 400


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What a command line chose beside the program: a format, how it is drawn, the scopes to open
    by path (or `all`), and a PowerPoint file whose design is kept."""

    suffix: str
    how: How
    open: list[str] = []
    template: bytes | None = None


def suffix_of(name: str) -> str | None:
    """The format a file's name asks for: the longest suffix that fits (`a.motion.svg`)."""
    lower = name.lower()
    found = [suffix for suffix in FORMATS if lower.endswith(f".{suffix}")]
    return max(found, key=len, default=None)


def how_of(**choices: Any) -> How:
    """How it is drawn; what is None is left as it is. Raises ValueError with a sentence."""
    chosen = {name: value for name, value in choices.items() if value is not None}
    try:
        return msgspec.convert(chosen, How)
    except msgspec.ValidationError as error:
        raise ValueError(sentence(str(error))) from None


def sentence(message: str) -> str:
    """`--theme is light or dark`, or what msgspec says of a number."""
    what, _, place = message.partition(" - at `$.")
    name = re.sub(r"\W.*", "", place)
    values = [v for v in get_args(get_type_hints(How).get(name)) if isinstance(v, str)]
    if values:
        return f"--{name} is {' or '.join(values)}"
    return f"--{name}: {what[:1].lower()}{what[1:].replace('`', '')}"


def file_of(job: Job, choices: Choices, settings: Settings, report: Report = silent) -> bytes:
    """The file. Raises Refused with the program's problem, LimitError beyond a limit, and
    ValueError for a scope that does not exist."""
    questions = (Derive(),) if choices.suffix in DERIVED else ()
    outcome, answers = run_and_ask(job, questions, settings)
    if outcome.problem is not None or outcome.graph is None:
        raise Refused(outcome.problem or LimitError("nothing_to_export").problem)
    derivation = next((a for a in answers if isinstance(a, Derivation)), None)
    if choices.suffix == "derivation.tex" and isinstance(answers[0], Unanswered):
        raise Refused(answers[0].problem)
    opened = opened_in(outcome.graph, choices.open)
    order = Order.of(
        encode(outcome.graph),
        msgspec.json.encode(outcome.autograd),
        msgspec.structs.replace(choices.how, opened=opened),
        choices.suffix,
        msgspec.json.encode(derivation),
        choices.template,
    )
    return asyncio.run(_drawn(order, settings, report))


async def _drawn(order: Order, settings: Settings, report: Report) -> bytes:
    """In a process of its own, as the server does: the graph is a stranger's."""
    lane = Lane(settings, 1, 1)
    try:
        return await lane.draw(order, report)
    finally:
        await lane.close()


def opened_in(graph: Graph, names: list[str]) -> list[str]:
    """The scopes these paths (or ids) name, with what hides them. Raises ValueError."""
    opened: list[str] = []
    for name in names:
        if name == "all":
            opened = all_below(graph, None, frozenset(opened), ALL)
            continue
        found = [scope.id for scope in graph.scopes if name in (scope.path, scope.id)]
        if not found:
            known = list(dict.fromkeys(scope.path for scope in graph.scopes))
            some = ", ".join(known[:8]) + (" …" if len(known) > 8 else "")
            raise ValueError(f"--open {name}: no such scope; there are: {some or 'none'}, all")
        for scope in found:
            opened = revealing(graph, scope, frozenset(opened))
    return opened
