"""Nothing in; the tables of the store as SQLAlchemy and the migrations know them, out."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table, Text

METADATA = MetaData()

#: `code` is the canonical one; times are whole seconds since 1970, UTC; `digest` is the sha256 of
#: the state, of which `id` is the beginning in base 62
LINKS = Table(
    "links",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("code", Text, nullable=False),
    Column("ancestor", String(32), nullable=True),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=True),
    Index("links_expires", "expires"),
)
