"""The visible graph in words is the picture's."""

from app.export.outline import outline_of
from tests.export.programs import LOOP, NEURON, scene


def test_rows_carry_the_pictures_numbers():
    outline = outline_of(scene(NEURON))
    (z,) = [card for card in outline.cards if card.name == "z"]
    assert (z.value, z.gradient, z.kind) == ("2.42", "∂ −0.08166", "op")
    assert "−1.089" in {edge.contribution for edge in outline.edges}


def test_early_step_knows_no_gradient():
    outline = outline_of(scene(NEURON, step=2))
    assert not any(card.gradient for card in outline.cards)
    assert not any(edge.contribution for edge in outline.edges)


def test_scopes_nest():
    outline = outline_of(scene(LOOP))
    outer = [scope for scope in outline.scopes if scope.parent is None]
    assert [scope.name for scope in outer] == ["year"]
    assert {scope.parent for scope in outline.scopes} == {None, outer[0].id}
    known = {scope.id for scope in outline.scopes}
    assert {card.scope for card in outline.cards} - {None} <= known


def test_autograd_view_has_its_own_rows():
    outline = outline_of(scene(NEURON, view="autograd"))
    assert any(card.name == "SigmoidBackward0" for card in outline.cards)
    assert {edge.source for edge in outline.edges} <= {card.id for card in outline.cards}
