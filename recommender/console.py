"""
What a person reads on the terminal: progress, summaries, reasons, reports. What results in files is written elsewhere.

What is slow to import is imported where it is used, so that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.content.wording import printable
from recommender.errors import RecommenderError, shortened

if TYPE_CHECKING:
    from recommender.articles import Article, Reading
    from recommender.batch import ChangeRun, Progress, SuggestRun
    from recommender.evaluation import Report
    from recommender.suggestions import Reason
    from recommender.writing import Answer, FileChange

#: What a reader calls the fields of text that are not called by a name of the article's.
_FIELD_NAMES = {
    "words": "words of title and excerpt",
    "phrases": "pairs of words of title and excerpt",
    "letters": "parts of the words",
    "body": "words of the whole text",
    "body_letters": "parts of the words of the whole text",
    "meaning": "what they are about",
}


def printed(error: RecommenderError) -> str:
    """An error as a terminal may be sent it."""
    return shortened("\n".join(printable(str(line)) for line in error.args))


class _Printable(logging.Formatter):
    """What is logged, as a terminal may be sent it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as in logging
        return printable(super().formatMessage(record))


def report_as(report: Report, format_: str) -> str:
    """A report as the text of a file."""
    if format_ == "json":
        return f"{report.to_json(indent=2)}\n"
    if format_ == "html":
        from recommender.report.evaluation_page import page_of  # matplotlib is an extra, and slow to import

        return page_of(report)
    from rich.console import Console

    from recommender.evaluation import tables_of

    text = io.StringIO()
    Console(file=text, width=160).print(tables_of(report))
    return text.getvalue()


@contextlib.contextmanager
def showing(verbose: bool, quiet: bool) -> Iterator[Progress]:
    """Show what a run logs and how far it is: the log with --verbose, a bar only where stderr is a terminal."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Printable("%(message)s"))
    logger = logging.getLogger("recommender")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if verbose else logging.WARNING)
    try:
        if quiet or verbose or not sys.stderr.isatty():
            yield lambda stage, n_done, n_total: None
        else:
            with _bar() as progress:
                yield progress
    finally:
        logger.removeHandler(handler)


@contextlib.contextmanager
def _bar() -> Iterator[Progress]:
    """One line a stage, gone when the run is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # What a terminal gets is set above the bar; what goes elsewhere must go there.
    is_seen = sys.stdout.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=is_seen) as bar:
        stages: dict[str, Any] = {}

        def tell(stage: str, n_done: int, n_total: int) -> None:
            if stage not in stages:
                stages[stage] = bar.add_task(stage, total=n_total)
            bar.update(stages[stage], completed=n_done, total=n_total)

        yield tell


def summary(run: SuggestRun, *, is_plan: bool) -> Iterator[str]:
    """What a run did, in the order of the data's way."""
    from recommender.writing.plan import kinds_of_reasons

    outcome = run.outcome
    yield f"articles: {run.n_articles:,} read, {len(run.problems):,} with problems"
    if recognised := ", ".join(_recognised(run.reading)):
        yield f"recognised: {recognised}"
    if counts := ", ".join(f"{count:,} {how}" for how, count in run.reading.matched.items() if count):
        yield f"curated entries: {counts}"
    if (news := outcome.news) is not None:
        yield (
            f"model: {news.n_added:,} added, {news.n_changed:,} changed and {news.n_removed:,} removed "
            "since it was fitted"
        )
        yield f"drift: {news.drift}{'; fitted anew for this run' if news.is_refitted else ''}"
    yield f"ranking: {outcome.ranker_decision}"
    yield (
        f"suggestions: {outcome.n_suggestions:,} for {n_of(run.n_asked - outcome.n_with_none, 'article')}, "
        f"{outcome.n_with_none:,} with none"
    )
    for reason, count in kinds_of_reasons(outcome.reasons_for_none).items():
        yield f"  {count:,}: {reason}"
    more = "; nothing had to be computed again" if run.is_unchanged else ""
    # Lines that went to whoever takes them are in no file.
    if outcome.files or run.plan.n_changed:
        yield changed(run, "files", is_plan=is_plan) + more
    yield f"done in {run.seconds:.1f} s"


