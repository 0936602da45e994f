"""Decks of the whole gallery: valid to Microsoft's own validator, and read back as they were meant."""

import io
import json
import re
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_MEDIA_TYPE

from app.autograd import run
from app.explain import run as explain
from app.explanations import Derive
from app.export import How, export, scene_of
from app.export.deck.palette import own
from app.export.deck.route import connectors
from app.export.scene import with_how
from app.picture import state
from app.picture.marks import Mark, Picture, PictureStep
from app.picture.theme import LIGHT, THEMES
from app.protocol import Job
from app.web.examples import examples
from tests.gallery import outcome_of

ROOT = Path(__file__).resolve().parents[2]
VALIDATOR = next(
    (ROOT / "node_modules" / "@xarsh").glob("ooxml-validator-*/ooxml-validator*"), None
)
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
LONG = 8


def scene_from(source, language=None, **how):
    outcome = run(Job(source=source, language=language)).outcome
    return scene_of(outcome.graph, outcome.autograd, How(**how))


@pytest.fixture(scope="module")
def scenes():
    found = {}
    for example in examples():
        outcome = outcome_of(example.id)
        scene = scene_of(outcome.graph, outcome.autograd, How(crop="frame"))
        last = min(LONG, len(scene.picture.steps) - 1)
        found[example.id] = with_how(scene, last=last if len(scene.picture.steps) > 24 else -1)
    return found


@pytest.fixture(scope="module")
def decks(scenes):
    return {
        (name, mode): export(with_how(scene, slides=mode), "pptx")
        for name, scene in scenes.items()
        for mode in ("clicks", "morph")
    }


def opened(deck):
    return Presentation(io.BytesIO(deck))


def named(slide):
    return {shape.name: shape for shape in slide.shapes}


def placed(shape):
    """Left, top, width and height as seen: a frame is told before it is turned."""
    box = (shape.left, shape.top, shape.width, shape.height)
    if shape.element.find(f".//{A}xfrm[@rot='5400000']") is None:
        return box
    aside = (shape.width - shape.height) // 2
    return shape.left + aside, shape.top - aside, shape.height, shape.width


def clicks_of(slide):
    main = slide.element.find(f".//{P}cTn[@nodeType='mainSeq']/{P}childTnLst")
    return [] if main is None else list(main)


def spid_of(node):
    return int(node.find(f".//{P}spTgt").get("spid"))


def validated(path):
    found = subprocess.run([VALIDATOR, path], capture_output=True, text=True, check=False)
    return json.loads(found.stdout)


def assert_valid(decks, folder):
    if VALIDATOR is None:
        pytest.skip("the Open XML validator is not installed here (npm ci)")
    paths = []
    for k, deck in enumerate(decks):
        paths.append(folder / f"{k}.pptx")
        paths[-1].write_bytes(deck)
    with ThreadPoolExecutor(2) as threads:
        assert [f["errors"] for f in threads.map(validated, paths)] == [[]] * len(paths)


@pytest.mark.timeout(600)
def test_gallery_is_valid_open_xml(decks, tmp_path):
    assert len(decks) >= 36
    assert_valid(decks.values(), tmp_path)


def test_every_mark_is_a_named_shape_with_words(scenes, decks):
    for name, scene in scenes.items():
        shapes = named(opened(decks[name, "clicks"]).slides[0])
        for mark in scene.picture.marks:
            if mark.role in ("card", "scope", "edge"):
                shape = shapes[f"!!{mark.id}"]
                assert shape.element.find(f".//{P}cNvPr").get("descr") == mark.alt
            if mark.role in ("card", "scope"):
                assert shape.shape_type is not None and shape.width > 0 and shape.height > 0
            if mark.role == "name":
                card = shapes["!!" + mark.id.replace(".name", ".card")]
                assert (mark.text or "") in card.text_frame.text
            if mark.role == "scope-label":
                scope = shapes["!!" + mark.id.replace(".label", ".scope")]
                assert scope.text_frame.text == mark.text


def test_shapes_lie_on_the_slide(decks):
    for deck in decks.values():
        file = opened(deck)
        for slide in file.slides:
            for shape in slide.shapes:
                left, top, wide, high = placed(shape)
                assert left >= 0 and left + wide <= file.slide_width
                if top < 0:  # waits above it
                    assert shape.name.endswith(".due") and top + high < 0
                else:
                    assert top + high <= file.slide_height
            ids = [shape.shape_id for shape in slide.shapes]
            assert len(ids) == len(set(ids))


