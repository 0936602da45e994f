"""POST /api/v1/export/{suffix}: a program in, a file out; and the files the live socket made."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from app.errors import GradreelError, LimitError
from app.export import FORMATS, How
from app.export.order import Order
from app.protocol import Job
from app.store.code import Saved, SavedOptions
from app.web.api import decoded, refuse, refused
from app.web.exporting import DERIVED
from app.web.limits import allowed
from app.web.names import disposition, file_name, stem_of
from app.web.schemas import EXPORT_SCHEMA, EXPORTED_SCHEMA

router = APIRouter()
#: a file opened in a tab of ours may run nothing and reach nothing
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"


class ExportBody(Job, frozen=True, kw_only=True, tag="job"):
    """What `trace` takes, how the file is made, and a deck of the person's own (base64)."""

    how: How = How()
    template: bytes | None = None

    def saved(self) -> Saved:
        """The state whose run this is."""
        options = SavedOptions(
            device=self.options.device, dtype=self.options.dtype, seed=self.options.seed
        )
        return Saved(
            v=1,
            source=self.source,
            language=self.language,
            inputs=self.inputs or None,
            root=self.options.root,
            options=options,
        )


@router.post("/api/v1/export/{suffix}", openapi_extra=EXPORT_SCHEMA)
async def export(request: Request, suffix: str) -> Response:
    """Run a program and answer a file of it."""
    settings, state = request.app.state.settings, request.app.state
    if not allowed(request):
        return refuse(request, "too_many_requests", 429)
    if suffix not in FORMATS:
        return refuse(request, "export_format", 400, suffix=suffix[:20])
    most = settings.source_bytes * 8 + (settings.template_mib << 20) * 4 // 3
    try:
        body = await decoded(request, ExportBody, most)
        if body.template and len(body.template) > settings.template_mib << 20:
            raise LimitError("template_too_large", lang=body.how.lang, limit=settings.template_mib)
        how = body.how
        ran = await state.runs.run(body.saved(), how.lang, suffix in DERIVED)
        order = ran.order(how, suffix, body.template)
        key = await asyncio.to_thread(lambda: order.key)

        async def ordered() -> Order:
            return order

        content = await state.studio.file(key, suffix, ordered)
    except GradreelError as error:
        return refused(error.problem)
    name = file_name(how.title, ran.root_name, suffix)
    return file_response(content, suffix, name, "no-store")


@router.get("/api/v1/exports/{name}", openapi_extra=EXPORTED_SCHEMA)
async def exported(request: Request, name: str) -> Response:
    """A file that the live socket said is ready."""
    key, _, suffix = name.partition(".")
    try:
        content = await request.app.state.studio.found(key, suffix)
    except ValueError:
        content = None
    if content is None:
        return refuse(request, "export_gone", 404)
    wanted = request.query_params.get("name", "").removesuffix(f".{suffix}")
    return file_response(content, suffix, f"{stem_of(wanted)}.{suffix}", "private, max-age=3600")


def file_response(content: bytes, suffix: str, name: str, keep: str) -> Response:
    """A file to save."""
    return Response(
        content,
        media_type=FORMATS[suffix].media,
        headers={
            "Content-Disposition": disposition(name),
            "Content-Security-Policy": POLICY,
            "Cache-Control": keep,
        },
    )
