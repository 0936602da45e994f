"""Nothing in; what /openapi.json says of bodies and answers that are decoded by hand, out."""

from __future__ import annotations

from typing import Any

from app.export import FORMATS

JOB: dict[str, Any] = {
    "source": {"type": "string", "description": "the program as pasted"},
    "language": {"type": ["string", "null"], "enum": ["torch", "math", "latex", "network", None]},
    "inputs": {"type": "object", "description": "values of free variables"},
    "options": {
        "type": "object",
        "properties": {
            "device": {"type": "string", "default": "cpu"},
            "dtype": {"enum": ["float32", "float64"], "default": "float32"},
            "seed": {"type": "integer", "default": 0},
            "root": {"type": ["string", "null"]},
            "lang": {"enum": ["en", "es"], "default": "en"},
        },
    },
}
HOW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "theme": {"enum": ["light", "dark"], "default": "light"},
        "step": {"type": "integer", "default": -1, "description": "negative counts from the end"},
        "first": {"type": "integer", "default": 0},
        "last": {"type": "integer", "default": -1},
        "crop": {"enum": ["graph", "frame"], "default": "graph"},
        "background": {"enum": ["solid", "transparent"], "default": "solid"},
        "text": {"enum": ["text", "paths"], "default": "text"},
        "scale": {"type": "number", "default": 1},
        "seconds": {"type": "number", "default": 0.9, "description": "one step's time in a film"},
        "slides": {"enum": ["clicks", "morph"], "default": "clicks"},
        "title": {"type": "string", "maxLength": 200},
        "lang": {"enum": ["en", "es"], "default": "en"},
        "view": {"enum": ["program", "autograd"], "default": "program"},
    },
}
REFUSALS = {
    "413": {"description": "the request is too large"},
    "415": {"description": "the body is not sent as application/json"},
    "422": {"description": "the program is at fault: {error: {code, message, hint, span}}"},
    "429": {"description": "too many requests"},
}


def body(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """A JSON body."""
    schema = {"type": "object", "required": required, "properties": properties}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


TRACE_SCHEMA: dict[str, Any] = {
    "requestBody": body(JOB, ["source"]),
    "responses": {"200": {"description": "the Graph, gradreel.graph/1"}, **REFUSALS},
}
TEMPLATE = {"type": "string", "format": "byte", "description": "a .pptx of your own, base64"}
EXPORT_SCHEMA: dict[str, Any] = {
    "requestBody": body({**JOB, "how": HOW, "template": TEMPLATE}, ["source"]),
    "responses": {
        "200": {"description": f"the file; suffixes: {', '.join(FORMATS)}"},
        "400": {"description": "no such format"},
        "503": {"description": "too busy, or the file took too long"},
        **REFUSALS,
    },
}
EXPORTED_SCHEMA: dict[str, Any] = {
    "responses": {
        "200": {"description": "a file an ExportedMessage named"},
        "404": {"description": "it is no longer kept"},
    }
}
LINK = {
    "code": {"type": "string", "description": "the part of an address behind its #"},
    "ancestor": {"type": ["string", "null"], "description": "the link this was forked from"},
    "expires_days": {"type": ["integer", "null"], "minimum": 1, "maximum": 3650},
}
LINKS_SCHEMA: dict[str, Any] = {
    "requestBody": body(LINK, ["code"]),
    "responses": {
        "200": {"description": "{id, url, expires}; the same state always gets the same id"},
        "400": {"description": "the code cannot be read"},
        "503": {"description": "the database cannot be had"},
        **REFUSALS,
    },
}
IMAGE_SCHEMA: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "schema": HOW["properties"][name]}
        for name in ("step", "theme", "scale", "lang", "crop", "background", "title", "view")
    ],
    "responses": {
        "200": {"description": "svg, png, gif, webp, apng or pdf; kept for ever"},
        "304": {"description": "unchanged"},
        "400": {"description": "a picture saying that the code or the query cannot be read"},
        "404": {"description": "a picture saying that there is no such link"},
        "410": {"description": "a picture saying that the link has expired"},
        **REFUSALS,
    },
}
