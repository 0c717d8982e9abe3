"""
What editors decided about pairs of articles: one file of the site that people read, correct by hand and merge.

A line a pair, sorted. Git is told to unite the lines of two branches (``merge=union``), so that different pairs never
conflict; a pair that two branches decided differently then has two lines, and reading says so.
"""

import contextlib
import getpass
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeVar, get_args

import yaml

from recommender.articles import Article, Corpus, checked
from recommender.bounds import Fence, read_regular
from recommender.cache import digest
from recommender.content.matching import EntryMatcher
from recommender.content.site import no_site
from recommender.content.urls import canonical_url, is_address
from recommender.content.wording import say, some
from recommender.errors import (
    DecisionsChangedError,
    DecisionsError,
    FrontMatterError,
    SiteError,
    did_you_mean,
    kind_of,
    path_of,
)
from recommender.writing.atomic import ChangedError, read_if_there, remove_leftovers, replace_file, unwritten
from recommender.writing.lock import only_writer
from recommender.yaml import read_yaml

#: Below the site; generators leave folders that begin with an underscore alone.
DECISIONS_FILE = Path("_recommender", "decisions.yaml")

Verdict = Literal["accept", "reject", "pin", "keep", "remove"]
#: An article and a candidate, by their ids.
Pair = tuple[str, str]
#: A piece of the file, and the pair that it decides about, if any.
_Piece = tuple[str, Pair | None]
_T = TypeVar("_T")

#: What a decision says of a pair in a reader's grades: 3 must, 2 good, 1 weak, 0 wrong.
GRADES: Mapping[Verdict, int] = {"pin": 3, "accept": 2, "keep": 2, "reject": 0, "remove": 0}

_HEAD = """\
# What editors decided about suggestions: a line a pair. `recommender review` writes here, and so may you.
# verdict: accept, reject or pin (at a position) a suggestion; keep or remove an entry of the curated list.
"""
#: A decision, which may go on in lines that are indented; or any other line.
_PIECE = re.compile(r"- .*\n(?: .*\n)*|.*\n")
_ATTRIBUTES = f"{DECISIONS_FILE.name} merge=union\n"
_FORM = (
    "Write it as in - {article: ID, candidate: ID, verdict: accept}, and quote a text with a colon, comma or bracket."
)
_NAMES = ("article", "article_url", "candidate", "candidate_url", "verdict", "position", "why", "by", "day", "until")


@dataclass(frozen=True, slots=True)
class Decision:
    """What an editor decided about a candidate under an article."""

    #: Ids.
    article: str
    candidate: str
    verdict: Verdict  #: Suggestions are accepted, rejected or pinned; entries of the curated list are kept or removed.
    position: int | None = None  #: Of what is pinned, from 1; None for anything else.
    #: The reason, the editor, and when.
    why: str = ""
    by: str = ""
    day: date | None = None
    until: date | None = None  #: The last day on which it holds; None: for good.
    #: Addresses, by which an article that was renamed is found again.
    article_url: str = ""
    candidate_url: str = ""

    @property
    def pair(self) -> Pair:
        """The two ids."""
        return self.article, self.candidate

    def holds(self, today: date) -> bool:
        """Whether it counts on a day."""
        return self.until is None or today <= self.until

    def __str__(self) -> str:
        past = {"accept": "accepted", "reject": "rejected", "pin": "pinned", "keep": "kept", "remove": "taken out"}
        at, until = f" at {self.position}" if self.position else "", f", until {self.until}" if self.until else ""
        by, on = f" by {self.by}" if self.by else "", f" on {self.day}" if self.day else ""
        return f"{past[self.verdict]}{at}{by}{on}{until}{f': {self.why}' if self.why else ''}"


@dataclass(frozen=True)
class Decisions:
    """The decisions of a site, by pair."""

    by_pair: Mapping[Pair, Decision] = field(default_factory=dict)  #: Of articles as they are called now.
    version: str = ""  #: A digest of the file.
    #: The lines about each id that no article of the site has any more.
    unknown: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def of(self, article_id: str, today: date | None = None) -> dict[str, Decision]:
        """The decisions under an article, by candidate; with `today`, those that hold on that day."""
        held = self._by_article.get(article_id, {})
        return held if today is None else {key: one for key, one in held.items() if one.holds(today)}

    def grades(self) -> dict[Pair, int]:
        """Decisions as a reader's grades: judgments for an evaluation, lessons for a ranker."""
        return {pair: GRADES[decision.verdict] for pair, decision in self.by_pair.items()}

    @cached_property
    def _by_article(self) -> dict[str, dict[str, Decision]]:
        found: dict[str, dict[str, Decision]] = {}
        for (article, candidate), decision in self.by_pair.items():
            found.setdefault(article, {})[candidate] = decision
        return found


