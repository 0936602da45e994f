"""Arguments of the command line in; a Graph, a picture, a report or a running server, out.

Exit codes: 0 fine, 2 the program is at fault, 1 we are."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from msgspec.structs import replace

from app.errors import GradreelError, Problem
from app.export.formats import FORMATS
from app.graph import encode
from app.protocol import Job, Options, Outcome
from app.settings import settings
from app.told import changes, line_of
from app.words import say

if TYPE_CHECKING:
    from app.render import Choices

cli = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

File = Annotated[str, typer.Argument(help="a program, or - for standard input")]
Device = Annotated[str, typer.Option(help="cpu, cuda, cuda:1 or mps")]
Dtype = Annotated[str, typer.Option(help="float32 or float64")]
Seed = Annotated[int, typer.Option(help="seed of every random stream")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE for a free variable")]
Lang = Annotated[str, typer.Option(help="en or es")]
Repair = Annotated[
    bool, typer.Option("--repair", help="run the proposed repair of a faulty program")
]
#: codes of problems that are this app's fault, not the program's
OURS = ("worker_reply", "worker_start", "internal", "export_failed")


@cli.command()
def trace(
    file: File = "-",
    device: Device = "cpu",
    dtype: Dtype = "float32",
    seed: Seed = 0,
    sets: Sets = None,
    lang: Lang = "en",
    repair: Repair = False,
) -> None:
    """Print the Graph of a program as JSON."""
    job = job_of(file, device, dtype, seed, sets, lang)
    outcome = outcome_of(repaired(job) if repair else job)
    assert outcome.graph is not None
    write("-", encode(outcome.graph) + b"\n")


@cli.command(help=f"Draw a program into a file.\n\nFormats: {', '.join(FORMATS)}.")
def render(
    file: File = "-",
    out: Annotated[
        str, typer.Option("-o", "--out", help="OUT.SUFFIX; the longest suffix that fits counts")
    ] = "out.svg",
    form: Annotated[
        str | None, typer.Option("--format", help="the format, where -o is - (standard output)")
    ] = None,
    step: Annotated[str, typer.Option(help="step of a still: a number, or last")] = "last",
    theme: Annotated[str | None, typer.Option(help="light or dark")] = None,
    first: Annotated[int | None, typer.Option(help="first step of a film or deck")] = None,
    last: Annotated[int | None, typer.Option(help="last step of a film or deck")] = None,
    crop: Annotated[str | None, typer.Option(help="graph, or frame: a whole slide")] = None,
    background: Annotated[str | None, typer.Option(help="solid or transparent")] = None,
    text: Annotated[str | None, typer.Option(help="text, or paths that need no font")] = None,
    scale: Annotated[float | None, typer.Option(help="pixels per px, 0.1 to 8")] = None,
    seconds: Annotated[float | None, typer.Option(help="seconds per step of a film")] = None,
    slides: Annotated[str | None, typer.Option(help="pptx: clicks or morph")] = None,
    movie: Annotated[bool, typer.Option("--movie", help="pptx: a slide with the film")] = False,
    title: Annotated[str | None, typer.Option(help="title, where the format has one")] = None,
    view: Annotated[str | None, typer.Option(help="program or autograd")] = None,
    open_: Annotated[
        list[str] | None, typer.Option("--open", help="scope to unfold, by path; or all")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="pptx: a presentation whose design is kept")
    ] = None,
    device: Device = "cpu",
    dtype: Dtype = "float32",
    seed: Seed = 0,
    sets: Sets = None,
    lang: Lang = "en",
    repair: Repair = False,
) -> None:
    """Draw a program into a file."""
    from app.render import Choices, how_of

    suffix = format_of(out, form)
    if step != "last" and not (step.isascii() and step.isdecimal()):
        stop("--step is a number or last")
    if template is not None and suffix != "pptx":
        stop("--template is for .pptx")
    names = (
        "theme first last crop background text scale seconds slides movie title view lang".split()
    )
    chosen = {name: value for name, value in locals().items() if name in names}
    try:
        how = how_of(step=-1 if step == "last" else int(step), **chosen)
        deck = template.read_bytes() if template else None
    except ValueError as error:
        stop(str(error))
    except OSError as error:
        stop(f"cannot read {template}: {error.strerror}")
    choices = Choices(suffix=suffix, how=how, open=open_ or [], template=deck)
    job = job_of(file, device, dtype, seed, sets, lang)
    write(out, made(repaired(job) if repair else job, choices))


def format_of(out: str, form: str | None) -> str:
    """The format of OUT, or of --format; ends the command where there is none."""
    from app.render import suffix_of

    known = ", ".join(f".{suffix}" for suffix in FORMATS)
    if form is not None:
        suffix: str | None = form.removeprefix(".").lower()
        if suffix not in FORMATS:
            stop(f"--format {form}: unknown; there are {known}")
    elif out == "-":
        stop(f"-o - needs --format: one of {known}")
    else:
        suffix = suffix_of(out)
    if suffix is None:
        stop(f"cannot tell a format from {out}: end it in one of {known}")
    return suffix


def made(job: Job, choices: Choices) -> bytes:
    """The file; a problem ends the command with 2, or 1 where it is ours."""
    from app.render import file_of

    try:
        return file_of(job, choices, settings(), counting())
    except GradreelError as error:
        if error.problem.code == "export_failed":
            stop_where_nothing_is_drawn()
        fail(error.problem, job)
    except ValueError as error:
        stop(str(error))


def stop_where_nothing_is_drawn() -> None:
    """End the command, saying what to install, where Graphviz cannot be loaded."""
    from app.doctor import SYSTEM_PACKAGES, graphviz

    if graphviz() is None:
        stop(say("doctor.no_layout", packages=SYSTEM_PACKAGES))


def counting() -> Callable[[int, int], None]:
    """Progress on a terminal; nothing where nobody watches."""

    def say(done: int, of: int) -> None:
        if of > 1:
            text = f"{done} / {of}" if done < of else ""
            sys.stderr.write(f"{text:<24}\r")  # whatever is said next is written over it
            sys.stderr.flush()

    return say if sys.stderr.isatty() else lambda done, of: None


@cli.command("serve")
def serve_app(
    host: Annotated[str, typer.Option(help="address to listen on")] = settings().host,
    port: Annotated[
        int, typer.Option(help="port to listen on", min=0, max=65535)
    ] = settings().port,
    reload: Annotated[bool, typer.Option(help="restart when the code changes")] = False,
) -> None:
    """Serve the app."""
    from app.sandbox import probe
    from app.serve import serve

    if host not in ("127.0.0.1", "localhost", "::1") and not probe().kernel_enforced:
        stop("this machine cannot confine programs, so only loopback is served (see doctor)")
    stop_where_nothing_is_drawn()
    typer.echo(f"Gradreel is at http://{host}:{port}")
    serve(host, port, reload)


@cli.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False, lang: Lang = "en"
) -> None:
    """Say what this machine offers."""
    from app.doctor import examine, text_of

    report = examine()
    typer.echo(encode(report).decode() if as_json else text_of(report, lang))


def write(out: str, content: bytes) -> None:
    """Write the file (- is standard output), or say why not."""
    try:
        if out != "-":
            Path(out).write_bytes(content)
        elif sys.stdout is not None:  # it is None where the shell closed it
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
    except BrokenPipeError:
        raise  # click ends quietly where the reader has had enough
    except (OSError, ValueError) as error:
        stop(f"cannot write {out}: {getattr(error, 'strerror', None) or error}")


def job_of(file: str, device: str, dtype: str, seed: int, sets: list[str] | None, lang: str) -> Job:
    """The job the arguments describe."""
    if lang not in ("en", "es"):
        stop("--lang is en or es")
    if dtype not in ("float32", "float64"):
        stop("--dtype is float32 or float64")
    options = Options(device=device, dtype=dtype, seed=seed, lang=lang)  # type: ignore[arg-type]
    inputs = dict(map(assignment, sets or []))
    return Job(source=text_in(file), inputs=inputs, options=options)


def text_in(file: str) -> str:
    """The program in a file, or - for standard input; of an endless one no more than can run."""
    most = 2 * settings().source_bytes
    try:
        if file != "-":
            with open(file, "rb") as stream:
                return stream.read(most).decode()
        return "" if sys.stdin is None else sys.stdin.buffer.read(most).decode()
    except OSError as error:
        stop(f"cannot read {file}: {error.strerror}")
    except UnicodeDecodeError as error:
        stop(f"cannot read {file}: byte {error.start} is no UTF-8 text")


def assignment(text: str) -> tuple[str, Any]:
    """NAME=VALUE, the value a number or a list of numbers."""
    name, _, value = text.partition("=")
    try:
        if name.strip():
            return name.strip(), ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    stop(f"--set {text[:200]}: write NAME=NUMBER or NAME=[NUMBERS]")


def outcome_of(job: Job) -> Outcome:
    """Run it confined; a problem ends the command with 2, or 1 where it is ours."""
    from app.sandbox import run_once

    outcome = run_once(job, settings())
    if outcome.problem is not None:
        fail(outcome.problem, job)
    return outcome


def repaired(job: Job) -> Job:
    """The job as its proposed repair has it, told line by line; the same where it needs none."""
    from app.sandbox import run_once

    problem = run_once(job, settings()).problem
    if problem is None or problem.repair is None:
        return job
    typer.echo(f"{line_of(problem)}\n{changes(job.source, problem.repair)}", err=True)
    return replace(job, source=problem.repair)


def fail(problem: Problem, job: Job) -> NoReturn:
    """Say what went wrong, and the repair; exit 2, or 1 where the fault is ours."""
    typer.echo(line_of(problem), err=True)
    if problem.repair is not None:
        told = say("cli.repair", job.options.lang)
        typer.echo(f"{changes(job.source, problem.repair)}\n  {told}", err=True)
    raise typer.Exit(1 if problem.code in OURS else 2)


def stop(message: str) -> NoReturn:
    """A mistake in the arguments."""
    typer.echo(message, err=True)
    raise typer.Exit(2)


def main() -> None:
    """The console script."""
    cli()
