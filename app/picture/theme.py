"""A theme's name in; the colour of every role and tone, out."""

from __future__ import annotations

from app.graph import Struct


class Theme(Struct, frozen=True, kw_only=True):
    """Colours as #rrggbb; `blue` is positive and forward, `orange` negative and backward."""

    paper: str
    card: str
    ink: str
    soft: str
    line: str
    scope: str
    blue: str
    orange: str
    green: str
    blue_wash: str
    orange_wash: str
    red: str


LIGHT = Theme(
    paper="#fbfbfa",
    card="#ffffff",
    ink="#16181d",
    soft="#5d6470",
    line="#c3c8d0",
    scope="#f2f3f1",
    blue="#2166ac",
    orange="#b35806",
    green="#1a7f4b",
    blue_wash="#eef4fa",
    orange_wash="#fbf0e4",
    red="#b42318",
)
DARK = Theme(
    paper="#14161a",
    card="#1e2127",
    ink="#eceef1",
    soft="#a2a9b4",
    line="#4a515d",
    scope="#191b20",
    blue="#7ab3e8",
    orange="#f0a35e",
    green="#63c794",
    blue_wash="#1b2632",
    orange_wash="#2e2318",
    red="#ff8a7a",
)
THEMES = {"light": LIGHT, "dark": DARK}
