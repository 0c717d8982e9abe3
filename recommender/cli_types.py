"""
What the commands of the command line share: their streams, errors and signals, their types and common options.

What is slow to import is imported where it is needed, so that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from recommender.console import echo_plan, printed, showing
from recommender.content.wording import printable
from recommender.errors import OptionError, RecommenderError

if TYPE_CHECKING:
    from recommender.articles import Reading
    from recommender.batch import ChangeRun
    from recommender.settings import Settings


class Commands(click.Group):
    """Commands whose expected errors are one sentence on stderr, never a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: D102 - as in click
        # Python has None for a stream that was closed before it began.
        if sys.stdout is None:
            sys.stdout = cast(Any, _Closed())
        if sys.stderr is None:
            sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - for as long as the program runs
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            # What click prints itself, such as a help page, comes to no command.
            click.echo(f"Error: {_of_system(error)}", err=True)
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: D102 - as in click
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            raise click.ClickException(printed(error)) from error
        except KeyboardInterrupt:
            click.echo("\nstopped; files already replaced are complete, no file is half written", err=True)
            ctx.exit(130)
        except OSError as error:
            # A reader of our output that has seen enough, such as `head`, is no error of ours: click ends in silence.
            if error.errno == errno.EPIPE:
                raise
            raise click.ClickException(_of_system(error)) from error


class _Closed(io.TextIOBase):
    """The standard output where it is closed: nothing is lost in silence."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF), "standard output")


def _of_system(error: OSError) -> str:
    """An error of the operating system in a sentence."""
    # Without a name it is the standard output. What it still holds would be a traceback at the end.
    if not error.filename and not sys.stdout.closed:
        with contextlib.suppress(OSError, ValueError):
            descriptor = sys.stdout.fileno()
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    return f"{error.filename or 'standard output'}: {error.strerror or error}."


class NewFile(click.Path):
    """A file to write. A single dash, which means the standard output elsewhere, would be its name."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; wrong use for a dash."""
        if str(value) == "-":
            self.fail("is -, but nothing is written to the standard output here. Name a file.", param, ctx)
        return super().convert(value, param, ctx)


SITE = click.argument("site", type=click.Path(exists=True, path_type=Path))
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = NewFile(dir_okay=False, path_type=Path)
MODEL = click.option("--model", type=FOLDER, metavar="DIR", help="Use the model that `recommender fit` saved here.")


#: Options that all commands about a site have, in the order of a help page; `Here` has them.
_COMMON = (
    click.option(
        "--settings", "settings_file", type=FILE, help="Settings to use instead of the site's recommender.yaml."
    ),
    click.option("-v", "--verbose", is_flag=True, help="Tell more: each stage, every warning."),
    click.option("-q", "--quiet", is_flag=True, help="Tell of problems only."),
)
#: Those of commands that change files.
_PLANS = (
    click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would change."),
    click.option("--diff", is_flag=True, help="Write nothing; show what would change, line by line."),
    click.option("--dry-run", is_flag=True, help="Write nothing; name the files that would change."),
)
_STRICT = (click.option("--strict", is_flag=True, help="Stop at the first file with a problem."),)
#: Warnings shown without ``--verbose``; the rest is counted.
_MOST_WARNINGS = 10
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Here:
    """The site that a command is about, and how much it tells; what `on_site` makes of the options that many have."""

    site: Path
    settings_file: Path | None
    verbose: bool
    quiet: bool
    check: bool = False
    diff: bool = False
    dry_run: bool = False

    @property
    def is_plan(self) -> bool:
        """Whether files are to stay as they are."""
        return self.check or self.diff or self.dry_run

    def settings(self) -> Settings:
        """The settings of the file that was named, or of the site; what is wrong about them is shown."""
        from recommender.batch import settings_of

        with showing(self.verbose, self.quiet):
            return settings_of(self.site, self.settings_file)

    def run(self, function: Callable[..., _Result], settings: Settings | None = None, **asked: Any) -> _Result:
        """What a function of `batch` hands back; what it logs and how far it is is shown."""
        settings = settings or self.settings()
        with showing(self.verbose, self.quiet) as progress:
            return function(self.site, settings, progress=progress, **asked)

    def tell(self, reading: Reading, problems: Sequence[RecommenderError] | None = None) -> None:
        """Tell of every problem, those of reading if not said, and of some warnings: there may be thousands."""
        for problem in reading.problems if problems is None else problems:
            click.echo(printed(problem), err=True)
        if self.quiet:
            return
        noticed = [*reading.warnings, *reading.unmatched]
        n_told = len(noticed) if self.verbose else _MOST_WARNINGS
        for warning in noticed[:n_told]:
            click.echo(printable(f"warning: {warning}"), err=True)
        if len(noticed) > n_told:
            click.echo(f"warning: {len(noticed) - n_told:,} more such; --verbose shows them all", err=True)

    def tell_changes(self, run: ChangeRun, lines: Iterable[str]) -> None:
        """Tell which files changed, or would; exit 1 for a problem, and with ``--check`` for a change."""
        if self.is_plan:
            echo_plan(run.plan.changes, as_diff=self.diff)
        self.tell(run.reading, run.problems)
        if not self.quiet:
            for line in lines:
                click.echo(printable(line), err=True)
        if run.problems or (self.check and run.plan.changes):
            sys.exit(1)


def on_site(*, strict: bool = False, plans: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that commands about a site have in common; the command is given a `Here` in their place."""

    def of(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(site: Path, **options: Any) -> None:
            here = Here(site, **{one.name: options.pop(one.name) for one in fields(Here) if one.name in options})
            if here.verbose and here.quiet:
                raise click.UsageError("--verbose tells more and --quiet less. Leave one of the two out.")
            try:
                command(here, **options)
            except OptionError as error:
                raise click.UsageError(printed(error)) from error

        for option in reversed((_STRICT if strict else ()) + (_PLANS if plans else ()) + _COMMON):
            run = option(run)
        return run

    return of


def files_of(only: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """What ``--only`` names: click gives an option one value, so further ones come as arguments."""
    if more and not only:
        raise click.UsageError(f"Got unexpected extra argument ({more[0]}). More files go behind --only.")
    return (*only, *more)


def example(*lines: str) -> str:
    """What click prints below the options; the backspace keeps it from filling the lines."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


def names(context: click.Context, option: click.Parameter, text: str | None) -> list[str] | None:
    """The names in a text such as ``bm25,newest``, for the callback of an option."""
    if text is None:
        return None
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise click.BadParameter(f"names nothing, but is {text!r}. Leave it out for what is usual.", context, option)
    return found


def prepare() -> None:
    """Make ready the streams, the signals and the memory of the process, before any command."""
    # Looking through all articles and words, which live to the end, after every 700 new objects took a third of the
    # time at 100,000 articles (benchmarks/README.md). mypy sets these for the same reason.
    gc.set_threshold(200_000, 30, 30)
    # Signals belong to the main thread; whoever calls this from another has its own way of stopping.
    with contextlib.suppress(ValueError):
        # End as after Ctrl-C, which leaves no file half written and no temporary file behind. What nohup starts is to
        # outlive its terminal.
        for ending in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(ending) is not signal.SIG_IGN:
                signal.signal(ending, signal.default_int_handler)
    # joblib replaces a worker whose memory has grown; nothing is lost by that, and nobody need do anything.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    for stream in (sys.stdout, sys.stderr):
        # A title or a file name that a terminal cannot show is no reason to stop.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
