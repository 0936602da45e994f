"""A Job in; its Program, and the tree that is compiled, out."""

from __future__ import annotations

import ast

import msgspec

from app.errors import ProgramError
from app.program.language import detect, is_prose
from app.program.latex import read_latex
from app.program.literals import narrowed
from app.program.math_code import read_math
from app.program.network import read_network
from app.program.paste import paste
from app.program.policy import check
from app.program.substitute import substitute
from app.program.torch_tree import read_torch
from app.program.value import Program
from app.protocol import Job
from app.settings import settings


def read(job: Job) -> Program:
    """Detect the language and read the source. Raises ProgramError."""
    lang = job.options.lang
    limit = settings().source_bytes
    if not job.source.strip("\ufeff\u200b \t\r\n\f\v\u00a0"):
        raise ProgramError("empty_program", lang=lang)
    if len(job.source.encode("utf-8", "replace")) > limit:
        raise ProgramError("source_too_large", lang=lang, limit=limit)
    language = job.language or detect(job.source)
    if language not in READERS:
        raise ProgramError("unknown_language", lang=lang, language=str(language)[:40])
    try:
        inputs = {name: narrowed(value) for name, value in job.inputs.items()}
        return READERS[language](msgspec.structs.replace(job, inputs=inputs))
    except (RecursionError, MemoryError):
        raise ProgramError("too_deep", lang=lang) from None


def _read_torch(job: Job) -> Program:
    lang = job.options.lang
    found = read_torch(job.source, lang)
    notes = [*found.notes, *check(found.tree, lang, job.source)]
    code = found.code
    if job.inputs:
        code = ast.unparse(substitute(found.tree, job.inputs, lang)) + "\n"
    return Program(
        language="torch", source=job.source, code=code, inputs=dict(job.inputs), notes=notes
    )


def _read_math(job: Job) -> Program:
    lang = job.options.lang
    if is_prose(job.source):
        raise ProgramError("not_a_program", lang=lang)
    found = read_math(job.source, job.inputs, lang)
    return Program(language="math", source=job.source, code=found.code, inputs=found.inputs)


def _read_latex(job: Job) -> Program:
    found = read_latex(job.source, job.inputs, job.options.lang)
    return Program(
        language="latex",
        source=job.source,
        code=found.code,
        inputs=found.inputs,
        notes=list(found.notes),
    )


def _read_network(job: Job) -> Program:
    found = read_network(paste(job.source).text, job.inputs, job.options.lang)
    return Program(
        language="network",
        source=job.source,
        code=found.code,
        inputs=found.inputs,
        notes=found.notes,
        parts=found.parts,
        places=found.places,
    )


READERS = {
    "torch": _read_torch,
    "math": _read_math,
    "latex": _read_latex,
    "network": _read_network,
}


def tree(program: Program) -> ast.Module:
    """The syntax tree that runs, placed in `program.source`: lines 1-based, columns 0-based
    characters; a network's in `program.code`. A fresh tree each time, so the caller may change it."""
    if program.language == "math":
        return read_math(program.source, program.inputs).tree
    if program.language == "latex":
        return read_latex(program.source, program.inputs).tree
    if program.language == "network":
        return ast.parse(program.code)
    return substitute(read_torch(program.source).tree, program.inputs)
