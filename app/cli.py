"""Arguments of the command line in; a Graph, a picture, a report or a running server, out.

Exit codes: 0 fine, 2 the program is at fault, 1 we are."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from app.errors import Problem
from app.graph import encode
from app.protocol import Job, Options, Outcome
from app.settings import settings

cli = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

File = Annotated[str, typer.Argument(help="a program, or - for standard input")]
Device = Annotated[str, typer.Option(help="cpu or cuda")]
Dtype = Annotated[str, typer.Option(help="float32 or float64")]
Seed = Annotated[int, typer.Option(help="seed of every random stream")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE for a free variable")]
Lang = Annotated[str, typer.Option(help="en or es")]
#: what `render` writes in this release
FORMATS = ("svg", "json")


@cli.command()
def trace(
    file: File = "-",
    device: Device = "cpu",
    dtype: Dtype = "float32",
    seed: Seed = 0,
    sets: Sets = None,
    lang: Lang = "en",
) -> None:
    """Print the Graph of a program as JSON."""
    outcome = outcome_of(job_of(file, device, dtype, seed, sets, lang))
    assert outcome.graph is not None
    sys.stdout.buffer.write(encode(outcome.graph) + b"\n")


@cli.command()
def render(
    file: File = "-",
    out: Annotated[Path, typer.Option("-o", "--out", help="OUT.svg or OUT.json")] = Path("out.svg"),
    step: Annotated[str, typer.Option(help="a step number, or last")] = "last",
    theme: Annotated[str, typer.Option(help="light or dark")] = "light",
    device: Device = "cpu",
    dtype: Dtype = "float32",
    seed: Seed = 0,
    sets: Sets = None,
    lang: Lang = "en",
) -> None:
    """Draw a program into a file."""
    suffix = out.suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        stop(f"cannot write .{suffix}; this release writes .svg and .json")
    if theme not in ("light", "dark"):
        stop("--theme is light or dark")
    if step != "last" and not (step.isascii() and step.isdecimal()):
        stop("--step is a number or last")
    outcome = outcome_of(job_of(file, device, dtype, seed, sets, lang))
    assert outcome.graph is not None
    if suffix == "json":
        write(out, encode(outcome.graph))
        return
    from app.picture import draw, svg

    picture = draw(outcome.graph, lang=lang, limit=settings().visible_nodes)
    number = None if step == "last" else int(step)
    write(out, svg(picture, theme, number).encode())


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = settings().host,
    port: Annotated[int, typer.Option(help="port to listen on")] = settings().port,
    reload: Annotated[bool, typer.Option(help="restart when the code changes")] = False,
) -> None:
    """Serve the app."""
    import uvicorn

    from app.sandbox import probe

    if host not in ("127.0.0.1", "localhost", "::1") and not probe().kernel_enforced:
        stop("this machine cannot confine programs, so only loopback is served (see doctor)")
    typer.echo(f"Gradreel is at http://{host}:{port}")
    uvicorn.run(
        "app.web:create_app",
        factory=True,
        host=host,
        port=port,
        reload=reload,
        log_level="warning",
        ws_max_size=settings().source_bytes * 10,
    )


@cli.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False, lang: Lang = "en"
) -> None:
    """Say what this machine offers."""
    from app.doctor import examine, text_of

    report = examine()
    typer.echo(encode(report).decode() if as_json else text_of(report, lang))


def write(out: Path, content: bytes) -> None:
    """Write the file, or say why not."""
    try:
        out.write_bytes(content)
    except OSError as error:
        stop(f"cannot write {out}: {error.strerror}")


def job_of(file: str, device: str, dtype: str, seed: int, sets: list[str] | None, lang: str) -> Job:
    """The job the arguments describe."""
    try:
        source = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        stop(f"cannot read {file}: {error}")
    if lang not in ("en", "es"):
        stop("--lang is en or es")
    if dtype not in ("float32", "float64"):
        stop("--dtype is float32 or float64")
    options = Options(device=device, dtype=dtype, seed=seed, lang=lang)  # type: ignore[arg-type]
    return Job(source=source, inputs=dict(map(assignment, sets or [])), options=options)


def assignment(text: str) -> tuple[str, Any]:
    """NAME=VALUE, the value a number or a list of numbers."""
    name, equals, value = text.partition("=")
    try:
        return name.strip(), ast.literal_eval(value.strip())
    except (ValueError, SyntaxError):
        stop(
            f"--set {text}: write NAME=NUMBER or NAME=[NUMBERS]" if equals else f"--set {text}: =?"
        )


def outcome_of(job: Job) -> Outcome:
    """Run it confined; a problem ends the command with 2, or 1 where it is ours."""
    from app.sandbox import run_once

    outcome = run_once(job, settings())
    if outcome.problem is not None:
        typer.echo(line_of(outcome.problem), err=True)
        ours = ("worker_reply", "worker_start", "internal")
        raise typer.Exit(1 if outcome.problem.code in ours else 2)
    return outcome


def line_of(problem: Problem) -> str:
    """line:column: code: message, then the hint and the frames."""
    place = f"{problem.span.line}:{problem.span.column}: " if problem.span else ""
    lines = [f"{place}{problem.code}: {problem.message}", f"  {problem.hint}"]
    return "\n".join(lines + [f"  {frame}" for frame in problem.frames])


def stop(message: str) -> NoReturn:
    """A mistake in the arguments."""
    typer.echo(message, err=True)
    raise typer.Exit(2)


def main() -> None:
    """The console script."""
    cli()
