"""The bytes of somebody's deck in; a zip of only its masters, layouts, themes and pictures, out.

Nothing of it is parsed before its size is known, and nothing that could run, call home or refer to
itself is passed on."""

from __future__ import annotations

import io
import re
import zipfile

from app.errors import LimitError
from app.export.deck.package import zipped
from app.settings import Settings

MIB = 1 << 20
#: what python-pptx may read, by the end of its content type
MAIN = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
KEPT = (
    *("slideMaster+xml", "slideLayout+xml", "theme+xml", "themeOverride+xml"),
    *("image/png", "image/jpeg", "image/jpg", "image/gif", "image/bmp", "image/tiff"),
    *("image/svg+xml", "image/x-emf", "image/x-wmf", "application/x-fontdata"),
)
#: a deck, a template or a show, with macros or without
DECKS = re.compile(
    r"application/vnd\.(openxmlformats-officedocument\.presentationml\.(presentation|template|slideshow)"
    r"|ms-powerpoint\.(presentation|template|slideshow)\.macroEnabled)\.main\+xml"
)
TYPES = "[Content_Types].xml"
#: bytes of all XML that is kept: masters and layouts are small, bombs are not
XML_MOST = 24 * MIB
#: names that lead out of the package: absolute, with .. or a drive or backslashes
STRAY = re.compile(r"^/|(^|/)\.\.(/|$)|[\\:\0]")
DEFAULT = re.compile(r"<(?:\w+:)?Default\b([^>]*)>")
OVERRIDE = re.compile(r"<(?:\w+:)?Override\b([^>]*)>")
ATTRIBUTE = re.compile(r'\b(\w+)\s*=\s*"([^"]*)"')


def unpacked(template: bytes, limits: Settings, lang: str) -> bytes:
    """Raises LimitError for what is too large or is no deck."""
    if len(template) > limits.template_mib * MIB:
        raise LimitError("template_too_large", lang=lang, limit=limits.template_mib)
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as source:
            return _kept(source, limits, lang)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, ValueError,
            EOFError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]  # fmt: skip
        raise LimitError("template_unreadable", lang=lang) from error


def _kept(source: zipfile.ZipFile, limits: Settings, lang: str) -> bytes:
    entries = source.infolist()
    if len(entries) > limits.template_parts:
        raise LimitError("template_parts", lang=lang, limit=limits.template_parts)
    names = [entry.filename for entry in entries]
    if len({name.lower() for name in names}) != len(names):
        raise ValueError("two parts of one name")
    if any(STRAY.search(name) for name in names):
        raise ValueError("a part outside the package")
    types = _types(_read(source, source.getinfo(TYPES)))
    wanted = [one for one in entries if _is_wanted(one.filename, types)]
    # zipfile never gives more than an entry says it holds, so what is said is what is read
    total = sum(one.file_size for one in wanted)
    words = sum(one.file_size for one in wanted if _is_xml(one.filename))
    if total > limits.template_unpacked_mib * MIB or words > XML_MOST:
        raise LimitError("template_unpacked", lang=lang, limit=limits.template_unpacked_mib)
    content = [(one.filename, _read(source, one)) for one in wanted]
    return zipped([(TYPES, _types_of(content, types)), *content])


def _read(source: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One part; XML only as Office writes it: UTF-8 and without a document type."""
    if entry.file_size > XML_MOST and _is_xml(entry.filename):
        raise ValueError("too much XML")
    content = source.read(entry)
    if _is_xml(entry.filename) and (b"\0" in content or b"<!DOCTYPE" in content):
        raise ValueError("not XML as Office writes it")
    return content


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".svg"))


def _types(content: bytes) -> dict[str, str]:
    """'.png' or '/ppt/slides/slide1.xml' → content type, in small letters but for the deck itself."""
    text, found = content.decode("utf-8"), {}
    for pattern, key, start in ((DEFAULT, "Extension", "."), (OVERRIDE, "PartName", "")):
        for one in pattern.finditer(text):
            given = dict(ATTRIBUTE.findall(one[1]))
            found[start + given[key].lower()] = given["ContentType"]
    return found


def _type_of(name: str, types: dict[str, str]) -> str:
    low = "/" + name.lower()
    kind = types.get(low) or types.get("." + low.rpartition(".")[2], "")
    return MAIN if DECKS.fullmatch(kind) else kind


def _is_wanted(name: str, types: dict[str, str]) -> bool:
    if name.lower().endswith(".rels"):
        folder, _, leaf = name.rpartition("/")
        owner = f"{folder.removesuffix('_rels')}{leaf[:-5]}"
        return owner == "" or _is_wanted(owner, types)
    kind = _type_of(name, types)
    return kind == MAIN or kind.endswith(KEPT)


def _types_of(content: list[tuple[str, bytes]], types: dict[str, str]) -> bytes:
    """Content types for just these parts; macros and templates become plain decks."""
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    parts = [f'<Default Extension="rels" ContentType="{rels}"/>']
    for name, _ in content:
        if not name.lower().endswith(".rels"):
            kind = _type_of(name, types)
            parts.append(f'<Override PartName="/{name}" ContentType="{kind}"/>')
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns='
        '"http://schemas.openxmlformats.org/package/2006/content-types">'
        + "".join(parts)
        + "</Types>"
    ).encode()
