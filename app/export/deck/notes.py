"""Moments of a run in; what the presenter reads beside a slide, out."""

from __future__ import annotations

from app.export.deck.story import Moment, Story
from app.export.deck.text import clean
from app.export.scene import Scene
from app.words import say


def chosen(scene: Scene) -> str:
    """What the run was made with: root, seed, dtype, device, torch."""
    run, lang = scene.graph.run, scene.how.lang
    names = {node.id: node.name or node.op for node in scene.graph.nodes}
    root = names.get(scene.graph.root or "", "") or say("deck.no_root", lang)
    return say(
        "deck.run",
        lang,
        root=root,
        seed=run.seed,
        dtype=run.dtype,
        device=run.device,
        torch=run.torch,
    )


def notes_of(scene: Scene, moments: list[Moment], story: Story, more: list[str]) -> str:
    """Every step's sentence, numbered; what was left out; what was chosen."""
    parts = ["\n".join(f"{one.number}. {one.step.text}" for one in moments)]
    parts += [left_out(story, scene.how.lang)] if story.left_out else []
    parts += [scene.picture.abridged, *more, chosen(scene)]
    return notes_text("\n\n".join(part for part in parts if part))


def left_out(story: Story, lang: str) -> str:
    """Which steps a deck does not show."""
    return say(
        "deck.left_out", lang, count=story.left_out, first=story.first_left_out,
        last=story.last_left_out,
    )  # fmt: skip


def notes_text(text: str) -> str:
    """All of it, without what XML forbids: unlike a slide, notes have room."""
    return "\n".join(clean(line) for line in text.split("\n"))
