"""What a writer is given, and what it hands back."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

from recommender.articles import Corpus
from recommender.bounds import Fence
from recommender.cache import digest
from recommender.errors import RecommenderError
from recommender.settings import Settings
from recommender.suggestions import Suggestion
from recommender.writing.atomic import FileChange, is_stream, plan_change


@dataclass(frozen=True, slots=True)
class Answer:
    """What the recommender says of one article."""

    article_id: str
    suggestions: tuple[Suggestion, ...] = ()  #: The best first; may be empty.
    reason_for_none: str = ""  #: Why there are no suggestions; "" where there are some.


class Given(NamedTuple):
    """A suggestion that was given: the candidate's id, its title, and the score."""

    id: str
    title: str
    score: float


@dataclass
class Tally:
    """How many suggestions some answers have, and for which reasons how many have none; where asked, which they are."""

    n_suggestions: int = 0
    reasons_for_none: Counter[str] = field(default_factory=Counter)
    given: dict[str, tuple[Given, ...]] | None = None  #: By the article's id; None: it is not noted.

    def counted(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """The same answers, counted as they pass."""
        for answer in answers:
            self.n_suggestions += len(answer.suggestions)
            if not answer.suggestions:
                self.reasons_for_none[answer.reason_for_none] += 1
            if self.given is not None:
                found = (Given(one.article_id, one.title, one.score) for one in answer.suggestions)
                self.given[answer.article_id] = tuple(found)
            yield answer

    def add(self, other: Self) -> None:
        """Count what another has counted; what it noted stays there."""
        self.n_suggestions += other.n_suggestions
        self.reasons_for_none.update(other.reasons_for_none)


def kinds_of_reasons(reasons: Mapping[str, int]) -> dict[str, int]:
    """Reasons by their first half, the most frequent first: what follows the semicolon is about one article."""
    counts: Counter[str] = Counter()
    for reason, count in reasons.items():
        counts[reason.partition(";")[0]] += count
    return dict(counts.most_common())


@dataclass
class Plan:
    """What a batch is going to change, complete before the first file is replaced; and what came of it."""

    #: The files that will change, in the order of their articles.
    changes: list[FileChange] = field(default_factory=list)
    #: One error for each file that cannot be written; it is left alone.
    problems: list[RecommenderError] = field(default_factory=list)
    #: SHA-256 of the bytes that each file should have, those that do not change too.
    files: dict[Path, str] = field(default_factory=dict)
    n_changed: int = 0  #: How many files changed, or would.

    def add(self, path: Path, make: Callable[[bytes | None], bytes], fence: Fence | None = None) -> Self:
        """Itself, with what `make` makes of a file; parameters and errors as `plan_change` has them."""
        change = plan_change(path, make, fence)
        if not is_stream(path):
            self.files[path] = digest(change.after)
        if change.after != change.before:
            self.changes.append(change)
        return self


#: A way of writing: it plans what will change in the file that is named, None: in its own place, and changes nothing.
#: What is written about articles that the answers leave out stays.
Writer = Callable[[Corpus, Path, Iterable[Answer], Settings, Path | None], Plan]