def checked_decisions(decisions: Decisions | None) -> Decisions:
    """The decisions that were given, none for None; DecisionsError for anything else, such as a list."""
    if decisions is not None and not isinstance(decisions, Decisions):
        cure = "Read them: read_decisions(site)."
        raise DecisionsError(f"decisions must be Decisions, but are {kind_of(decisions)}. {cure}")
    return decisions or Decisions()


class _Found(NamedTuple):
    """A decision of the file, the number of its line, and whether the articles were called otherwise then."""

    decision: Decision
    line: int
    is_moved: bool


class DecisionsFile:
    """
    The decisions of a site, read, and changed a pair at a time; `articles` say who is called what now.

    Each change reads the file as it is now and writes it whole, under a lock, so programs and hands that change
    different pairs never lose each other's work. Lines that do not change stay byte for byte, comments too. For a file
    of articles it lies in the folder that this is in.
    """

    def __init__(self, site: Path, articles: Iterable[Article] = ()) -> None:
        folder = site if site.is_dir() else site.parent
        self.path = folder / DECISIONS_FILE
        self._fence: Fence | None = Fence.around(folder)
        self._ids: set[str] = set()
        self._by_url: dict[str, list[str]] = {}
        for article in articles:
            self._ids.add(article.id)
            for url in filter(None, (article.url, *article.aliases)):
                self._by_url.setdefault(canonical_url(url), []).append(article.id)

    @classmethod
    def at(cls, path: Path) -> Self:
        """The file of a path, whatever it is called; its articles are those that it names."""
        file = cls(path.parent)
        file.path, file._fence = path, None
        return file

    def read(self) -> Decisions:
        """What was decided, nothing where there is no file; DecisionsError as `read_decisions` has it."""
        return self._parsed(self._read() or b"")[1]

    def change(
        self, wanted: Mapping[Pair, Decision | None], expected: Mapping[Pair, Decision | None] | None = None
    ) -> Decisions:
        """
        Decide some pairs anew, or with None forget what was decided.

        `expected` is what the editor saw of them; None: whatever it was. Where somebody decided one of these pairs
        otherwise in the meantime, that is a DecisionsChangedError, and nothing was written.
        """
        try:
            self._read()  # Outside of the site not even the lock is put.
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with only_writer(self.path.parent):
                remove_leftovers([self.path])
                self._tell_git()
                while True:
                    found = self._read()
                    pieces, now = self._parsed(found or b"")
                    for pair, seen in (expected or {}).items():
                        if now.by_pair.get(pair) != seen:
                            raise DecisionsChangedError(
                                f"{pair[1]} under {pair[0]} was decided otherwise in the meantime: "
                                f"{now.by_pair.get(pair) or 'the decision was taken back'}. Look again, then decide."
                            )
                    after = _changed(pieces, wanted).encode()
                    # Read before it is written: what cannot be read again must not stand there.
                    _, decided = self._parsed(after)
                    # A hand with an editor takes no lock.
                    with contextlib.suppress(ChangedError):
                        replace_file(self.path, after, before=found)
                        return decided
        except OSError as error:
            raise unwritten(self.path, error) from None

    def _read(self) -> bytes | None:
        """The file's bytes, or None where there is none."""
        try:
            return self._fence.read(self.path) if self._fence else read_regular(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DecisionsError(
                f"{self.path}: cannot be read ({error.strerror}). Put a file there, in the site's own folder."
            ) from None

    def _tell_git(self) -> None:
        """See to it that git unites the lines of two branches; what else stands in its file is a person's."""
        file = self.path.parent / ".gitattributes"
        if self._fence and not self._fence.holds(file):
            return
        told = (read_if_there(file) or b"").decode("utf-8", "surrogateescape")
        if _ATTRIBUTES.strip() not in told.splitlines():
            gap = "\n" if told and not told.endswith("\n") else ""
            replace_file(file, f"{told}{gap}{_ATTRIBUTES}".encode("utf-8", "surrogateescape"))

    def _parsed(self, raw: bytes) -> tuple[list[_Piece], Decisions]:
        """The text in pieces that joined give it again, and what was decided by them."""
        try:
            text = raw.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise DecisionsError(f"{self.path}: is not UTF-8 text. Save it as UTF-8.") from None
        pieces: list[_Piece] = []
        held: dict[Pair, _Found] = {}
        unknown: dict[str, list[int]] = {}
        line = 1
        for piece in _PIECE.findall(text if text.endswith("\n") or not text else f"{text}\n"):
            found = self._found(piece, line)
            pair = found.decision.pair if found else None
            pieces.append((piece, pair))
            if found and pair:
                other = held.setdefault(pair, found)
                if other.decision != found.decision:
                    held[pair] = self._that_holds(other, found)
                elif other is not found:  # two branches that agree
                    pieces.pop()
            for name in pair or ():
                if self._ids and name not in self._ids and not is_address(name):
                    unknown.setdefault(name, []).append(line)
            line += piece.count("\n")
        return pieces, Decisions({pair: found.decision for pair, found in held.items()}, digest(raw), unknown)

    def _found(self, piece: str, line: int) -> _Found | None:
        """What a piece decides about articles as they are called now; None for a comment or a blank line."""
        where = f"{self.path}:{line}"
        if not piece.startswith("- "):
            if piece.strip() and not piece.startswith(("#", "---", "...", "[]")):
                merging = piece.startswith(("<<<<<<<", "=======", ">>>>>>>"))
                cure = "Finish the merge: keep one line a pair." if merging else "Begin each decision with a dash."
                raise DecisionsError(f"{where}: expected a decision, found {piece.strip()[:40]!r}. {cure}")
            return None
        try:
            written = _decision(piece)
        except DecisionsError as error:
            raise DecisionsError(f"{where}: {error}") from None
        article = self._id_now(written.article, written.article_url)
        now = replace(written, article=article, candidate=self._id_now(written.candidate, written.candidate_url))
        return _Found(now, line, now.pair != written.pair)

    def _that_holds(self, first: _Found, second: _Found) -> _Found:
        """Which of two decisions about one pair holds; DecisionsError where both are about the articles themselves."""
        if not (first.is_moved or second.is_moved):
            one, other = first.decision, second.decision
            raise DecisionsError(
                f"{self.path}:{second.line}: {one.candidate} under {one.article} is decided twice: {one} (line "
                f"{first.line}), and {other} (this line). Keep one of the two lines."
            )
        # Of two articles with one address one is gone: what was decided about the other itself holds, else the newer.
        return max(first, second, key=lambda found: (not found.is_moved, found.decision.day or date.min))

    def _id_now(self, article_id: str, url: str) -> str:
        """The address outlives the name of a file; the id decides among several files of one address."""
        ids = self._by_url.get(canonical_url(url), []) if url else []
        return article_id if article_id in ids or not ids else ids[0]


def read_decisions(site: Path | str, corpus: Iterable[Article] = ()) -> Decisions:
    """
    What the editors of a site decided, for ``Recommender.decisions``.

    Parameters
    ----------
    site
        The folder; for a file of articles, that file.
    corpus
        The articles as they are called now, so that one that was renamed keeps its decisions.

    Raises
    ------
    SiteError
        There is no such site.
    DecisionsError
        A line of the file cannot be understood, or a pair is decided twice.
    """
    folder = path_of(site, "site", SiteError)
    if not folder.exists():
        raise SiteError(no_site(folder))
    return DecisionsFile(folder, corpus if isinstance(corpus, Corpus) else checked(corpus)).read()


def decide(
    article: Article,
    candidate: Article,
    verdict: Verdict,
    *,
    by: str,
    why: str | None = None,
    position: int | None = None,
    until: date | None = None,
    before: Decision | None = None,
) -> Decision:
    """
    A decision of today, as `Decision` has it; what is pinned stands first if not said.

    The same as `before` again keeps the reason and the last day that it had, where nothing else is said.
    """
    if before and before.verdict == verdict:
        why, until = before.why if why is None else why, until or before.until
    if article.id == candidate.id:
        raise DecisionsError(f"{article.id}: an article is not suggested under itself. Name another candidate.")
    return Decision(
        article.id,
        candidate.id,
        verdict,
        position=max(1, position or 1) if verdict == "pin" else None,
        why=" ".join((why or "").split()),
        by=by,
        day=datetime.now(UTC).date(),
        until=until,
        article_url=article.url,
        candidate_url=candidate.url,
    )


def at_places(others: Iterable[_T], pinned: Iterable[tuple[int, _T]]) -> list[_T]:
    """Others with what is pinned at its places, which rise from 1; behind, where that is taken or too far."""
    found, place = list(others), -1
    for position, one in pinned:
        place = max(position - 1, place + 1)
        found.insert(place, one)
    return found


def check_listed(article: Article, candidate: Article, matcher: EntryMatcher) -> None:
    """DecisionsError where an article's curated list does not name a candidate, and so cannot keep or remove it."""
    listed = [matcher.match(entry, article).article_id or entry.target for entry in article.related]
    if candidate.id not in listed:
        raise DecisionsError(
            f"{candidate.id} is not in the curated list of {article.id}, which names {some(listed) or 'nothing'}. "
            "Only its entries are kept or removed; suggestions are accepted or rejected."
        )


def editor_name(site: Path) -> str:
    """Who decides: git's name for the user, else the system's."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = ["git", "-C", str(site if site.is_dir() else site.parent), "config", "user.name"]
        if name := subprocess.run(asked, capture_output=True, timeout=5, check=False).stdout.strip():
            return name.decode("utf-8", "replace")
    with contextlib.suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""


def _changed(pieces: Sequence[_Piece], wanted: Mapping[Pair, Decision | None]) -> str:
    """The text with some pairs decided: each where it stands, a new one before the first that comes after it."""
    left, stands = dict(wanted), {pair for _, pair in pieces}
    waiting = sorted(pair for pair, decision in wanted.items() if decision is not None and pair not in stands)
    parts = [] if pieces else [_HEAD]
    for text, pair in pieces:
        while pair and waiting and waiting[0] < pair:
            parts.append(_line(wanted[waiting.pop(0)]))
        if pair and pair in wanted:
            # Of several lines, about articles that moved together, one stays.
            text, left[pair] = _line(left[pair]), None
        parts.append(text)
    return "".join([*parts, *(_line(wanted[pair]) for pair in waiting)])


class _OneLine(yaml.SafeDumper):
    """As PyYAML's safe dumper; a line break in a text is written as an escape."""

    def represent_str(self, text: str) -> yaml.ScalarNode:
        style = '"' if text.splitlines() not in ([], [text]) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_OneLine.add_representer(str, _OneLine.represent_str)


def _line(decision: Decision | None) -> str:
    if decision is None:
        return ""
    values = {name: getattr(decision, name) for name in _NAMES if getattr(decision, name) not in ("", None)}
    text = yaml.dump(
        values, Dumper=_OneLine, default_flow_style=True, allow_unicode=True, sort_keys=False, width=float("inf")
    )
    return f"- {text.strip()}\n"


@lru_cache(maxsize=1 << 16)
def _decision(text: str) -> Decision:
    """The decision of one item of the list."""
    try:
        # Without its dash it is a mapping, which is read with limits.
        found = read_yaml(f" {text[1:]}", "")
    except FrontMatterError as error:
        problem = str(error).partition(": ")[2].partition(". ")[0]
        raise DecisionsError(f"cannot be read as a decision: {problem}. {_FORM}") from None
    for name, value in found.items():
        if name not in _NAMES:
            raise DecisionsError(f"a decision has no {say(str(name))}.{did_you_mean(str(name), _NAMES)}")
        if message := _violation(str(name), value):
            raise DecisionsError(f"{name} must be {message}, but is {say(value)}.")
    if missing := [name for name in ("article", "candidate", "verdict") if name not in found]:
        raise DecisionsError(f"{missing[0]} is missing. Write it.")
    if (found["verdict"] == "pin") != ("position" in found):
        raise DecisionsError("what is pinned has a position, from 1, and nothing else has one. Mend the line.")
    return Decision(**found)


def _violation(name: str, value: Any) -> str:
    """What was expected of a value, or "" where it is right."""
    if name == "verdict":
        return "" if value in get_args(Verdict) else f"one of {', '.join(get_args(Verdict))}"
    if name == "position":
        return "" if type(value) is int and value >= 1 else "a whole number from 1"
    if name in ("day", "until"):
        return "" if type(value) is date else "a day such as 2026-03-03"
    return "" if isinstance(value, str) and value else "text"