def test_connectors_are_glued_to_the_cards_of_their_edge(scenes, decks):
    for name, scene in scenes.items():
        edges = {edge.id: edge for edge in scene.graph.edges}
        shapes = named(opened(decks[name, "clicks"]).slides[0])
        by_id = {shape.shape_id: shape.name for shape in shapes.values()}
        for mark in scene.picture.marks:
            if mark.role != "edge":
                continue
            glue = shapes[f"!!{mark.id}"].element.find(f".//{P}cNvCxnSpPr")
            ends = [by_id[int(glue.find(f"{A}{end}").get("id"))] for end in ("stCxn", "endCxn")]
            assert ends[0] != ends[1]
            edge = edges.get(mark.edge)
            for end, node in zip(ends, (edge.source.node, edge.target.node) if edge else ()):
                if f"!!{node}.card" in shapes:
                    assert end == f"!!{node}.card"


def test_a_click_for_every_step(scenes, decks):
    for name, scene in scenes.items():
        slides = opened(decks[name, "clicks"]).slides
        assert len(slides) == 1
        ids = {str(shape.shape_id) for shape in slides[0].shapes}
        clicks = clicks_of(slides[0])
        assert len(clicks) == len(scene.steps) - 1
        for click in clicks:
            targets = [one.get("spid") for one in click.iter(f"{P}spTgt")]
            assert targets and set(targets) <= ids


def test_builds_belong_to_effects(decks):
    for (_, mode), deck in decks.items():
        root = opened(deck).slides[0].element
        if mode == "clicks":
            builds = {(b.get("spid"), b.get("grpId")) for b in root.iter(f"{P}bldP")}
            used = {
                (node.find(f".//{P}spTgt").get("spid"), node.get("grpId"))
                for node in root.iter(f"{P}cTn")
                if node.get("presetID") and node.get("grpId")
            }
            assert builds == used


def test_values_come_with_their_click(scenes):
    scene = scenes["01_neuron"]
    slide = opened(export(scene, "pptx")).slides[0]
    card = named(slide)[f"!!{next(n.id for n in scene.graph.nodes if n.name == 'z')}.card"]
    assert [p.text for p in card.text_frame.paragraphs] == ["z\t+", "2.42", "∂ −0.08166"]
    entered = {}
    for k, click in enumerate(clicks_of(slide), start=1):
        for node in click.iter(f"{P}cTn"):
            if node.get("presetClass") == "entr":
                target = node.find(f".//{P}spTgt")
                part = target.find(f".//{P}pRg")
                entered[int(target.get("spid")), part is not None and int(part.get("st"))] = k
    node = card.name[2:].removesuffix(".card")
    steps = scene.picture.steps
    forward = next(k for k, s in enumerate(steps) if s.node == node and s.kind == "forward")
    backward = next(k for k, s in enumerate(steps) if s.node == node and s.kind == "backward")
    assert entered[card.shape_id, 1] == forward
    assert entered[card.shape_id, 2] == backward


def test_root_and_selected_keep_their_outlines(scenes):
    scene = scenes["01_neuron"]
    chosen = next(node.id for node in scene.graph.nodes if node.name == "z")
    blue, orange = (own(THEMES["light"]).slots[c] for c in (LIGHT.blue, LIGHT.orange))
    for mode in ("clicks", "morph"):
        deck = opened(export(with_how(scene, slides=mode, selected=chosen), "pptx"))
        for slide in deck.slides:
            cards = {node: named(slide)[f"!!{node}.card"] for node in (scene.graph.root, chosen)}
            lines = [c.element.find(f"{P}spPr/{A}ln/{A}solidFill")[0] for c in cards.values()]
            assert [line.get("val") for line in lines] == [orange, blue]
            turned = {
                spid_of(turn): turn.find(f"{P}to")[0].get("val")
                for turn in slide.element.iter(f"{P}animClr")
                if turn.find(f".//{P}attrName").text == "stroke.color"
            }
            assert turned.get(cards[chosen].shape_id, blue) == blue


