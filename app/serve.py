"""An address in; the app served there until it is stopped."""

from __future__ import annotations

import os

import uvicorn

from app.settings import settings
from app.web.patience import PatientHTTP, PatientSocket


def serve(host: str, port: int, reload: bool = False) -> None:
    """Serve on `host`:`port`; with `reload`, again whenever the code changes."""
    os.environ["GRADREEL_HOST"], os.environ["GRADREEL_PORT"] = host, str(port)
    settings.cache_clear()
    uvicorn.run(
        "app.web:create_app",
        factory=True,
        host=host,
        port=port,
        reload=reload,
        log_level="warning",
        http=PatientHTTP,
        ws=PatientSocket,
        ws_per_message_deflate=False,  # a few kB of it inflate to as many MB, in every socket at once
        ws_max_size=settings().source_bytes * 10 + (settings().template_mib << 20) * 3 // 2,
    )
