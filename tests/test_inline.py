"""JSON that stands inside a script element."""

import json

from app.inline import safe, safe_json


def test_script_end_is_escaped():
    text = safe_json({"source": "</script><!--\u2028\u2029"})
    assert "<" not in text and "\u2028" not in text and "\u2029" not in text
    assert json.loads(text) == {"source": "</script><!--\u2028\u2029"}


def test_text_already_json_keeps_its_meaning():
    text = '{"a":"<b>\u2028","n":-1.5}'
    assert json.loads(safe(text)) == json.loads(text) and "<" not in safe(text)
