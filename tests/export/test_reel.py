"""What the small player is given: the timeline whole, and the numbers behind each card."""

import msgspec

from app.export.reel import reel_of, tall_of
from tests.export.conftest import scene


def test_timeline_is_the_pictures():
    drawn = scene()
    reel = reel_of(drawn)
    assert [m.id for m in reel.marks] == [m.id for m in drawn.picture.marks]
    assert [s.changes for s in reel.steps] == [s.changes for s in drawn.picture.steps]
    assert reel.start == -1


def test_notes_tell_numbers_in_full(name):
    drawn = scene(name)
    notes = reel_of(drawn).notes
    nodes = {n.id: n for n in drawn.graph.nodes}
    own = [m.node for m in drawn.picture.marks if m.role == "card" and m.node]
    assert set(own) <= set(notes)
    for node in own:
        outputs = nodes[node].outputs[:4]
        kinds = [one.kind for one in notes[node].numbers]
        assert kinds.count("value") == len(outputs)
        assert kinds.count("gradient") == sum(o.gradient is not None for o in outputs)
        assert all(one.text for one in notes[node].numbers)


def test_note_says_line_digits_and_reason():
    notes = {note.title: note for note in reel_of(scene()).notes.values()}
    assert notes["w"].numbers[1].text.startswith("−0.0898")
    assert len(notes["w"].numbers[1].text) > len("−0.08983")
    assert "w" in notes["z"].code and notes["z"].line
    assert "does not require" in notes["x"].reason


def test_edge_note_carries_its_contribution():
    notes = reel_of(scene()).notes
    found = [n for n in notes.values() if n.title == "a → loss"]
    assert [one.kind for one in found[0].numbers] == ["contribution"]
    assert found[0].numbers[0].text.startswith("−1.08")


def test_speaks_the_language_of_the_scene():
    reel = reel_of(scene(lang="es"))
    assert reel.words["stage.play"] == "Reproducir"
    assert msgspec.json.decode(msgspec.json.encode(reel))["lang"] == "es"


def test_narrow_screens_get_the_same_picture_downwards():
    wide = scene()
    tall = tall_of(wide)
    assert tall.height > tall.width and wide.picture.width > wide.picture.height
    assert [m.text for m in tall.marks] == [m.text for m in wide.picture.marks]
    assert tall.steps == wide.picture.steps
    assert tall_of(scene(room=(390.0, 600.0))) is None
