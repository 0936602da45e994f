"""Clicks in, each a list of effects on shapes; PowerPoint's timing tree as XML, out."""

from __future__ import annotations

from typing import NamedTuple

from app.export.deck.drawing import NAMESPACES

#: ms
FADE, CHANGE = 400, 300


class Effect(NamedTuple):
    """What a click does to a shape: `enter` fades it in (or one paragraph of its text), `leave` fades
    it out, `drop` puts it lower by a share of the slide's height at once, `fill` and `line` change a
    colour (DrawingML). Connectors are told apart: they have no builds."""

    kind: str
    shape: int
    paragraph: int | None = None
    colour: str = ""
    is_connector: bool = False
    lower: float = 0.0


#: PowerPoint's numbers for Fade, a path of one's own, Fill Color and Line Color; class; sub-number
PRESETS = {
    "enter": (10, "entr", 0), "leave": (10, "exit", 0), "drop": (0, "path", 0),
    "fill": (1, "emph", 2), "line": (7, "emph", 2),
}  # fmt: skip


class _Tree:
    """Numbers time nodes, and counts the builds of every shape as PowerPoint does."""

    def __init__(self) -> None:
        self.last = 2
        self.groups: dict[int, int] = {}
        self.texts: dict[int, int] = {}
        self.builds: list[str] = []

    def id(self) -> int:
        """The next time node."""
        self.last += 1
        return self.last

    def group(self, effect: Effect) -> str:
        """The effect's build: one for all paragraphs of a shape, one for each change of it."""
        if effect.is_connector:
            return ""
        shape = effect.shape
        if effect.paragraph is not None and shape in self.texts:
            return f' grpId="{self.texts[shape]}"'
        number = self.groups[shape] = self.groups.get(shape, -1) + 1
        how = 'animBg="1"'
        if effect.paragraph is not None:
            self.texts[shape], how = number, 'build="p"'
        self.builds.append(f'<p:bldP spid="{shape}" grpId="{number}" {how}/>')
        return f' grpId="{number}"'

    def click(self, effects: list[Effect]) -> str:
        """All effects of one click, together."""
        outer, inner = self.id(), self.id()
        inside = "".join(self.effect(one, k == 0) for k, one in enumerate(effects))
        return (
            f'<p:par><p:cTn id="{outer}" fill="hold"><p:stCondLst><p:cond delay="indefinite"/>'
            f'</p:stCondLst><p:childTnLst><p:par><p:cTn id="{inner}" fill="hold"><p:stCondLst>'
            f'<p:cond delay="0"/></p:stCondLst><p:childTnLst>{inside}</p:childTnLst></p:cTn></p:par>'
            "</p:childTnLst></p:cTn></p:par>"
        )

    def effect(self, one: Effect, is_first: bool) -> str:
        """One effect as PowerPoint writes it."""
        preset, kind, sub = PRESETS[one.kind]
        begins = "clickEffect" if is_first else "withEffect"
        node, group = self.id(), self.group(one)
        ways = {"enter": self._enter, "leave": self._leave, "drop": self._drop}
        does = ways.get(one.kind, self._recolour)(one)
        return (
            f'<p:par><p:cTn id="{node}" presetID="{preset}" presetClass="{kind}"'
            f' presetSubtype="{sub}" fill="hold"{group} nodeType="{begins}"><p:stCondLst>'
            f'<p:cond delay="0"/></p:stCondLst><p:childTnLst>{does}</p:childTnLst></p:cTn></p:par>'
        )

    def _enter(self, one: Effect) -> str:
        target = _target(one)
        return (
            self._set(target, 1, "style.visibility", "visible", 0)
            + f'<p:animEffect transition="in" filter="fade"><p:cBhvr><p:cTn id="{self.id()}"'
            f' dur="{FADE}"/>{target}</p:cBhvr></p:animEffect>'
        )

    def _leave(self, one: Effect) -> str:
        target = _target(one)
        return (
            f'<p:animEffect transition="out" filter="fade"><p:cBhvr><p:cTn id="{self.id()}"'
            f' dur="{FADE}"/>{target}</p:cBhvr></p:animEffect>'
            + self._set(target, 1, "style.visibility", "hidden", FADE - 1)
        )

    def _drop(self, one: Effect) -> str:
        return (
            f'<p:animMotion origin="layout" path="M 0 0 L 0 {one.lower:.5f} E"'
            f' pathEditMode="relative" ptsTypes="AA"><p:cBhvr><p:cTn id="{self.id()}" dur="1"'
            f' fill="hold"/>{_target(one)}<p:attrNameLst><p:attrName>ppt_x</p:attrName>'
            "<p:attrName>ppt_y</p:attrName></p:attrNameLst></p:cBhvr></p:animMotion>"
        )

    def _recolour(self, one: Effect) -> str:
        target, fill = _target(one), one.kind == "fill"
        attribute = "fillcolor" if fill else "stroke.color"
        turn = (
            f'<p:animClr clrSpc="rgb" dir="cw"><p:cBhvr><p:cTn id="{self.id()}" dur="{CHANGE}"'
            f' fill="hold"/>{target}<p:attrNameLst><p:attrName>{attribute}</p:attrName>'
            f"</p:attrNameLst></p:cBhvr><p:to>{one.colour}</p:to></p:animClr>"
        )
        if fill:
            turn += self._set(target, CHANGE, "fill.type", "solid")
            return turn + self._set(target, CHANGE, "fill.on", "true")
        return turn + self._set(target, CHANGE, "stroke.on", "true")

    def _set(
        self, target: str, ms: int, attribute: str, value: str, after: int | None = None
    ) -> str:
        start = ""
        if after is not None:
            start = f'<p:stCondLst><p:cond delay="{after}"/></p:stCondLst>'
        node = f'<p:cTn id="{self.id()}" dur="{ms}" fill="hold"'
        node += f">{start}</p:cTn>" if start else "/>"
        return (
            f"<p:set><p:cBhvr>{node}{target}<p:attrNameLst><p:attrName>{attribute}</p:attrName>"
            f'</p:attrNameLst></p:cBhvr><p:to><p:strVal val="{value}"/></p:to></p:set>'
        )


def _target(one: Effect) -> str:
    if one.paragraph is None:
        return f'<p:tgtEl><p:spTgt spid="{one.shape}"/></p:tgtEl>'
    part = f'<p:txEl><p:pRg st="{one.paragraph}" end="{one.paragraph}"/></p:txEl>'
    return f'<p:tgtEl><p:spTgt spid="{one.shape}">{part}</p:spTgt></p:tgtEl>'


def timing(clicks: list[list[Effect]]) -> str:
    """p:timing of a slide; every click needs an effect, for PowerPoint knows no empty ones."""
    tree = _Tree()
    inside = "".join(tree.click(effects) for effects in clicks)
    builds = f"<p:bldLst>{''.join(tree.builds)}</p:bldLst>" if tree.builds else ""
    turn = "".join(
        f'<p:{name}CondLst><p:cond evt="on{name.capitalize()}" delay="0"><p:tgtEl><p:sldTgt/>'
        f"</p:tgtEl></p:cond></p:{name}CondLst>"
        for name in ("prev", "next")
    )
    return (
        f'<p:timing {NAMESPACES}><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never"'
        ' nodeType="tmRoot"><p:childTnLst><p:seq concurrent="1" nextAc="seek"><p:cTn id="2"'
        f' dur="indefinite" nodeType="mainSeq"><p:childTnLst>{inside}</p:childTnLst></p:cTn>{turn}'
        f"</p:seq></p:childTnLst></p:cTn></p:par></p:tnLst>{builds}</p:timing>"
    )
