"""Statements of mathematics as written in; the same with every definition above its first use, out."""

from __future__ import annotations

from app.program.math_tokens import Token


def ordered(statements: list[list[Token]]) -> list[list[Token]]:
    """“L = (ŷ − y)², where ŷ = w x”: what is defined once, and used before, moves above the use."""
    found = list(statements)
    for _ in range(len(found)):
        move = _first_move(found)
        if move is None:
            return found
        place, use = move
        found.insert(use, found.pop(place))
    return statements  # they go round in a circle


def _first_move(given: list[list[Token]]) -> tuple[int, int] | None:
    targets = [_target(part) for part in given]
    for place, target in enumerate(targets):
        if target is None or targets.count(target) > 1:
            continue
        for use in range(place):
            if any(token.kind == "name" and token.text == target for token in given[use]):
                return place, use
    return None


def _target(part: list[Token]) -> str | None:
    is_named = len(part) > 3 and part[0].kind == "name" and part[1].text == "="
    return part[0].text if is_named else None
