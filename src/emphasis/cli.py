"""The command line: ``emphasis run``, ``render``, ``check``.

It is made with click, since typer refuses an option of two values that can be repeated.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import click

from emphasis import paths
from emphasis.errors import EmphasisError
from emphasis.paths import Root


@dataclass(frozen=True)
class Settings:
    """What is said before the verb."""

    start: Path | None
    is_quiet: bool

    @property
    def root(self) -> Root:
        """The compendium that is meant."""
        return paths.root_at(self.start) if self.start else paths.find_root()

    def say(self, line: str) -> None:
        """Print a line, unless asked to be quiet."""
        if not self.is_quiet:
            click.echo(line)


class Refusal(click.ClickException):
    """Bad use or input, shown as one message."""

    exit_code = 2


class Stopped(click.ClickException):
    """An interrupt, told as shells expect it."""

    exit_code = 130


class Group(click.Group):
    """Commands whose errors, where they are ours, are shown without a traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run the command that was asked for; exit 0 good, 1 the answer is no, 2 bad use or input."""
        try:
            return super().invoke(context)
        except EmphasisError as error:
            if context.params["debug"]:
                raise
            raise Refusal(str(error)) from error
        except KeyboardInterrupt as error:
            raise Stopped("stopped; what was not finished is as it was before") from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root", type=click.Path(path_type=Path), help="The compendium; else the nearest at or above this folder."
)
@click.option("--quiet", "-q", is_flag=True, help="Print errors only.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="emphasis", message="%(version)s")
@click.pass_context
def main(context: click.Context, root: Path | None, quiet: bool, debug: bool) -> None:
    """Read diplomatic statements as data: what they emphasise, how much, and how sure we are."""
    context.obj = Settings(root, quiet)


@main.command()
@click.argument("study")
@click.option(
    "-p",
    "--parameter",
    "given",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Give a parameter another value; lists by commas.",
)
@click.option("--only", multiple=True, metavar="04", help="Only the notebooks whose name begins so.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=min(2, os.cpu_count() or 1),
    show_default=True,
    help="Notebooks at a time.",
)
@click.pass_obj
def run(settings: Settings, study: str, given: tuple[tuple[str, str], ...], only: tuple[str, ...], jobs: int) -> None:
    """Execute the notebooks of STUDY and render their pages; what did not change is not run again."""
    from emphasis import runner

    todo = runner.plan(settings.root, study, given, only=only)
    settings.say(f"{todo.name}: {', '.join(path.stem for path in todo.notebooks)}")
    if not all(todo.is_done(notebook) for notebook in todo.notebooks):
        from emphasis import checking

        checking.require(todo.root, todo.values)
    runner.run(todo, jobs=jobs, is_quiet=settings.is_quiet, say=settings.say)
    _rendered(settings, todo.name)
    settings.say(f"Tables: {todo.root.relative(todo.root.data / todo.name)}/ (described in data/README.md)")


@main.command()
@click.argument("study")
@click.pass_obj
def render(settings: Settings, study: str) -> None:
    """Write the pages of STUDY from its executed notebooks, where they are not up to date."""
    from emphasis.study import named

    path = Path(study)
    _rendered(settings, named(path.stem if path.suffix in {".yml", ".yaml"} else study))


def _rendered(settings: Settings, run: str) -> None:
    from emphasis import pages

    written = pages.render(settings.root, run)
    settings.say(f"  pages: {len(written)} written" if written else "  pages: nothing changed, none written")
    index = settings.root.rendered / run / pages.INDEX
    settings.say(f"Read: {settings.root.relative(index)} (open it in a browser; it leads to the others)")


@main.command()
@click.argument("name", metavar="STUDY|CODEBOOK")
@click.pass_obj
def check(settings: Settings, name: str) -> None:
    """Print every fault of a study or a codebook, with file, line and column; exit 1 if there is one."""
    from emphasis import checking

    faults = checking.faults(settings.root, name)
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
    settings.say(f"{name}: no fault found")
