"""A Story and its figure in; one slide's shapes and what every click does to them, out."""

from __future__ import annotations

from app.export.deck.drawing import rounded, shape, text_box
from app.export.deck.place import Area
from app.export.deck.shapes import CORNER, FIRST, TEXTS, Figure, Look, floating
from app.export.deck.story import Moment, Version, appears, passing, versions_of
from app.export.deck.text import Line, Run, paragraphs
from app.export.deck.timing import Effect
from app.picture.cards import PAD
from app.picture.marks import Mark
from app.picture.svg import ink_of
from app.picture.timeline import State

#: px from the slide up to the middle of what waits above it
ABOVE = 22.0


class ClickSlide:
    """The slide is drawn as it ends. What is not there from the start fades in with its click; a
    later text of the same mark lies over the earlier one. What the end does not show waits above
    the slide, `tall` EMU high: nobody prints it, and it comes down and leaves with its clicks."""

    def __init__(self, figure: Figure, moments: list[Moment], look: Look, tall: int) -> None:
        self.figure = figure
        self.tall = tall
        self.moments = moments
        self.look = look
        self.clicks: list[list[Effect]] = [[] for _ in moments[1:]]
        self.versions = {mark.id: versions_of(mark.id, moments) for mark in figure.marks}
        self.end = {mark.id: self._end(mark) for mark in figure.marks}
        self.covers: dict[str, list[int]] = {}
        self.next = FIRST + len(figure.marks)

    def _end(self, mark: Mark) -> State:
        """How a mark is drawn: as at the end, at rest, with the first of its texts."""
        last = self.moments[-1].states[mark.id]
        versions = self.versions[mark.id]
        phase = "done" if last.phase == "active" else last.phase
        return State(phase, versions[0].text if versions else last.text, last.tone)

    def shapes(self) -> list[str]:
        """Every shape, back to front; fills `clicks` on the way."""
        drawn = [self.figure.draw(mark, self.end, self.look) for mark in self.figure.marks]
        over: list[str] = []
        for mark in self.figure.marks:
            over += self._appear(mark)
        for mark in self.figure.marks:
            if mark.role in ("card", "edge"):
                self._light(mark)
        self._fill_empty()
        return [one for one in drawn if one] + over

    def _appear(self, mark: Mark) -> list[str]:
        """Entrances of a mark's texts; the shapes of its later ones."""
        versions = self.versions[mark.id]
        if mark.role in TEXTS:
            card = mark.id.rpartition(".")[0] + ".card"
            self._enter_line(mark, self.figure.cards[card], versions)
            return [self._cover(mark, self.figure.cards[card], v) for v in versions[1:]]
        if mark.role == "thumb":
            self._enter(self.figure.ids[mark.id], appears(mark.id, self.moments))
            return []
        if mark.role not in ("contribution", "due", "sum"):
            return []
        over = [self._pass(mark, one) for one in passing(mark.id, self.moments) if one.click]
        if versions:
            self._enter(self.figure.ids[mark.id], versions[0].click)
        return over + [self._float(mark, version) for version in versions[1:]]

    def _enter(self, spid: int, click: int, paragraph: int | None = None) -> None:
        if click > 0:
            self.clicks[click - 1].append(Effect("enter", spid, paragraph))

    def _enter_line(self, mark: Mark, card: Mark, versions: list[Version]) -> None:
        for k, line in enumerate(self.figure.lines(card)):
            if line[0].id == mark.id and versions:
                self._enter(self.figure.ids[card.id], versions[0].click, k)

    def _id(self, click: int) -> int:
        self.next += 1
        self._enter(self.next, click)
        return self.next

    def _cover(self, mark: Mark, card: Mark, version: Version) -> str:
        """A later text of a line of a card, over the earlier."""
        palette, fit = self.look.palette, self.look.fit
        spid = self._id(version.click)
        self.covers.setdefault(card.id, []).append(spid)
        run = Run(
            version.text,
            mark.size,
            palette.fill(ink_of(mark, palette.theme, version.text)),
            mark.bold,
        )
        line = Line([run], [], 14.0, mark.size)
        inset, body = paragraphs([line], fit, 0, self.look.lang, 19 * 0.2 * CORNER)
        place = Area(mark.x - 4, mark.y - 14, card.width - 2 * PAD + 8, 19)
        ground = palette.fill(palette.theme.card) + "<a:ln><a:noFill/></a:ln>"
        return shape(
            spid, f"{mark.id}.{version.click}", version.text, rounded(0.2),
            *fit.at(place.x, place.y), fit.size(place.width), fit.size(place.height),
            ground, text_box(body, fit, (4 - 19 * 0.2 * CORNER, inset, 0, 0)),
        )  # fmt: skip

    def _float(self, mark: Mark, version: Version) -> str:
        now = State("done", version.text, None)
        alt = self.figure.alt(mark, now, self.look.lang)
        return floating(self._id(version.click), mark, now, self.look, alt, is_cover=True)

    def _pass(self, mark: Mark, version: Version) -> str:
        """A text that comes and goes, above the slide."""
        now = State("done", version.text, None)
        fit = self.look.fit
        lift = fit.at(mark.x, mark.y + ABOVE)[1]
        look = self.look._replace(fit=fit._replace(y=fit.y - lift))
        spid = self._id(version.click)
        self.clicks[version.click - 1].append(Effect("drop", spid, lower=lift / self.tall))
        self.clicks[version.until - 1].append(Effect("leave", spid))
        return floating(spid, mark, now, look, self.figure.alt(mark, now, look.lang))

    def _light(self, mark: Mark) -> None:
        """Colours while a step is about this card or edge, and back."""
        is_edge = mark.role == "edge"
        if is_edge and mark.id not in self.figure.routes:
            return
        before = None
        for click, moment in enumerate(self.moments):
            active = moment.states[mark.id].phase == "active"
            now = moment.step.kind if active else None
            if click and now != before:
                self.clicks[click - 1] += self._colours(mark, now, is_edge)
            before = now if click else None

    def _colours(self, mark: Mark, kind: str | None, is_edge: bool) -> list[Effect]:
        palette, theme = self.look.palette, self.look.palette.theme
        rest = getattr(theme, self.look.outline(mark)[0])
        is_lit = kind is not None and self.look.is_plain(mark)
        line = palette.colour(palette.of_pass(kind or "") if is_lit else rest)
        spid = self.figure.ids[mark.id]
        effects = [Effect("line", spid, colour=line, is_connector=is_edge)]
        if not is_edge:
            ground = palette.colour(palette.wash(kind) if kind else theme.card)
            grounds = [spid, *self.covers.get(mark.id, [])]
            effects += [Effect("fill", one, colour=ground) for one in grounds]
        return effects

    def _fill_empty(self) -> None:
        """A step that changes nothing drawn here is a click all the same: one card keeps its line."""
        cards = list(self.figure.cards.values())
        for effects in self.clicks:
            if not effects and cards:
                effects += self._colours(cards[0], None, False)[:1]
