"""Players as pages and decks have them: addresses, files, and what a test asks of one."""

import msgspec

from app.export import How, export, scene_of
from app.graph import Graph
from app.store.code import Saved, encode
from app.web.examples import examples
from tests.gallery import outcome_of

NEURON = "01_neuron"
#: the neuron's last step
LAST = 14
HOSTILE = "</script><img src=x onerror=window.__hacked=1>\"'`javascript:window.__hacked=1"


def address(server, query="", name=NEURON):
    """An embed of an example."""
    source = next(one.source for one in examples() if one.id == name)
    return f"{server}/embed/{encode(Saved(v=1, source=source))}{query}"


def written(folder, name=NEURON, **how):
    """An example as a file; its address."""
    outcome = outcome_of(name)
    path = folder / f"{name}.html"
    path.write_bytes(export(scene_of(outcome.graph, outcome.autograd, How(**how)), "html"))
    return path.as_uri()


def abridged(folder, text):
    """A file whose picture says that some of it is folded away; its address."""
    outcome = outcome_of(NEURON)
    scene = scene_of(outcome.graph, outcome.autograd, How())
    picture = msgspec.structs.replace(scene.picture, abridged=text)
    path = folder / "abridged.html"
    path.write_bytes(export(msgspec.structs.replace(scene, picture=picture), "html"))
    return path.as_uri()


def hostile(folder):
    """A file in which every name, sentence and title tries to break out; its address."""
    content = msgspec.to_builtins(outcome_of(NEURON).graph)
    for node in content["nodes"]:
        node["name"] = node["symbol"] = node["op"] = HOSTILE
    for one in content["passes"]:
        for step in one["steps"]:
            step["text"] = HOSTILE
    content["program"]["source"] = (HOSTILE + "\n") * 30
    graph = msgspec.convert(content, Graph)
    path = folder / "hostile.html"
    path.write_bytes(export(scene_of(graph, None, How(title=HOSTILE)), "html"))
    return path.as_uri()


def position(frame):
    """The step a player shows, of a page or a frame."""
    return frame.locator("#scrub")
