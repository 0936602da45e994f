"""A theme's name in; the colour of every role and tone, out."""

from __future__ import annotations

from app.graph import Struct


class Theme(Struct, frozen=True, kw_only=True):
    """Colours as #rrggbb, the same as the page's; `blue` is positive and forward, `orange`
    negative and backward, `green` an update. `line` outlines scopes, `edge` draws edges and
    cards; a `wash` is the pale tint of its colour."""

    paper: str
    card: str
    ink: str
    soft: str
    line: str
    edge: str
    scope: str
    blue: str
    orange: str
    green: str
    blue_wash: str
    orange_wash: str
    green_wash: str
    red: str

    def of_pass(self, kind: str) -> tuple[str, str]:
        """Colour and wash of a forward, backward or update pass; of anything else, quiet ones."""
        return {
            "forward": (self.blue, self.blue_wash),
            "backward": (self.orange, self.orange_wash),
            "update": (self.green, self.green_wash),
        }.get(kind, (self.edge, self.card))


def mix(one: str, other: str, share: float) -> str:
    """`share` (0…1) of one colour and the rest of the other, as #rrggbb."""
    a, b = (bytes.fromhex(colour.removeprefix("#")) for colour in (one, other))
    return "#" + bytes(round(x * share + y * (1 - share)) for x, y in zip(a, b)).hex()


LIGHT = Theme(
    paper="#fbfbfa",
    card="#ffffff",
    ink="#16181d",
    soft="#5d6470",
    line="#dfe2e6",
    edge="#868f9d",
    scope="#f4f5f3",
    blue="#2166ac",
    orange="#a34f04",
    green="#17703f",
    blue_wash="#e9f1f9",
    orange_wash="#fbefe2",
    green_wash="#e5f4ec",
    red="#b42318",
)
DARK = Theme(
    paper="#121418",
    card="#20242b",
    ink="#eceef1",
    soft="#a5acb8",
    line="#2c313a",
    edge="#6b7483",
    scope="#181b20",
    blue="#7ab3e8",
    orange="#f0a35e",
    green="#63c794",
    blue_wash="#1a2836",
    orange_wash="#332516",
    green_wash="#16291f",
    red="#ff8a7a",
)
THEMES = {"light": LIGHT, "dark": DARK}