def changed(run: ChangeRun, what: str, *, is_plan: bool) -> str:
    """How many of what a run changed, or would change; where it is one file, which."""
    changes, n_changed = run.plan.changes, run.plan.n_changed
    if is_plan:
        return f"{what}: {n_changed:,} would change"
    name = f": {shown(changes[0].path)}" if len(changes) == n_changed == 1 else ""
    return f"{what}: {n_changed:,} changed{name}"


def _recognised(reading: Reading) -> Iterator[str]:
    """Each of our fields, with the names it was read from where they are others."""
    from recommender.content.fields import USUAL_NAMES

    for ours in USUAL_NAMES:
        if names := list(reading.recognised.get(ours, ())):
            yield ours if names == [ours] else f"{ours} ({', '.join(names)})"


def n_of(count: int, noun: str) -> str:
    """A count of things: ``1 article``, ``2 articles``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    with contextlib.suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def echo_plan(changes: Iterable[FileChange], *, as_diff: bool) -> None:
    """What would change: the names of the files, or line by line."""
    for change in changes:
        if as_diff:
            echo_diff(change)
        else:
            click.echo(printable(f"would change {shown(change.path)}"))


def echo_diff(change: FileChange) -> None:
    """A unified diff; in colour where stdout is a terminal, which click finds out."""
    import difflib

    name = printable(shown(change.path))
    if b"\0" in (change.before or b"") + change.after:
        click.echo(f"binary file {name} would change")
        return
    # Lines end where those of files do, and not at what else Python takes for an end.
    before, after = (
        io.StringIO((content or b"").decode("utf-8", "replace"), newline="\n").readlines()
        for content in (change.before, change.after)
    )
    source = name if change.before is not None else "/dev/null"
    for line in difflib.unified_diff(before, after, source, name):
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        click.secho(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", fg=colour, nl=False)


def listed(article: Article, answer: Answer) -> Iterator[str]:
    """An article's suggestions with their reasons."""
    yield f"{article.id}: {article.title}"
    if not answer.suggestions:
        yield f"no suggestions: {answer.reason_for_none}"
    for suggestion in answer.suggestions:
        yield f"{suggestion.rank:>3}. {suggestion.score:.3f}  {suggestion.article_id}"
        yield f"            {suggestion.title}"
        for sentence in suggestion.reason.sentences:
            yield f"            - {sentence}"


def explained(article: Article, candidate: Article, reason: Reason) -> Iterator[str]:
    """Two articles side by side, and what they share."""
    for label, one in (("article", article), ("candidate", candidate)):
        date = f" ({one.published_at:%Y-%m-%d})" if one.published_at else ""
        yield f"{label + ':':<12}{one.id}{date}"
        if one.title:
            yield f"            {one.title}"
    yield f"{'suggested:':<12}{'no: ' + reason.obstacle if reason.obstacle else 'yes'}"
    if reason.score or not reason.obstacle:
        yield f"{'score:':<12}{reason.score:.3f}, of a similarity of {reason.similarity:.3f}"
    else:
        yield f"{'score:':<12}none, for it was not ranked; the similarity is {reason.similarity:.3f}"
    if reason.gap_days is not None:
        yield f"{'dates:':<12}{n_of(round(reason.gap_days), 'day')} apart"
    for sentence in reason.sentences:
        yield f"  - {sentence}"
    from recommender.ranking.explain import IN_FIELD

    fields = sorted(reason.fields.items(), key=lambda item: -item[1])
    if fields:
        yield "  of the similarity: " + ", ".join(f"{_FIELD_NAMES.get(one, one)} {share:.0%}" for one, share in fields)
    for field in dict.fromkeys(term.field for term in reason.shared_terms):
        terms = ", ".join(f"{term.term} {term.share:.0%}" for term in reason.shared_terms if term.field == field)
        yield f"  in {IN_FIELD[field]}: {terms}"


def settings_as_yaml(described: Iterable[tuple[str, Any, str]]) -> Iterator[str]:
    """Every setting as a line of YAML that can be read back, its sentence above it."""
    import json
    import textwrap

    above: list[str] = []
    for name, value, sentence in described:
        *parts, last = name.split(".")
        for depth, part in enumerate(parts):
            if parts[: depth + 1] != above[: depth + 1]:
                yield f"{'  ' * depth}{part}:"
        above = parts
        indent = "  " * len(parts)
        yield from textwrap.wrap(sentence, 110, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")
        written = "" if value is None else f" {json.dumps(value)}"
        yield f"{indent}{last}:{written}"
