"""What is to be exported in; the frames a server and the process that draws exchange, out."""

from __future__ import annotations

import struct
from typing import Literal

import msgspec

from app.explanations import Derivation
from app.export.cache import key_of
from app.export.formats import suited
from app.export.scene import How, Scene, scene_of
from app.graph import AutogradView, Graph, Struct

#: kind and length of a frame
HEADER = struct.Struct("!cI")
#: the process is ready; (done, of); a Problem as JSON; the file
READY, REPORT, PROBLEM, FILE = b"h", b"r", b"p", b"f"
COUNTS = struct.Struct("!II")


class Order(Struct, frozen=True, kw_only=True):
    """One export: the run as JSON of Graph and AutogradView, how it is drawn, and into what; with
    the run's derivation (JSON too) and a deck of the person's own where the format uses them."""

    graph: msgspec.Raw
    autograd: msgspec.Raw
    how: How
    suffix: str
    derivation: msgspec.Raw = msgspec.Raw(b"null")
    template: bytes | None = None

    @classmethod
    def of(
        cls,
        graph: bytes,
        autograd: bytes,
        how: How,
        suffix: str,
        derivation: bytes = b"null",
        template: bytes | None = None,
    ) -> Order:
        """From a run's encoded parts, which are passed on as they are."""
        return cls(
            graph=msgspec.Raw(graph),
            autograd=msgspec.Raw(autograd),
            how=how,
            suffix=suffix,
            derivation=msgspec.Raw(derivation),
            template=template,
        )

    @property
    def key(self) -> str:
        """The name of the file it gives."""
        parts = (self.graph, self.autograd, self.derivation, self.template or b"")
        return key_of(how=self.how, suffix=self.suffix, content=[bytes(part) for part in parts])

    def scene(self) -> Scene:
        """Decoded, folded, laid out and drawn."""
        graph = msgspec.json.decode(self.graph, type=Graph)
        autograd = msgspec.json.decode(self.autograd, type=AutogradView | None)
        derivation = msgspec.json.decode(self.derivation, type=Derivation | None)
        scene = scene_of(graph, autograd, suited(self.how, self.suffix))
        return msgspec.structs.replace(scene, derivation=derivation, template=self.template)


def frame(kind: Literal[b"h", b"r", b"p", b"f"] | bytes, body: bytes) -> bytes:
    """One frame."""
    return HEADER.pack(kind, len(body)) + body
