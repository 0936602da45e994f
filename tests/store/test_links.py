"""Short links: one id per state, expiry, collisions, races, and a database that is not there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import LimitError
from app.store import links as module
from app.store.code import Saved, decode
from app.store.database import Database
from app.store.links import DAY_S, ID, Links, base62


class Clock:
    """A time that tests turn."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def state(number: int = 0) -> Saved:
    return Saved(v=1, source=f"x = {number}.0\ny = x*x")


@pytest.fixture
def links(tmp_path: Path) -> Links:
    return Links(Database(f"sqlite:///{tmp_path}/deep/links.db"), Clock())


def code_of(action: object, *arguments: object) -> str:
    with pytest.raises(LimitError) as error:
        action(*arguments)  # type: ignore[operator]
    return error.value.problem.code


def test_same_state_has_one_id(links: Links) -> None:
    one, two = links.keep(state()), links.keep(state())
    assert one == two and ID.match(one.id) and len(one.id) == 10
    assert links.keep(state(1)).id != one.id
    assert decode(links.find(one.id).code) == state()


def test_another_server_sees_it(links: Links) -> None:
    made = links.keep(state(), ancestor="0123456789")
    other = Links(Database(str(links.database.url)), links.clock)
    assert other.find(made.id).ancestor == "0123456789"


def test_expired_link_says_so_until_forgotten(links: Links) -> None:
    clock = links.clock
    assert isinstance(clock, Clock)
    made = links.keep(state(), days=2)
    clock.now += 2 * DAY_S - 1
    assert links.find(made.id) == made
    clock.now += 1
    assert code_of(links.find, made.id) == "link_expired"
    links.forget_old()
    assert code_of(links.find, made.id) == "link_expired"
    clock.now += 366 * DAY_S
    links.forget_old()
    assert code_of(links.find, made.id) == "link_missing"


def test_longest_wish_wins(links: Links) -> None:
    clock = links.clock
    assert isinstance(clock, Clock)
    short = links.keep(state(), days=1)
    assert links.keep(state(), days=9).expires == clock.now + 9 * DAY_S
    assert links.keep(state(), days=3).expires == clock.now + 9 * DAY_S
    clock.now += 20 * DAY_S
    assert links.keep(state(), days=1).id == short.id
    assert links.find(short.id)
    assert links.keep(state()).expires is None
    assert links.keep(state(), days=1).expires is None


def test_collision_makes_a_longer_id(links: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "base62", lambda digest: "A" * 10 + base62(digest))
    one, two, three = (links.keep(state(number)) for number in range(3))
    assert [len(link.id) for link in (one, two)] == [10, 11]
    assert len({one.id, two.id, three.id}) == 3
    assert [links.keep(state(number)).id for number in range(3)] == [one.id, two.id, three.id]
    assert decode(links.find(two.id).code) == state(1)


def test_many_servers_start_and_write_at_once(tmp_path: Path) -> None:
    def serve(number: int) -> str:
        links = Links(Database(f"sqlite:///{tmp_path}/links.db"))
        return [links.keep(state(n)).id for n in (number % 2, 7)][1]

    with ThreadPoolExecutor(8) as servers:
        assert len(set(servers.map(serve, range(16)))) == 1


@pytest.mark.parametrize(
    "name",
    [
        "",
        "short",
        "a" * 23,
        "' OR 1=1 --",
        "../../etc/p",
        "a\x00bcdefghij",
        "ａ" * 10,
        "abcdefghij\n",
    ],
)
def test_foreign_names_are_missing(links: Links, name: str) -> None:
    assert code_of(links.find, name) == "link_missing"


def test_missing_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    broken = Links(Database(f"sqlite:///{tmp_path}/file/links.db"))
    assert code_of(broken.find, "0123456789") == "links_unavailable"
    assert code_of(broken.keep, state()) == "links_unavailable"


def test_damaged_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "links.db").write_bytes(b"this is no database" * 1000)
    broken = Links(Database(f"sqlite:///{tmp_path}/links.db"))
    assert code_of(broken.find, "0123456789") == "links_unavailable"
