"""One file: no address in it, nothing but its own script and style allowed, small."""

import base64
import gzip
import hashlib
import io
import json
import re

from fontTools.ttLib import TTFont

from app.assets import static_dir
from app.export import How, export, scene_of
from app.export.standalone import faces
from app.graph import Graph
from tests.export.conftest import file, scene
from tests.gallery import outcome_of

#: bytes the player may weigh, gzipped; a page of slides loads it in no time
PLAYER = 25_000
HOSTILE = "</script><img src=x onerror=window.__hacked=1>\"'`javascript:${x}{{7*7}}"


def page(**how):
    return file("01_neuron", "html", **how).decode()


def test_player_is_small():
    script = (static_dir() / "embed.js").read_bytes()
    assert len(gzip.compress(script, 9)) < PLAYER
    for library in (b"codemirror", b"katex", b"d3-"):
        assert library not in script.lower()


def test_file_asks_nothing_of_any_network(name):
    text = file(name, "html").decode()
    own = text.replace('<link rel="icon" href="data:', "")
    assert not re.findall(
        r"<[^>]*\s(?:src|href|action|poster)\s*=|@import|<link|<iframe|<base", own
    )
    addresses = set(re.findall(r"url\(\s*[\"']?([^)\"',]{0,14})", text))
    assert addresses <= {"data:font/woff"}
    assert len(text) < 700_000


def test_policy_allows_this_script_and_style_alone():
    text = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    policy = policy.replace("&#39;", "'")
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        content = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_page_says_what_it_is():
    text = page(title="A neuron & more", lang="es", theme="dark")
    assert "<title>A neuron &amp; more</title>" in text
    assert '<html lang="es" data-theme="dark">' in text
    assert 'name="description" content="A neuron &amp; more: un grafo' in text
    assert "<title>loss</title>" in page()


def test_hostile_names_stay_text():
    outcome = outcome_of("01_neuron")
    content = json.loads(export(scene(), "json"))
    for node in content["nodes"]:
        node["name"] = node["symbol"] = HOSTILE
    for one in content["passes"]:
        for step in one["steps"]:
            step["text"] = HOSTILE
    content["program"]["source"] = HOSTILE + "\n" * 30
    import msgspec

    graph = msgspec.convert(content, Graph)
    text = export(scene_of(graph, outcome.autograd, How(title=HOSTILE)), "html").decode()
    assert len(re.findall(r"</script", text)) == 2
    assert "<img" not in text and "{{" not in re.sub(r"\{\{7\*7\}\}", "", text)
    assert "49" not in re.search(r"<title>(.*?)</title>", text)[1]


def test_fonts_hold_exactly_what_is_written():
    rules = faces(frozenset("AΣ∂"))
    found = re.findall(r"base64,([A-Za-z0-9+/=]+)", rules)
    assert len(found) == 3
    font = TTFont(io.BytesIO(base64.b64decode(found[0])))
    assert set(map(chr, font.getBestCmap())) == set("AΣ∂")


def test_same_scene_gives_the_same_bytes():
    assert export(scene(), "html") == export(scene(), "html")
