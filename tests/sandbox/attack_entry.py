"""A job in; its source executed with no policy at all, and what it left in `out`, out.

Stands in for app.autograd in the tests: what holds here holds for any program."""

from __future__ import annotations

import builtins
import ctypes
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import msgspec
import torch

from app import graph as wire
from app.errors import Problem
from app.explanations import Sliced
from app.protocol import Outcome, Progress, Sketch

LOADED = (
    builtins,
    ctypes,
    mmap,
    msgspec,
    os,
    resource,
    signal,
    socket,
    subprocess,
    sys,
    threading,
    time,
)


def graph_of(said: str, nodes: int = 1) -> wire.Graph:
    """The smallest honest graph; what the program said is its source."""
    tensor = wire.Tensor(
        shape=[], dtype="float32", device="cpu", value=wire.Value(data=1.0, numel=1)
    )
    leaf = {
        "kind": "input", "op": "", "symbol": "", "name": None, "scope": None, "span": None,
        "autograd": None, "is_leaf": True, "requires_grad": False, "outputs": [tensor],
    }  # fmt: skip
    return wire.Graph(
        schema=wire.SCHEMA,
        program=wire.ProgramInfo(language="torch", source=said, code=""),
        run=wire.Run(device="cpu", dtype="float32", seed=0, torch="", timings_ms={}),
        nodes=[wire.Node(id=f"n{k}", **leaf) for k in range(nodes)],
        edges=[], scopes=[], passes=[], diagnostics=[], prints=[], bindings=[], root=None,
    )  # fmt: skip


class Finished:
    """What a program left behind."""

    def __init__(self, outcome: Outcome, left: dict[str, Any]) -> None:
        self.outcome = outcome
        self.left = left

    def answer(self, request: Any) -> Sliced:
        """The program's variable named as the request's node, or what its `answer` says."""
        if "answer" in self.left:
            self.left["answer"]()
        value = wire.Value(data=self.left.get(request.node), numel=1)
        return Sliced(shape=[], value=value)


def run(job: Any, progress: Any = None) -> Finished:
    """Execute; an exception's name is a problem, anything else a graph."""
    left: dict[str, Any] = {"torch": torch, "Progress": Progress, "progress": progress}
    left |= {"graph_of": graph_of, "wire": wire, "Outcome": Outcome, "Sketch": Sketch}
    left |= {module.__name__: module for module in LOADED}
    try:
        exec(job.source, left)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        return Finished(Outcome(problem=Problem(code="raised", message=said, hint="")), left)
    reply = left.get("reply")
    return Finished(reply or Outcome(graph=graph_of(str(left.get("out")))), left)
