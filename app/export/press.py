"""Orders on standard input in; files on standard output, out: one process that draws and does
nothing else. Run as `python -m app.export.press PARENT SCRATCH`."""

from __future__ import annotations

import os
import sys
import time
import traceback

import msgspec

from app.errors import LimitError, Problem
from app.export import export
from app.export.order import COUNTS, FILE, HEADER, PROBLEM, READY, REPORT, Order, frame
from app.sandbox.withdraw import withdraw
from app.settings import Settings

#: seconds between two reports
REPORT_S = 0.05


class Desk:
    """The two ends of the pipe to the server."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self.sink = sink
        self.last = 0.0

    def write(self, kind: bytes, body: bytes) -> None:
        """One frame, whole."""
        rest = memoryview(frame(kind, body))
        while rest:
            rest = rest[os.write(self.sink, rest) :]

    def read(self) -> bytes | None:
        """The next order; None at the end."""
        header = self._exactly(HEADER.size)
        return self._exactly(HEADER.unpack(header)[1]) if header else None

    def _exactly(self, size: int) -> bytes | None:
        content = bytearray()
        while len(content) < size:
            part = os.read(self.source, min(size - len(content), 1 << 20))
            if not part:
                return None
            content += part
        return bytes(content)

    def report(self, done: int, of: int) -> None:
        """How far it is, now and then."""
        now = time.monotonic()
        if now - self.last >= REPORT_S or done >= of:
            self.last = now
            self.write(REPORT, COUNTS.pack(min(max(done, 0), 2**31), min(max(of, 0), 2**31)))


def drawn(body: bytes, desk: Desk, settings: Settings) -> bytes | Problem:
    """The file, or why there is none; never raises."""
    lang = "en"
    try:
        order = msgspec.json.decode(body, type=Order)
        lang = order.how.lang
        content = export(order.scene(), order.suffix, desk.report)
        if len(content) > settings.export_file_mib << 20:
            raise LimitError("export_file", lang=lang, limit=settings.export_file_mib)
        return content
    except LimitError as error:
        return error.problem
    except MemoryError:
        return LimitError("export_memory", lang=lang, limit=settings.export_mib).problem
    except Exception:
        traceback.print_exc()
        return LimitError("export_failed", lang=lang).problem


def main(parent: int, scratch: str) -> None:
    """Draw until nobody asks any more."""
    desk = Desk(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # what a library prints is no frame
    settings = Settings()
    withdraw(settings, scratch, parent)
    desk.write(READY, b"")
    while (body := desk.read()) is not None:
        found = drawn(body, desk, settings)
        if isinstance(found, Problem):
            desk.write(PROBLEM, msgspec.json.encode(found))
        else:
            desk.write(FILE, found)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