def test_what_is_due_comes_down_and_leaves(scenes):
    """As on the screen at every step; off the slide, and so off paper, at the end."""
    scene = with_how(scenes["13_loop"], last=-1)
    assert len(scene.steps) == len(scene.picture.steps)
    file = opened(export(scene, "pptx"))
    slide = file.slides[0]
    parked = {s.shape_id: s for s in slide.shapes if s.name.endswith(".due")}
    seen, shown = [[]], set()
    for click in clicks_of(slide):
        for node in click.iter(f"{P}cTn"):
            spid = spid_of(node) if node.get("presetID") else 0
            if spid in parked and node.get("presetClass") == "entr":
                shown.add(spid)
                motion = next(m for m in click.iter(f"{P}animMotion") if spid_of(m) == spid)
                path = motion.get("path")
                top = parked[spid].top + float(path.split()[5]) * file.slide_height
                assert 0 < top < file.slide_height
            if spid in parked and node.get("presetClass") == "exit":
                shown.remove(spid)
        seen.append(sorted((parked[one].name[2:], parked[one].text_frame.text) for one in shown))
    wanted = [
        sorted(
            (mark.id, states[mark.id].text)
            for mark in scene.picture.marks
            if mark.role == "due" and states[mark.id].phase != "hidden"
        )
        for states in (state(scene.picture, k) for k in scene.steps)
    ]
    assert any(wanted) and seen == wanted


def test_a_later_gradient_lies_over_the_earlier(scenes):
    slide = opened(export(scenes["17_accumulate"], "pptx")).slides[0]
    shapes = list(slide.shapes)
    texts = [s.text_frame.text for s in shapes if s.has_text_frame]
    assert any("∂ 3" in text and "w" in text for text in texts)
    cover = next(s for s in shapes if s.has_text_frame and s.text_frame.text == "∂ 7")
    assert cover.element.find(f".//{A}solidFill") is not None
    assert shapes.index(cover) > max(k for k, s in enumerate(shapes) if s.name.endswith(".card"))


def test_a_morph_slide_for_every_step(scenes, decks):
    for name, scene in scenes.items():
        slides = list(opened(decks[name, "morph"]).slides)
        assert len(slides) == len(scene.steps)
        for k, slide in enumerate(slides):
            kinds = {
                etree.QName(one).localname
                for one in slide.element.iter("{*}transition", "{*}morph", "{*}fade")
            }
            assert kinds == ({"transition", "morph", "fade"} if k else set())
            assert all(n.startswith("!!") for n in named(slide) if not n.startswith("Title"))


def test_no_shadow_shows_through_a_waiting_card(decks):
    slides = list(opened(decks["24_encoder", "morph"]).slides)
    shadows = [len(list(slides[k].element.iter(f"{A}outerShdw"))) for k in (0, -1)]
    assert shadows[0] == 0 < shadows[1]


def test_notes_tell_every_step_and_the_run(scenes, decks):
    for name, scene in scenes.items():
        texts = [scene.picture.steps[k].text for k in scene.steps]
        texts[0] = "The graph, before anything has run"
        notes = opened(decks[name, "clicks"]).slides[0].notes_slide.notes_text_frame.text
        assert all(f"{k}. {text}" in notes for k, text in zip(scene.steps, texts))
        assert f"torch {scene.graph.run.torch}" in notes and "Seed 0" in notes
        for slide, text in zip(opened(decks[name, "morph"]).slides, texts):
            assert text in slide.notes_slide.notes_text_frame.text


def test_notes_speak_spanish():
    scene = scene_from("y = x^2", lang="es")
    notes = opened(export(scene, "pptx")).slides[0].notes_slide.notes_text_frame.text
    assert "Semilla 0" in notes and "Raíz: y" in notes


def test_the_same_deck_twice_is_the_same_bytes(scenes, decks):
    name = "05_fan_out"
    assert export(with_how(scenes[name], slides="morph"), "pptx") == decks[name, "morph"]
    with zipfile.ZipFile(io.BytesIO(decks[name, "morph"])) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_dark_decks_have_dark_paper(scenes, tmp_path):
    deck = export(with_how(scenes["12_training_step"], theme="dark", last=-1), "pptx")
    with zipfile.ZipFile(io.BytesIO(deck)) as file:
        theme = file.read("ppt/theme/theme1.xml").decode()
        master = file.read("ppt/slideMasters/slideMaster1.xml").decode()
    assert re.search(r"<a:dk1><a:srgbClr val=\"121418\"/>", theme) and 'bg1="dk1"' in master
    assert "IBM Plex Sans" in theme
    assert_valid([deck], tmp_path)


