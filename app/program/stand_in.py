"""A package that is absent, forbidden or for drawing, in; an object to import in its stead, out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NoReturn

from app.errors import ProgramError
from app.program.frames import here


class StandIn(ModuleType):
    """Imports fine and gives attributes; using it raises `code` for package `package`."""

    __all__: list[str] = []

    def __init__(self, path: str, code: str, lang: str) -> None:
        super().__init__(path)
        self.__dict__["_gradreel"] = (path, code, lang)
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path, code, lang = self.__dict__["_gradreel"]
        return StandIn(f"{path}.{name}", code, lang)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        path, code, lang = self.__dict__["_gradreel"]
        span = here()
        line = span.line if span else 0
        raise ProgramError(
            code, span=span, lang=lang, name=path.split(".")[0], path=path, line=line
        )

    __call__ = __iter__ = __getitem__ = __setitem__ = __len__ = __enter__ = __mro_entries__ = (
        _refuse
    )
    __exit__ = __next__ = __contains__ = __add__ = __radd__ = __mul__ = __rmul__ = _refuse
    __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = _refuse
    __float__ = __int__ = __index__ = __array__ = _refuse


class Drawing(ModuleType):
    """Swallows every call, and says so once per package."""

    __all__: list[str] = []

    def __init__(self, path: str, say_once: Callable[[], None]) -> None:
        super().__init__(path)
        self.__dict__["_say"] = say_once
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Drawing(f"{self.__name__}.{name}", self.__dict__["_say"])

    def __call__(self, *shape: Any, **named: Any) -> Any:
        self.__dict__["_say"]()
        return (self, self._axes(*shape, **named)) if self._is("subplots") else self

    def _is(self, name: str) -> bool:
        return self.__name__.endswith(f".{name}")

    def _axes(
        self, nrows: int = 1, ncols: int = 1, *_: Any, squeeze: bool = True, **__: Any
    ) -> Any:
        """One axes, or an array of them shaped as matplotlib's is."""
        import numpy as np  # where nobody draws it is not needed

        grid = np.full((nrows, ncols), None, dtype=object)
        for place in np.ndindex(grid.shape):
            grid[place] = Drawing("matplotlib.axes", self.__dict__["_say"])
        return (grid.squeeze() if grid.size > 1 else grid[0, 0]) if squeeze else grid

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __getitem__(self, _: Any) -> Any:
        return self

    def __setitem__(self, *_: Any) -> None:
        return None

    def __len__(self) -> int:
        return 0

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        return None


class Bar:
    """tqdm without the bar: passes its iterable through, ignores everything said to it."""

    def __init__(self, iterable: Any = (), *_: Any, **__: Any) -> None:
        self._iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)

    @staticmethod
    def write(*_: Any, **__: Any) -> None:
        """A line above the bar, which is not there either."""

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None


class Bars(ModuleType):
    """The tqdm package."""

    __all__ = ["tqdm", "trange"]
    tqdm = Bar

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.__path__: list[str] = []
        if path == "tqdm":
            self.auto = self.notebook = Bars("tqdm.auto")

    @staticmethod
    def trange(*bounds: int, **_: Any) -> Bar:
        """A bar over a range."""
        return Bar(range(*bounds))
