"""A problem in; the HTTP status it travels with, out."""

from __future__ import annotations

from app.errors import Problem

STATUS = {
    **dict.fromkeys(("code_malformed", "code_version", "image_query", "export_format"), 400),
    **dict.fromkeys(("link_missing", "not_found"), 404),
    "wrong_method": 405,
    "body_deadline": 408,
    "export_gone": 404,
    "link_expired": 410,
    **dict.fromkeys(
        ("code_too_large", "source_too_large", "template_too_large", "link_too_large"), 413
    ),
    "not_json": 415,
    "too_many_requests": 429,
    "server_failed": 500,
    **dict.fromkeys(("busy", "worker_start", "worker_reply", "links_unavailable"), 503),
    **dict.fromkeys(("export_deadline", "export_failed", "layout_deadline"), 503),
}


def status_of(problem: Problem) -> int:
    """422 is a program at fault or beyond a limit."""
    return STATUS.get(problem.code, 422)
