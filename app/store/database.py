"""A database's address in; an engine whose tables are as this version needs them, out."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

#: what the servers that share a Postgres lock while one of them changes its tables
LOCK = 0x67726164
#: seconds SQLite waits for another server's write
PATIENCE_S = 15


class Database:
    """Made without touching anything; connects, and migrates, when first used."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.lock = threading.Lock()
        self.engine: Engine | None = None

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction. Raises SQLAlchemyError or OSError where the database cannot be had."""
        with self.lock:
            if self.engine is None:
                self.engine = self._ready()
        return self.engine.begin()

    def close(self) -> None:
        """Give the connections back."""
        if self.engine is not None:
            self.engine.dispose()

    def _ready(self) -> Engine:
        is_sqlite = self.url.get_backend_name() == "sqlite"
        if is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(self.url, pool_pre_ping=not is_sqlite)
        if is_sqlite:
            event.listen(engine, "connect", _open_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        try:
            with engine.begin() as connection:
                upgrade(connection)
        except BaseException:
            engine.dispose()
            raise
        return engine


def upgrade(connection: Connection) -> None:
    """Apply the steps that are missing, in the connection's transaction; of servers that start at
    once one does, the others wait and find it done."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    config = Config()
    config.set_main_option("script_location", "app.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _open_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # transactions are ours: the driver would begin too late
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_S * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
