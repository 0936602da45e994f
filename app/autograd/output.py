"""What a program prints, in; bounded lines with their source line, out."""

from __future__ import annotations

import io
import sys
from typing import Any

from app.errors import LimitError
from app.graph import Print, Span
from app.program import FILENAME


class Printer:
    """Stands in for print; raises LimitError once more than `limit` characters were printed."""

    def __init__(self, limit: int, lang: str) -> None:
        self.limit = limit
        self.lang = lang
        self.prints: list[Print] = []
        self.count = 0

    def clear(self) -> None:
        """Forget what was printed."""
        self.prints.clear()
        self.count = 0

    def print(self, *values: Any, sep: str | None = " ", end: str | None = "\n", **_: Any) -> None:
        """The program's print: same text, kept instead of shown."""
        buffer = io.StringIO()
        print(*values, sep=sep, end=end, file=buffer)
        text = buffer.getvalue().encode("utf-8", "backslashreplace").decode()
        line = self._line()
        self.count += len(text)
        room = self.limit - (self.count - len(text))
        self.prints.append(Print(text=text[: max(room, 0)], line=line))
        if self.count > self.limit:
            span = Span(line=line, column=0, end_line=line, end_column=1) if line else None
            raise LimitError("print_flood", span=span, lang=self.lang, limit=self.limit)

    def _line(self) -> int | None:
        frame: Any = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_filename == FILENAME:
                return int(frame.f_lineno)
            frame = frame.f_back
        return None
