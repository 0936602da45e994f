"""A python-pptx presentation in; the bytes of its file, the same for the same deck, out."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from app.export.deck.text import clean

#: the one moment every file says it was made at
THEN = datetime(2000, 1, 1)
#: already compressed
PACKED = (".png", ".jpeg", ".jpg", ".mp4", ".gif", ".webp")


def packed(deck: Any, title: str) -> bytes:
    """No clock: fixed times in the properties and in the zip."""
    core = deck.core_properties
    core.title, core.author, core.last_modified_by = clean(title)[:250], "Gradreel", "Gradreel"
    core.created = core.modified = THEN
    core.revision = 1
    for name in ("category", "comments", "content_status", "identifier", "keywords", "subject"):
        setattr(core, name, "")
    loose = io.BytesIO()
    deck.save(loose)
    with zipfile.ZipFile(loose) as source:
        entries = [(name, source.read(name)) for name in source.namelist()]
    return zipped(entries)


def zipped(entries: list[tuple[str, bytes]]) -> bytes:
    """A zip of these, every entry of 1980, as readable everywhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            is_packed = name.lower().endswith(PACKED)
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content, compresslevel=6)
    return out.getvalue()
