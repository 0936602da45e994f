"""A Scene in; what is visible of it at its step as rows of text (cards, edges, scopes), out."""

from __future__ import annotations

from app.export.scene import Scene
from app.graph import Struct
from app.layout import Fold, visible
from app.picture import opening, state


class CardRow(Struct, frozen=True, kw_only=True):
    """A card: the scope it is drawn in, its kind, and the texts on it that have come so far."""

    id: str
    scope: str | None
    kind: str
    name: str
    sign: str = ""
    value: str = ""
    gradient: str = ""


class EdgeRow(Struct, frozen=True, kw_only=True):
    """An edge between two cards, and what it has carried backwards so far."""

    source: str
    target: str
    contribution: str = ""


class ScopeRow(Struct, frozen=True, kw_only=True):
    """A scope drawn as a box, and the box around it."""

    id: str
    parent: str | None
    name: str


class Outline(Struct, frozen=True, kw_only=True):
    """The visible graph; scopes outermost first."""

    cards: list[CardRow]
    edges: list[EdgeRow]
    scopes: list[ScopeRow]
    abridged: str = ""


def outline_of(scene: Scene) -> Outline:
    """The visible graph in words, equal to the picture at the chosen step."""
    now = {
        mark: "" if one.phase == "hidden" else one.text or ""
        for mark, one in state(scene.picture, scene.how.step).items()
    }
    if scene.how.view == "autograd" and scene.autograd and scene.autograd.nodes:
        return _of_autograd(scene, now)
    how = scene.how
    limit = opening(scene.graph, how.room)
    fold = visible(scene.graph, limit, frozenset(how.opened), frozenset(how.closed))
    return _of_program(scene, fold, now)


def _of_program(scene: Scene, fold: Fold, now: dict[str, str]) -> Outline:
    kinds = {mark.id: mark.kind for mark in scene.picture.marks}
    cards = [
        CardRow(
            id=card.id,
            scope=_boxed(fold, card.scope),
            kind=kinds.get(f"{card.id}.card", "op"),
            name=now.get(f"{card.id}.name", ""),
            sign=now.get(f"{card.id}.symbol", ""),
            value=now.get(f"{card.id}.value", ""),
            gradient=now.get(f"{card.id}.gradient", ""),
        )
        for card in fold.cards
    ]
    edges = [
        EdgeRow(
            source=one.source, target=one.target, contribution=now.get(f"{one.id}.contribution", "")
        )
        for one in fold.links
    ]
    scopes = [
        ScopeRow(
            id=scope,
            parent=_boxed(fold, fold.scopes[scope].parent),
            name=now.get(f"{scope}.label", fold.scopes[scope].path),
        )
        for scope in fold.boxes
    ]
    return Outline(cards=cards, edges=edges, scopes=scopes, abridged=scene.picture.abridged)


def _boxed(fold: Fold, scope: str | None) -> str | None:
    """The innermost drawn box around something in this scope."""
    while scope is not None and scope not in fold.boxes:
        scope = fold.scopes[scope].parent if scope in fold.scopes else None
    return scope


def _of_autograd(scene: Scene, now: dict[str, str]) -> Outline:
    view = scene.autograd
    assert view is not None
    kinds = {mark.id: mark.kind for mark in scene.picture.marks}
    cards = [
        CardRow(
            id=node.id,
            scope=None,
            kind=kinds.get(f"{node.id}.card", "op"),
            name=now.get(f"{node.id}.name", ""),
            sign=now.get(f"{node.id}.symbol", ""),
        )
        for node in view.nodes
    ]
    edges = [EdgeRow(source=a, target=b) for a, b in view.edges]
    return Outline(cards=cards, edges=edges, scopes=[])
