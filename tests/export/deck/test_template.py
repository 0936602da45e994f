"""A deck of somebody's own lends its looks and nothing else, whatever is inside it."""

import io
import re
import zipfile

import pytest
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Emu, Inches

from app.errors import LimitError
from app.export import How, export, scene_of
from app.export.deck.palette import contrast
from app.export.deck.template import opened
from app.export.deck.unpack import unpacked
from app.export.pptx import write_with_template
from app.picture import draw
from app.protocol import Job
from app.settings import Settings
from tests.export.test_pptx import assert_valid

LIMITS = Settings()
SIZE = (900.0, 400.0)
THEME = "ppt/theme/theme1.xml"
MASTER = "ppt/slideMasters/slideMaster1.xml"


@pytest.fixture(scope="module")
def scene():
    from app.autograd import run

    outcome = run(Job(source="x = 3\ny = x*x + 2x")).outcome
    return scene_of(outcome.graph, outcome.autograd, How())


def saved(deck):
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def theirs():
    """A wide deck with slides, a background, a picture on its master and fonts of its own."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(10), Inches(5.625)
    deck.slide_master.background.fill.solid()
    deck.slide_master.background.fill.fore_color.rgb = RGBColor(0x10, 0x20, 0x30)
    for k in range(3):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"secret {k}"
        slide.notes_slide.notes_text_frame.text = "secret notes"
    return edited(saved(deck), THEME, lambda t: t.replace("Calibri", "Verdana"))


def edited(deck, name, change=None, **added):
    """The same zip with one part changed and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deck)) as source, zipfile.ZipFile(out, "w", 8) as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == name and change:
                content = change(content.decode()).encode()
            target.writestr(entry, content)
        for entry, content in added.get("parts", {}).items():
            target.writestr(entry, content)
    return out.getvalue()


def names_of(deck):
    with zipfile.ZipFile(io.BytesIO(deck)) as file:
        return file.namelist()


def code_of(template, limits=LIMITS):
    with pytest.raises(LimitError) as found:
        opened(template, SIZE, limits, "en")
    assert found.value.problem.hint
    return found.value.problem.code


def test_looks_are_taken_and_slides_are_not(scene, theirs, tmp_path):
    deck = write_with_template(scene, lambda done, of: None, theirs)
    file = Presentation(io.BytesIO(deck))
    assert (file.slide_width, file.slide_height) == (Inches(10), Inches(5.625))
    assert len(file.slides) == 1 and len(file.slide_layouts) == 11
    with zipfile.ZipFile(io.BytesIO(deck)) as parts:
        everything = b"".join(parts.read(name) for name in parts.namelist())
        assert b"Verdana" in parts.read(THEME) and b"102030" in parts.read(MASTER)
    assert b"secret" not in everything
    assert_valid([deck], tmp_path)


def test_the_picture_stays_clear_of_the_title(scene, theirs):
    slide = Presentation(io.BytesIO(write_with_template(scene, print, theirs))).slides[0]
    title = slide.shapes.title
    bottom = title.top + title.height
    assert all(s.top >= bottom for s in slide.shapes if s.name.endswith((".card", ".edge")))
    assert all(s.top + s.height <= Emu(Inches(5.625)) for s in slide.shapes)


def test_text_can_be_read_on_a_dark_background(theirs):
    theme = opened(theirs, SIZE, LIMITS, "en").palette.theme
    assert theme.paper == "#102030"
    assert contrast(theme.ink, theme.paper) >= 7
    for colour in (theme.soft, theme.blue, theme.orange, theme.green, theme.red):
        assert contrast(colour, theme.card) >= 4.5
    assert len({theme.blue, theme.orange, theme.green}) == 3


def test_a_wide_font_is_set_smaller(theirs):
    assert opened(theirs, SIZE, LIMITS, "en").letters < 0.9


def test_a_scene_carries_its_template(scene, theirs):
    import msgspec

    deck = export(msgspec.structs.replace(scene, template=theirs), "pptx")
    assert Presentation(io.BytesIO(deck)).slide_width == Inches(10)


