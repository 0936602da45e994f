"""Every limit, named with its unit; set any of them by the environment: GRADREEL_DEADLINE_S=20."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Limits and addresses of one installation."""

    model_config = SettingsConfigDict(env_prefix="GRADREEL_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
    #: names a request may call this server by, with commas between; `*.example.org` is any below it, `*` any; empty: this machine's own names where `host` is loopback, else any
    hosts: str = ""
    #: wall-clock seconds a program may run before its worker is killed
    deadline_s: float = 20.0
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
    #: nodes of one run shown; of a longer run the first and the last half of them
    nodes: int = 12_000
    #: workers forked ahead and waiting
    spare_workers: int = 2
    #: workers started ahead and waiting for each device beside the CPU
    device_workers: int = 1
    #: programs running at once; more wait their turn
    running_workers: int = 8
    #: threads torch may use inside one worker
    torch_threads: int = 2
    #: seconds an idle document keeps its worker
    session_idle_s: float = 300.0
    #: documents with a live worker at once; the least recently used loses its worker
    sessions: int = 32
    #: MiB those workers may hold together beside what torch itself took; the largest go first
    sessions_mib: int = 4096
    #: processes that run Graphviz
    layout_workers: int = 1
    #: seconds one layout may take
    layout_s: float = 10.0
    #: cards drawn at most before scopes are folded
    visible_nodes: int = 60
    #: pixels of one still picture
    still_pixels: int = 50_000_000
    #: pixels of one frame of a film
    frame_pixels: int = 8_300_000
    #: different frames of one film; beyond it motion gets coarser, then refused
    film_frames: int = 1_500
    #: seconds a film may last; long ones hurry, then are refused
    film_s: float = 180.0
    #: memory the frames of one film may take while it is written, MiB
    film_mib: int = 768
    #: overlays of one Beamer frame at most: TeX draws the whole picture once for each
    tex_overlays: int = 250
    #: requests one address may make per minute
    requests_per_minute: int = 240
    #: seconds a connection may take to send the head of a request
    head_s: float = 10.0
    #: connections open at once; a new one beyond them is hung up on
    connections: int = 600
    #: live pages (WebSockets) open at once
    sockets: int = 400
    #: live pages one address may have open; a class may sit behind one
    sockets_per_address: int = 128
    #: MiB of finished runs kept in memory for live pages; the least recently used go first, and run again when their page asks
    pages_mib: int = 256
    #: folder of the database of short links; empty means the user's own data folder
    data_dir: str = ""
    #: address of that database, postgresql://… say; empty means a SQLite file in `data_dir`
    database_url: str = ""
    #: characters the code behind a short link may have
    link_chars: int = 200_000
    #: short links one address may make per minute
    links_per_minute: int = 30
    #: address people reach this installation by, https://…; empty means the one they asked for
    public_url: str = ""
    #: folder of the render cache; empty means the user's own cache folder
    cache_dir: str = ""
    #: MiB of rendered files kept; the least recently used go first
    cache_mib: int = 512
    #: MiB of finished runs kept in memory for images and embeds
    runs_mib: int = 64
    #: seconds one export may take
    export_s: float = 120.0
    #: memory one export may take, MiB
    export_mib: int = 2048
    #: MiB one exported file may have
    export_file_mib: int = 96
    #: steps of one deck: its slides (Morph) or clicks; of a longer run the first, and the end
    deck_steps: int = 200
    #: MiB a deck of somebody's own may have
    template_mib: int = 16
    #: MiB of that deck's masters, layouts and pictures once unpacked
    template_unpacked_mib: int = 120
    #: files inside that deck
    template_parts: int = 5_000
    #: processes that draw stills at most; as many may draw films
    export_workers: int = 2

    @property
    def database(self) -> str:
        """The database's address; one that begins postgres:// is read as postgresql://."""
        own = os.environ.get("XDG_DATA_HOME") or os.path.join(
            os.path.expanduser("~"), ".local", "share"
        )
        file = Path(self.data_dir or os.path.join(own, "gradreel")) / "links.db"
        url = self.database_url.strip() or f"sqlite:///{file}"
        return "postgresql" + url[8:] if url.startswith("postgres:") else url

    @property
    def cache_folder(self) -> Path:
        """Where rendered files are kept."""
        own = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        return Path(self.cache_dir or os.path.join(own, "gradreel"))


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