def test_long_runs_say_what_they_leave_out(scenes, monkeypatch, tmp_path):
    from app import settings

    few = settings.settings().model_copy(update={"deck_steps": 5})
    monkeypatch.setattr("app.export.pptx.settings", lambda: few)
    scene = with_how(scenes["01_neuron"], last=-1)
    count = len(scene.steps)
    words = f"{count - 5} steps (4 to {count - 2}) are left out"
    clicks, morph = (export(with_how(scene, slides=mode), "pptx") for mode in ("clicks", "morph"))
    slide = opened(clicks).slides[0]
    assert len(clicks_of(slide)) == 4
    assert words in named(slide)["!!caption"].text_frame.text
    assert words in slide.notes_slide.notes_text_frame.text
    slides = list(opened(morph).slides)
    assert len(slides) == 5
    assert words in named(slides[-1])["!!caption"].text_frame.text
    assert words not in named(slides[0])["!!caption"].text_frame.text
    assert_valid([clicks, morph], tmp_path)


def test_a_wide_picture_is_followed_step_by_step(scenes, decks):
    """Letters stay legible, and everything a step is about is on its slide."""
    scene = scenes["24_encoder"]
    slides = list(opened(decks["24_encoder", "morph"]).slides)
    sizes = []
    for k, slide in list(zip(scene.steps, slides))[1:-1]:
        shapes = named(slide)
        states = state(scene.picture, k)
        lit = [
            m.id for m in scene.picture.marks if m.role == "card" and states[m.id].phase == "active"
        ]
        assert lit and all(f"!!{mark}" in shapes for mark in lit)
        assert "cards shown" in shapes["!!caption"].text_frame.text
        runs = shapes[f"!!{lit[0]}"].text_frame.paragraphs[1].runs
        sizes += [run.font.size.pt for run in runs]
    assert min(sizes) > 5 and max(sizes) > 9  # smaller where all of it is shown
    first = {m.id for m in scene.picture.marks if m.role == "card"}
    assert all(f"!!{mark}" in named(slides[0]) for mark in first)
    assert all(f"!!{mark}" in named(slides[-1]) for mark in first)


def test_a_film_may_follow(scenes, tmp_path):
    pytest.importorskip("av")
    scene = with_how(scenes["05_fan_out"], movie=True, seconds=0.1, last=2, lang="es")
    deck = export(scene, "pptx")
    slides = list(opened(deck).slides)
    assert len(slides) == 2
    film = named(slides[1])["!!movie"]
    assert film.media_type == PP_MEDIA_TYPE.MOVIE and film.width > 0
    assert "vídeo" in film.element.find(f".//{P}cNvPr").get("descr")
    with zipfile.ZipFile(io.BytesIO(deck)) as file:
        media = next(name for name in file.namelist() if name.endswith(".mp4"))
        assert file.read(media)[4:8] == b"ftyp"
    assert_valid([deck], tmp_path)


def test_a_film_that_cannot_be_made_is_said(scenes, monkeypatch, tmp_path):
    monkeypatch.setattr("app.export.deck.movie.find_spec", lambda name: None)
    deck = export(with_how(scenes["05_fan_out"], movie=True), "pptx")
    slide = opened(deck).slides[1]
    assert "PyAV" in named(slide)["!!caption"].text_frame.text
    assert "PyAV" in slide.notes_slide.notes_text_frame.text
    assert_valid([deck], tmp_path)


@pytest.fixture(scope="module")
def derived():
    """A neuron with its derivation, as its own worker writes it."""
    explained = explain(Job(source=next(e for e in examples() if e.id == "01_neuron").source))
    outcome, answer = explained.outcome, explained.answer(Derive())
    scene = scene_of(outcome.graph, outcome.autograd, How())
    return msgspec.structs.replace(scene, derivation=answer)


def formulas_of(slide):
    """The alternatives of every formula of a slide: Office's mathematics, and what others see."""
    found = slide.element.iter("{*}AlternateContent")
    return [(one.find("{*}Choice"), one.find("{*}Fallback")) for one in found]


def test_the_derivation_is_editable_mathematics(derived, tmp_path):
    deck = export(derived, "pptx")
    slides = list(opened(deck).slides)[1:]
    lines = [f"{s.latex} {s.numbers}".strip() for s in derived.derivation.steps]
    lines += [form.latex for form in derived.derivation.closed]
    formulas = [pair for slide in slides for pair in formulas_of(slide)]
    assert [c.find(f".//{P}cNvPr").get("descr") for c, _ in formulas] == lines
    for choice, fallback in formulas:
        assert choice.find(".//{*}oMath") is not None
        assert (
            fallback.find(".//{*}blip") is not None and fallback.find(".//{*}svgBlip") is not None
        )
        assert choice.find(f".//{P}cNvPr").get("id") == fallback.find(f".//{P}cNvPr").get("id")
    assert sum(len(clicks_of(slide)) for slide in slides) == len(lines) - len(slides)
    with zipfile.ZipFile(io.BytesIO(deck)) as file:
        drawn = [name for name in file.namelist() if name.endswith(".svg")]
        assert len(drawn) == len(lines) and b"<path" in file.read(drawn[0])
    assert_valid([deck], tmp_path)