def test_macros_and_templates_become_plain_decks(scene, tmp_path):
    plain = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    macros = "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"
    base = saved(Presentation())
    relation = (
        '<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/'
        'vbaProject" Target="vbaProject.bin"/></Relationships>'
    )
    hostile = edited(base, "[Content_Types].xml", lambda t: t.replace(plain, macros).replace(
        "</Types>", '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    ))  # fmt: skip
    hostile = edited(
        hostile, "ppt/_rels/presentation.xml.rels",
        lambda t: t.replace("</Relationships>", relation), parts={"ppt/vbaProject.bin": b"evil"},
    )  # fmt: skip
    template = edited(
        base, "[Content_Types].xml", lambda t: t.replace("presentation.main", "template.main")
    )
    for deck in (hostile, template):
        made = write_with_template(scene, lambda done, of: None, deck)
        assert not [name for name in names_of(made) if "vba" in name or name.endswith(".bin")]
        with zipfile.ZipFile(io.BytesIO(made)) as file:
            types = file.read("[Content_Types].xml").decode()
        assert plain in types and "macro" not in types.lower()
        assert_valid([made], tmp_path)


def test_outside_targets_are_dropped(scene, tmp_path):
    base = saved(Presentation())
    relation = (
        '<Relationship Id="rId77" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/image" Target="http://evil.example/x.png" TargetMode="External"/></Relationships>'
    )
    deck = edited(
        base, "ppt/slideMasters/_rels/slideMaster1.xml.rels",
        lambda t: t.replace("</Relationships>", relation),
    )  # fmt: skip
    picture = (
        '<p:pic><p:nvPicPr><p:cNvPr id="77" name="p"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill>'
        '<a:blip r:link="rId77"/><a:stretch/></p:blipFill><p:spPr/></p:pic></p:spTree>'
    )
    deck = edited(deck, MASTER, lambda t: t.replace("</p:spTree>", picture, 1))
    made = write_with_template(scene, lambda done, of: None, deck)
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert b"evil.example" not in b"".join(file.read(name) for name in file.namelist())
    assert_valid([made], tmp_path)


def test_external_entities_are_refused(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    bomb = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    deck = edited(
        saved(Presentation()), THEME, lambda t: re.sub(r"(<\?xml.*?\?>)", rf"\1{bomb}", t, count=1)
    )
    assert code_of(deck) == "template_unreadable"
    wide = edited(saved(Presentation()), THEME, lambda t: t)
    wide = edited(wide, "", parts={"ppt/theme/theme9.xml": ("\ufeff" + bomb).encode("utf-16-le")})
    types = '<Override PartName="/ppt/theme/theme9.xml" ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/></Types>'
    wide = edited(wide, "[Content_Types].xml", lambda t: t.replace("</Types>", types))
    assert code_of(wide) == "template_unreadable"


def test_bombs_are_measured_before_they_burst():
    bomb = edited(saved(Presentation()), "", parts={"ppt/media/image9.png": b"\0" * (2 << 20)})
    types = '<Default Extension="png" ContentType="image/png"/></Types>'
    bomb = edited(bomb, "[Content_Types].xml", lambda t: t.replace("</Types>", types))
    assert len(bomb) < 200_000
    assert code_of(bomb, Settings(template_unpacked_mib=1)) == "template_unpacked"
    words = edited(
        saved(Presentation()),
        THEME,
        lambda t: t.replace("</a:theme>", " " * (30 << 20) + "</a:theme>"),
    )
    assert code_of(words) == "template_unpacked"
    assert code_of(b"x" * (2 << 20), Settings(template_mib=1)) == "template_too_large"
    many = edited(saved(Presentation()), "", parts={f"a/{k}.bin": b"" for k in range(60)})
    assert code_of(many, Settings(template_parts=50)) == "template_parts"


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip", b"PK\x03\x04" + b"\0" * 40, b"\xd0\xcf\x11\xe0" + b"\0" * 600],
    ids=["empty", "text", "cut", "encrypted"],
)
def test_what_is_no_deck_is_said(content):
    assert code_of(content) == "template_unreadable"


def test_broken_parts_are_said():
    base = saved(Presentation())
    for name, change in (
        (MASTER, lambda t: t[: len(t) // 2]),
        (THEME, lambda t: "<a/>"),
        ("ppt/presentation.xml", lambda t: t.replace('cx="9144000"', 'cx="1"')),
        ("[Content_Types].xml", lambda t: t.replace("presentationml", "wordprocessingml")),
        ("_rels/.rels", lambda t: t.replace("ppt/presentation.xml", "ppt/nothing.xml")),
        ("ppt/_rels/presentation.xml.rels", lambda t: t.replace("slideMasters/", "nowhere/")),
    ):
        assert code_of(edited(base, name, change)) == "template_unreadable", name


def test_chains_of_relations_do_not_overflow():
    """A thousand parts, each leading to the next, deeper than Python's stack."""
    kind = "application/vnd.openxmlformats-officedocument.theme+xml"
    start = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    parts, types = {}, ""
    for k in range(1500):
        types += f'<Override PartName="/t/{k}.xml" ContentType="{kind}"/>'
        parts[f"t/{k}.xml"] = "<a/>"
        parts[f"t/_rels/{k}.xml.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{start}" Target="/t/{k + 1}.xml"/></Relationships>'
        )
    base = edited(
        saved(Presentation()),
        "[Content_Types].xml",
        lambda t: t.replace("</Types>", types + "</Types>"),
    )
    link = f'<Relationship Id="rId98" Type="{start}" Target="/t/0.xml"/></Relationships>'
    base = edited(
        base,
        "ppt/_rels/presentation.xml.rels",
        lambda t: t.replace("</Relationships>", link),
        parts=parts,
    )
    assert code_of(base) == "template_unreadable"


def test_unpacking_keeps_only_looks(theirs):
    kept = names_of(unpacked(theirs, LIMITS, "en"))
    assert not [name for name in kept if "/slides/" in name or "notes" in name or "app.xml" in name]
    assert MASTER in kept and THEME in kept


def test_a_tiny_picture_draws_in_a_template(theirs):
    from app.graph import decode

    graph = decode(b'{"schema":"gradreel.graph/1","program":{"language":"math","source":"","code":""},"run":{"device":"cpu","dtype":"float32","seed":0,"torch":"2","timings_ms":{}},"nodes":[],"edges":[],"scopes":[],"passes":[],"diagnostics":[],"prints":[],"bindings":[],"root":null}')  # fmt: skip
    picture = draw(graph)
    assert opened(theirs, (picture.width, picture.height), LIMITS, "en").area.width > 0
