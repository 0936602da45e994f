"""A saved state in; its short id out, and back."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.errors import LimitError
from app.graph import Struct
from app.store.code import Saved, canonical, encode
from app.store.database import Database
from app.store.tables import LINKS

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: shorter than any code, so that one is never taken for the other
ID = re.compile(r"[0-9A-Za-z]{10,22}\Z")
SHORTEST = 10
DAY_S = 86_400
#: days an expired link still answers that it has expired
REMEMBERED_DAYS = 365


class Link(Struct, frozen=True, kw_only=True):
    """A state under its id. `ancestor` is the link it was forked from; times are seconds, UTC."""

    id: str
    code: str
    ancestor: str | None
    created: int
    expires: int | None


class Links:
    """The table of links. Every method blocks, some milliseconds.

    All raise LimitError `links_unavailable` where the database cannot be had."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    def keep(self, saved: Saved, ancestor: str | None = None, days: int | None = None) -> Link:
        """The link of this state, made where there is none; equal states have one id. A link asked
        for again lives as long as the longest wish. Raises LimitError as `encode` does."""
        code, digest = encode(saved), hashlib.sha256(canonical(saved)).hexdigest()
        now = int(self.clock())
        expires = None if days is None else now + days * DAY_S
        row = {"digest": digest, "code": code, "created": now, "expires": expires}
        name = base62(digest)
        try:
            for size in range(SHORTEST, 23):
                link = Link(
                    id=name[:size], code=code, ancestor=ancestor, created=now, expires=expires
                )
                if found := self._placed(link, {**row, "ancestor": ancestor, "id": link.id}):
                    return found
        except (SQLAlchemyError, OSError) as error:
            raise LimitError("links_unavailable") from error
        raise LimitError("links_unavailable")  # a dozen collisions: not before the sun burns out

    def find(self, name: str, lang: str = "en") -> Link:
        """The link with this id. Raises LimitError `link_missing` or `link_expired`."""
        if not ID.match(name):
            raise LimitError("link_missing", lang=lang)
        try:
            with self.database.begin() as connection:
                found = _read(connection, name)
        except (SQLAlchemyError, OSError) as error:
            raise LimitError("links_unavailable", lang=lang) from error
        if found is None:
            raise LimitError("link_missing", lang=lang)
        link, _ = found
        if link.expires is not None and link.expires <= self.clock():
            raise LimitError("link_expired", lang=lang)
        return link

    def forget_old(self) -> None:
        """Delete what expired long ago."""
        before = int(self.clock()) - REMEMBERED_DAYS * DAY_S
        try:
            with self.database.begin() as connection:
                connection.execute(delete(LINKS).where(LINKS.c.expires < before))
        except (SQLAlchemyError, OSError) as error:
            raise LimitError("links_unavailable") from error

    def _placed(self, link: Link, row: dict[str, object]) -> Link | None:
        """The link as it now stands; None where another state has this id."""
        try:
            with self.database.begin() as connection:
                found = _read(connection, link.id)
                if found is None:
                    connection.execute(insert(LINKS).values(row))
                    return link
                return self._renewed(connection, *found, link, str(row["digest"]))
        except IntegrityError:  # another server made it between the two
            with self.database.begin() as connection:
                found = _read(connection, link.id)
                return found and self._renewed(connection, *found, link, str(row["digest"]))

    def _renewed(
        self, connection: Connection, old: Link, digest: str, new: Link, wanted: str
    ) -> Link | None:
        """The old link, living as long as the longer of both wishes, whoever else renews it now."""
        if digest != wanted:
            return None
        renewal = update(LINKS).where(LINKS.c.id == old.id, LINKS.c.expires.is_not(None))
        if new.expires is not None:
            renewal = renewal.where(LINKS.c.expires < new.expires)
        connection.execute(renewal.values(expires=new.expires))
        found = _read(connection, old.id)
        return found and found[0]


def _read(connection: Connection, name: str) -> tuple[Link, str] | None:
    """The link with its digest."""
    row = connection.execute(select(LINKS).where(LINKS.c.id == name)).mappings().first()
    if row is None:
        return None
    fields = {field: row[field] for field in Link.__struct_fields__}
    return Link(**fields), row["digest"]


def base62(digest: str) -> str:
    """A hexadecimal number in digits and letters, most significant first."""
    number, text = int(digest, 16), ""
    for _ in range(43):
        number, rest = divmod(number, 62)
        text = ALPHABET[rest] + text
    return text
