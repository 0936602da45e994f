"""An Outcome in; the drawn views of its graph out, laid out in the layout process."""

from __future__ import annotations

from app.graph import AutogradView, Graph
from app.layout import LayoutPool
from app.picture import views
from app.web.messages import View, Views


async def drawn(
    pool: LayoutPool,
    graph: Graph,
    autograd: AutogradView | None,
    lang: str,
    opened: frozenset[str] = frozenset(),
    closed: frozenset[str] = frozenset(),
    room: tuple[float, float] | None = None,
) -> Views:
    """Both views. Raises TimeoutError where the layout takes too long."""
    found = await pool.call(views, graph, autograd, lang, opened, closed, room)
    program, second = found["program"], found["autograd"]
    assert program is not None
    return Views(
        program=View(picture=program[0], svg=program[1]),
        autograd=View(picture=second[0], svg=second[1]) if second else None,
    )
