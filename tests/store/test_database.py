"""The database: migrations end where tables.py says, and Postgres gets what it understands."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from app.settings import Settings
from app.store.code import Saved
from app.store.database import Database
from app.store.links import DAY_S, Links
from app.store.tables import LINKS, METADATA


def drift(database: Database) -> list[object]:
    """What the migrated database lacks or has beyond tables.py."""
    with database.begin() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))


def test_migrations_end_at_the_tables(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/links.db")
    assert drift(database) == []
    with database.begin() as connection:
        assert "alembic_version" in inspect(connection).get_table_names()
    assert drift(Database(f"sqlite:///{tmp_path}/links.db")) == []


def test_statements_compile_for_postgres() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statements = [
        CreateTable(LINKS),
        *(CreateIndex(index) for index in LINKS.indexes),
        insert(LINKS).values(id="a", digest="b", code="c", ancestor=None, created=1, expires=None),
        select(LINKS).where(LINKS.c.id == "a"),
        update(LINKS).where(LINKS.c.id == "a").values(expires=1),
    ]
    text = "\n".join(str(one.compile(dialect=dialect)) for one in statements)
    assert "BIGINT" in text and "%(id" in text


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgres://me@host/db", "postgresql://me@host/db"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("", "sqlite:////data/links.db"),
    ],
)
def test_address_is_read(url: str, name: str) -> None:
    assert Settings(database_url=url, data_dir="/data").database == name


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a Postgres of our own on a socket in a temporary folder."""
    programs = shutil.which("initdb") or "".join(glob.glob("/usr/lib/postgresql/*/bin/initdb")[-1:])
    if not programs:
        pytest.skip("no Postgres is installed")
    pytest.importorskip("psycopg")
    folder = tempfile.mkdtemp(prefix="gradreel-pg-")
    as_user = []
    if os.geteuid() == 0:  # Postgres refuses to run as root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    bin = os.path.dirname(programs)
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run(
        [*as_user, f"{bin}/initdb", "-D", f"{folder}/db", "-A", "trust", "-U", "me", "-N"], **quiet
    )
    options = f"-c listen_addresses= -c fsync=off -k {folder}"
    control = [*as_user, f"{bin}/pg_ctl", "-D", f"{folder}/db", "-w", "-l", f"{folder}/log"]
    subprocess.run([*control, "-o", options, "start"], **quiet)
    try:
        yield f"postgresql://me@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)


def test_postgres_keeps_links(postgres: str) -> None:
    saved = Saved(v=1, source="y = x² # ∂ \U0001f600")

    def serve(number: int) -> str:
        return Links(Database(postgres), lambda: 0.0).keep(saved, days=number).id

    with ThreadPoolExecutor(4) as servers:  # the first to come migrates, the others wait
        (name,) = set(servers.map(serve, (3, 8, 1, 5, 2, 7, 4, 6)))
    links = Links(Database(postgres), lambda: 0.0)
    assert links.find(name).expires == 8 * DAY_S
    assert links.keep(saved, days=1).expires == 8 * DAY_S
    assert drift(links.database) == []
    links.forget_old()
