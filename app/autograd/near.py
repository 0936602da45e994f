"""The drafts of a long run in; those of its outermost scopes, which a folded picture shows, out."""

from __future__ import annotations

from collections.abc import Iterable

from app.autograd.weave import Weaver

#: how many at most
NEAR = 200


def near(weaver: Weaver, told: Iterable[int]) -> set[int]:
    """Of the drafts told, as many whole levels of scopes as NEAR allows, outermost first; of an
    outermost that is longer, both ends."""
    depths: list[int] = []
    for scope in weaver.nest.scopes:  # inner ones come after those around them
        depths.append(1 if scope.parent is None else depths[scope.parent] + 1)
    levels: dict[int, list[int]] = {}
    for index in told:
        place = weaver.drafts[index].scope
        levels.setdefault(0 if place is None else depths[place], []).append(index)
    found: set[int] = set()
    for _, level in sorted(levels.items()):
        if len(found) + len(level) > NEAR:
            return found or {*level[: NEAR // 2], *level[-NEAR // 2 :]}
        found.update(level)
    return found
