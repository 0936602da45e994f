"""A Scene in; one HTML file that plays it anywhere, asking nothing of any network, out."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from functools import cache, lru_cache

import msgspec
from jinja2 import Environment, FileSystemLoader, select_autoescape

from app import __version__
from app.assets import font, static_dir, templates_dir
from app.export.formats import Report
from app.export.reel_json import played
from app.export.scene import Scene
from app.inline import safe
from app.words import LANGUAGES, say

#: characters the player itself writes, besides those of the texts it was given
OWN = "".join(map(chr, range(32, 127))) + "×−∞∂Σ…→·"
#: font family, weight and file of each face carried along
FACES = (
    ("IBM Plex Sans", 400, "plex-sans-400"),
    ("IBM Plex Sans", 600, "plex-sans-600"),
    ("IBM Plex Mono", 400, "plex-mono-400"),
)


def write(scene: Scene, report: Report) -> bytes:
    """HTML of some tens of kilobytes: picture, player, style and the characters it needs."""
    shown = played(scene)
    lang = scene.how.lang if scene.how.lang in LANGUAGES else "en"
    reel = msgspec.json.encode(shown.reel).decode()
    style = faces(frozenset(reel + OWN)) + _asset("embed.css")
    script = _asset("embed.js")
    words = {key: say(key, lang) for key in ("reel.controls", "reel.noscript")}
    page = _environment().get_template("standalone.html")
    text = page.render(
        lang=lang,
        theme=scene.how.theme,
        name=scene.title,
        title=scene.how.title,
        description=say("reel.description", lang, title=scene.title),
        version=__version__,
        policy=policy(style, script),
        style=style,
        script=script,
        words=words,
        svg=shown.svg,
        tall=shown.tall,
        reel=safe(reel),
    )
    return text.encode()


def policy(style: str, script: str) -> str:
    """This style and this script alone; no address is ever asked for anything."""
    rules = [
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        "img-src data:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
    return "; ".join(rules)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def faces(characters: frozenset[str]) -> str:
    """@font-face rules with each font cut down to these characters, as data: addresses."""
    rules = []
    for family, weight, name in FACES:
        data = base64.b64encode(_subset(name, characters)).decode()
        source = f'url("data:font/woff;base64,{data}") format("woff")'
        rules.append(
            f'@font-face{{font-family:"{family}";font-weight:{weight};src:{source};font-display:block}}'
        )
    return "".join(rules)


@lru_cache(maxsize=12)
def _subset(name: str, characters: frozenset[str]) -> bytes:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.flavor, options.hinting, options.layout_features = (
        "woff",
        False,
        ["kern", "tnum", "ccmp"],
    )
    options.recalc_timestamp = False
    with TTFont(font(name), recalcTimestamp=False) as file:
        cut = Subsetter(options)
        cut.populate(unicodes=[ord(character) for character in characters])
        cut.subset(file)
        file.flavor = "woff"
        out = io.BytesIO()
        file.save(out)
    return out.getvalue()


@cache
def _asset(name: str) -> str:
    """A bundled file; nothing in it may end the element it is put into."""
    text = (static_dir() / name).read_text("utf-8").strip()
    if re.search(r"</s(cript|tyle)|<!--", text, re.IGNORECASE):
        raise ValueError(f"{name} cannot stand inside a page")
    return text


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(templates_dir())
    return Environment(loader=loader, autoescape=select_autoescape(["html"]), auto_reload=False)
