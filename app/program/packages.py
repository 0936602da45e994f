"""Nothing in; which packages a program may import, may not, and may draw with, out."""

ALLOWED = frozenset(
    ["torch", "numpy", "math", "random", "itertools", "functools", "collections", "dataclasses", "typing", "typing_extensions", "statistics", "re", "json", "time", "datetime", "copy", "string", "enum", "abc", "contextlib", "operator", "textwrap", "pprint", "warnings", "decimal", "fractions", "cmath", "heapq", "bisect", "types", "numbers", "inspect", "logging", "__future__"]
)
FORBIDDEN = frozenset(
    ["os", "sys", "subprocess", "socket", "ctypes", "multiprocessing", "threading", "shutil", "pathlib", "importlib", "urllib", "requests", "http", "pickle", "signal", "asyncio", "builtins", "io", "tempfile", "glob", "gc", "code", "codeop", "runpy", "pty", "fcntl", "mmap", "resource", "concurrent", "ssl", "ftplib", "smtplib", "telnetlib", "webbrowser", "marshal", "shelve", "sqlite3", "posix", "nt", "httpx", "aiohttp", "_thread", "faulthandler", "platform", "select", "selectors", "atexit"]
)
DRAWING = frozenset(
    ["matplotlib", "seaborn", "plotly", "torchviz", "wandb", "tensorboard", "tensorboardX", "pylab"]
)
DRAWING_PATHS = ("torch.utils.tensorboard",)
