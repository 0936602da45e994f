"""SVG text in; @font-face rules with just the glyphs it needs, out."""

from __future__ import annotations

import base64
import io
import re
from html import unescape

from app.assets import font


def font_faces(svg: str, family: str) -> str:
    """Rules for the family, which `.family` is then set in; each font is left out where unused."""
    words: dict[bool, set[str]] = {False: set(), True: set()}
    for attributes, text in re.findall(r"<text ([^>]*)>([^<]*)</text>", svg):
        words['font-weight="600"' in attributes] |= set(unescape(text))
    rules = "".join(_face(family, is_bold, used) for is_bold, used in words.items() if used)
    return f"{rules}.{family}{{font-family:{family},'IBM Plex Sans','DejaVu Sans',sans-serif}}"


def _face(family: str, is_bold: bool, used: set[str]) -> str:
    path = font("plex-sans-600" if is_bold else "plex-sans-400")
    if not path.exists():
        return ""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(hinting=False)
    file = TTFont(path, recalcTimestamp=False)
    for table in ("GPOS", "GSUB", "GDEF"):  # kerning is slow to cut out, and nowhere measured
        if table in file:
            del file[table]
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(used)))
    cutter.subset(file)
    content = io.BytesIO()
    file.flavor = "woff"
    file.save(content)
    encoded = base64.b64encode(content.getvalue()).decode()
    weight = 600 if is_bold else 400
    return (
        f"@font-face{{font-family:{family};font-weight:{weight};"
        f"src:url(data:font/woff;base64,{encoded})}}"
    )
