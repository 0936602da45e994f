"""A Scene in; a looping GIF of its steps, out."""

from __future__ import annotations

import io

from app.export.film import film
from app.export.formats import Report
from app.export.palette import CLEAR, Indexer
from app.export.scene import Scene

#: hundredths of a second one frame takes at least: browsers slow down what is quicker than 2
TICK = 8


def write(scene: Scene, report: Report) -> bytes:
    """One palette for all frames. Raises LimitError as `film` does."""
    indexer = Indexer(scene.how.theme)
    frames, times = [], []
    for shot in film(scene, 100 / TICK, report, held=2):
        frames.append(indexer.indexed(shot.image))
        times.append(shot.ticks * TICK * 10)
    is_clear = scene.how.background == "transparent"
    content = io.BytesIO()
    frames[0].save(
        content,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=times,
        loop=0,
        optimize=False,
        palette=bytes(indexer.shared.getpalette() or []),
        disposal=2 if is_clear else 1,
        **({"transparency": CLEAR} if is_clear else {}),
    )
    return content.getvalue()
