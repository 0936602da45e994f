"""A key, a language and its parameters in; the sentence out. One catalogue: the JSON files here."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

LANGUAGES = ("en", "es")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """key → language → sentence with {parameters}; a key stands in exactly one file."""
    merged: dict[str, dict[str, str]] = {}
    for file in sorted(resources.files("app.words").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            merged |= json.loads(file.read_text("utf-8"))
    return merged


def say(key: str, lang: str = "en", **words: object) -> str:
    """The sentence for `key` in `lang` (English where a language is unknown).

    Raises KeyError when the catalogue has no such key."""
    return pattern(key, lang).format(**words)


def pattern(key: str, lang: str = "en") -> str:
    """The same with its {parameters} unfilled, for the browser to fill in."""
    sentences = catalogue()[key]
    return sentences.get(lang, sentences["en"])
