"""Every limit, named with its unit; set any of them by the environment: GRADREEL_DEADLINE_S=20."""

from __future__ import annotations

from functools import cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Limits and addresses of one installation."""

    model_config = SettingsConfigDict(env_prefix="GRADREEL_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
    #: wall-clock seconds a program may run before its worker is killed
    deadline_s: float = 10.0
    #: memory a worker may add to what torch itself took, MiB
    memory_mib: int = 2048
    #: characters a program may print
    print_chars: int = 20_000
    #: bytes of source accepted
    source_bytes: int = 200_000
    #: bytes a worker may answer
    reply_bytes: int = 64_000_000
    #: ops recorded before capture stops with a clear word
    ops: int = 200_000
    #: workers forked ahead and waiting
    spare_workers: int = 2
    #: programs running at once; more wait their turn
    running_workers: int = 8
    #: threads torch may use inside one worker
    torch_threads: int = 2
    #: seconds an idle document keeps its worker
    session_idle_s: float = 300.0
    #: documents with a live worker at once; the least recently used loses its worker
    sessions: int = 32
    #: processes that run Graphviz
    layout_workers: int = 1
    #: seconds one layout may take
    layout_s: float = 10.0
    #: cards drawn at most before scopes are folded
    visible_nodes: int = 60
    #: requests one address may make per minute
    requests_per_minute: int = 240


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