def test_a_long_derivation_says_what_it_leaves_out(derived, tmp_path):
    steps = derived.derivation.steps * 8
    longer = msgspec.structs.replace(derived.derivation, steps=steps, left_out=7)
    deck = export(msgspec.structs.replace(derived, derivation=longer), "pptx")
    slides = list(opened(deck).slides)
    shown = sum(len(formulas_of(slide)) for slide in slides)
    gone = len(steps) + len(longer.closed) + 7 - shown
    assert gone > 7 and f"{gone} more lines" in named(slides[-1])["!!caption"].text_frame.text
    assert_valid([deck], tmp_path)


@pytest.mark.parametrize("slides", ["clicks", "morph"])
def test_hostile_formulas_survive(derived, slides, tmp_path):
    worst = [
        r"\input{/etc/passwd}",
        "</a:t><script>" * 40,
        "{" * 3000,
        "\x00\x07",
        r"\frac{1}{",
        "x" * 5000,
    ]
    step = derived.derivation.steps[0]
    steps = [msgspec.structs.replace(step, latex=latex, numbers="") for latex in worst]
    hard = msgspec.structs.replace(derived.derivation, steps=steps, closed=[])
    deck = export(
        with_how(msgspec.structs.replace(derived, derivation=hard), slides=slides), "pptx"
    )
    assert "root:" not in "".join(s.element.xpath("string()") for s in opened(deck).slides)
    assert_valid([deck], tmp_path)


HOSTILE = "</a:t><script>alert(1)</script>\x00\x07\u202e\ud800&\"'\t\n" + "x" * 10_000


def hostile(scene):
    """The same picture with the worst of names everywhere a name can stand."""
    marks = [
        msgspec.structs.replace(m, text=HOSTILE if m.text else m.text, alt=HOSTILE)
        for m in scene.picture.marks
    ]
    steps = [msgspec.structs.replace(s, text=HOSTILE) for s in scene.picture.steps]
    picture = msgspec.structs.replace(scene.picture, marks=marks, steps=steps, abridged=HOSTILE)
    return msgspec.structs.replace(scene, picture=picture)


def test_hostile_names_survive(scenes, tmp_path):
    scene = with_how(hostile(scenes["05_fan_out"]), title=HOSTILE[:200])
    decks = [export(with_how(scene, slides=mode), "pptx") for mode in ("clicks", "morph")]
    for deck in decks:
        slide = opened(deck).slides[0]
        assert "<script>alert(1)</script>" in slide.shapes.title.text
        assert "script" not in {etree.QName(e).localname for e in slide.element.iter(etree.Element)}
        assert len(deck) < 2_000_000
    assert_valid(decks, tmp_path)


def test_the_autograd_view_is_a_deck_too(tmp_path):
    scene = scene_from(next(e for e in examples() if e.id == "01_neuron").source, view="autograd")
    decks = [export(with_how(scene, slides=mode), "pptx") for mode in ("clicks", "morph")]
    assert len(clicks_of(opened(decks[0]).slides[0])) == len(scene.steps) - 1
    assert len(connectors(scene.picture.marks)) == sum(
        m.role == "edge" for m in scene.picture.marks
    )
    assert_valid(decks, tmp_path)


def test_an_empty_picture_is_a_deck(scenes, tmp_path):
    nothing = Picture(width=56, height=56, marks=[], steps=[])
    decks = [
        export(
            msgspec.structs.replace(
                with_how(scenes["01_neuron"], slides=mode, last=-1), picture=nothing
            ),
            "pptx",
        )
        for mode in ("clicks", "morph")
    ]
    assert_valid(decks, tmp_path)


def test_one_step_alone_needs_no_click():
    mark = Mark(id="n1.card", role="card", x=28, y=28, width=92, height=76, alt="a")
    step = PictureStep(
        kind="forward", pass_index=0, node=None, edges=[], text="a", line=None, changes=[]
    )
    picture = Picture(width=148, height=132, marks=[mark], steps=[step])
    scene = msgspec.structs.replace(scene_from("y = x^2"), picture=picture)
    assert clicks_of(opened(export(scene, "pptx")).slides[0]) == []
