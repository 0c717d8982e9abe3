"""What a system may know when it is asked: the protocols. Each makes a `Plan`; see `simulate`."""

import dataclasses
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby, pairwise
from pathlib import Path

from recommender.articles import Article, Corpus
from recommender.content.site import read_article, read_site
from recommender.errors import EvaluationError, OptionError, did_you_mean
from recommender.evaluation.judgments import GRADES_NAME, LEFT_OUT, Judgments, page_key
from recommender.evaluation.simulate import Plan, Query, Step, Walk
from recommender.settings import Settings

#: Share of the dated articles with a list, the latest, that publish-time asks when no day is named.
DEFAULT_TEST_SHARE = 0.2


@dataclass(frozen=True)
class _Timeline:
    """The life of a site in the order of publication."""

    corpus: Corpus  #: Gives the corpora of its walks their language and the shape of their entries.
    #: Articles by moment: those of one group were published at once. An article is known after its group.
    groups: tuple[tuple[Article, ...], ...]
    #: Article id -> for each entry of its list the number of the group after which what it names is known.
    unlocks: Mapping[str, tuple[int, ...]]
    queries: Mapping[str, int]  #: Article id -> query number.

    def walk(self, first: int, last: int) -> Walk:
        """From before one group to before another: a group is asked, then known, and lists that name it have grown."""
        grown: dict[int, list[Article]] = {}
        for moment, group in enumerate(self.groups[:last]):
            for article in group:
                for later in {unlock for unlock in self.unlocks[article.id] if max(moment + 1, first) <= unlock < last}:
                    grown.setdefault(later, []).append(self.as_known(article, later + 1))
        steps = (
            Step(
                asked=tuple(self.queries[article.id] for article in self.groups[moment] if article.id in self.queries),
                added=tuple(self.as_known(article, moment + 1) for article in self.groups[moment]),
                grown=tuple(grown.get(moment, ())),
            )
            for moment in range(first, last)
        )
        return Walk(self.known_before(first), tuple(steps))

    def known_before(self, moment: int) -> Corpus:
        """What was published before a group."""
        known = (article for group in self.groups[:moment] for article in group)
        return self.corpus.with_articles(self.as_known(article, moment) for article in known)

    def as_known(self, article: Article, moment: int) -> Article:
        """
        The article with its list cut to what was known before a moment.

        NB An entry that names a later article is taken out, not left to match nothing: it carries the title and the
        excerpt of an article that did not exist, and would be one from another site to whoever reads it.
        """
        unlocks = self.unlocks[article.id]
        if all(unlock < moment for unlock in unlocks):
            return article
        kept = (entry for entry, unlock in zip(article.related, unlocks, strict=True) if unlock < moment)
        return dataclasses.replace(article, related=tuple(kept))


def publish_time(corpus: Corpus, test_from: datetime | None = None) -> Plan:
    """
    Queries in the order of publication, each answered with what was published before it.

    Judged are the older articles in a query's list. Known are the older articles, their lists cut to what was older
    than the query. A page is known once: of several articles with one address, the earliest takes part. An article
    without a date takes no part, for nobody can say that it was older. What is fitted is fitted on what was published
    before `test_from`, and fitted again, on what is known by then, each time the number of known articles has doubled.

    Only articles published from `test_from` on are asked; None: the latest fifth of the dated articles that have a
    list.
    """
    judgments = Judgments(corpus)
    left_out: Counter[str] = Counter()
    pages: set[int] = set()
    dated: list[Article] = []
    copies: list[Article] = []
    for article in sorted((one for one in corpus if one.published_at), key=lambda one: (_time(one), one.id)):
        page = judgments.pages[article.id]
        (copies if page in pages else dated).append(article)
        pages.add(page)
    groups = tuple(tuple(group) for _, group in groupby(dated, key=lambda article: article.published_at))
    times = [_time(group[0]) for group in groups]
    if test_from is None:
        with_list = [article for article in dated if judgments.judged(article)]
        why = Counter(judgments.reason_left_out(article) for article in corpus if not judgments.judged(article))
        _some(with_list, "article with a date has a curated list that names another article", why, corpus)
        test_from = _time(with_list[int(len(with_list) * (1 - DEFAULT_TEST_SHARE))])
    # Somebody must have been there to be suggested: the first group of all is known, never asked.
    first = max(bisect_left(times, test_from), 1)

    arrival = {judgments.pages[article.id]: moment for moment, group in enumerate(groups) for article in group}
    never = len(groups)
    unlocks: dict[str, tuple[int, ...]] = {}
    queries: list[Query] = []
    numbers: dict[str, int] = {}
    known: set[int] = set()
    for moment, group in enumerate(groups):
        for article in group:
            # An external page is known by its own date; without one, with the list that names it.
            unlocks[article.id] = tuple(
                arrival.get(target.page, never)
                if target.page >= 0
                else bisect_right(times, day) - 1
                if (day := target.entry.published_at)
                else -1
                for target in judgments.lists[article.id]
            )
            if moment < first:
                continue
            query = Query.of(article, judgments, known.__contains__)
            if query is None:
                left_out[judgments.reason_left_out(article)] += 1
            else:
                numbers[article.id] = len(queries)
                queries.append(query)
        known.update(judgments.pages[article.id] for article in group)
    left_out["no date"] += sum(article.published_at is None for article in corpus)
    left_out["copy"] += sum(_time(article) >= test_from for article in copies)
    _some(queries, f"article published from {test_from:%Y-%m-%d} on names an older one", left_out, corpus)
    timeline = _Timeline(corpus, groups, unlocks, numbers)
    walks = tuple(timeline.walk(start, stop) for start, stop in pairwise(_fits(groups, first)))
    return Plan("publish-time", judgments, tuple(queries), +left_out, walks, test_from)


def _fits(groups: Sequence[Sequence[Article]], first: int) -> list[int]:
    """Before which groups a system starts anew: the first that is asked, and each that finds twice as many known."""
    found = [first]
    n_known = n_fitted = sum(len(group) for group in groups[:first])
    for moment in range(first, len(groups)):
        if n_known >= 2 * n_fitted:
            found.append(moment)
            n_fitted = n_known
        n_known += len(groups[moment])
    return [*found, len(groups)]


def _time(article: Article) -> datetime:
    assert article.published_at is not None
    return article.published_at


def parse_day(text: str | date) -> datetime:
    """A moment from ``2021-04-01`` or any ISO 8601 text; midnight and UTC where it does not say."""
    if isinstance(text, str):
        with suppress(ValueError):
            text = datetime.fromisoformat(text)
    if not isinstance(text, date):
        raise OptionError(f"--test-from must be a day such as 2021-04-01, but is {text!r}.")
    if not isinstance(text, datetime):
        text = datetime.combine(text, time())
    return text if text.tzinfo else text.replace(tzinfo=UTC)


def whole_site(corpus: Corpus, n_folds: int = 5, seed: int = 0, *, unlisted: bool = False) -> Plan:
    """
    Folds of the pages with a list; a fold's lists are hidden, all else is known, whatever its date.

    Copies of one page are hidden together, and one of them is asked: the first by id that has a list. Folds are drawn
    from the addresses and the seed; the order of the files does not matter. Where there are fewer pages with a list
    than folds, each list is hidden alone.

    With `unlisted`, the protocol of that name, what names a page of the fold is taken out of all lists too, so that the
    page stands there as one that nobody lists.
    """
    judgments = Judgments(corpus)
    left_out: Counter[str] = Counter()
    asked: dict[int, Query] = {}
    for article in judgments.articles:
        page, query = judgments.pages[article.id], Query.of(article, judgments, lambda _: True)
        if query is None:
            left_out[judgments.reason_left_out(article)] += 1
        elif page in asked:
            left_out["copy"] += 1
        else:
            asked[page] = query
    _some(asked, "curated list names another article of the site", left_out, corpus)

    def draw(page: int) -> bytes:
        return hashlib.blake2b(f"{seed} {page_key(asked[page].article)}".encode()).digest()

    drawn = sorted(asked, key=draw)
    fold_of = {page: number % n_folds for number, page in enumerate(drawn)}
    walks = []
    for fold in range(min(n_folds, len(drawn))):
        hidden = {page for page in asked if fold_of[page] == fold}
        start = corpus.with_articles(
            _without_lists(article, judgments, hidden, hidden if unlisted else frozenset()) for article in corpus
        )
        whole_fold = Step(asked=tuple(number for number, page in enumerate(asked) if page in hidden))
        walks.append(Walk(start, (whole_fold,)))
    protocol = "unlisted" if unlisted else "whole-site"
    return Plan(protocol, judgments, tuple(asked.values()), +left_out, tuple(walks))


def _without_lists(article: Article, judgments: Judgments, hidden: Set[int], unnamed: Set[int]) -> Article:
    """The article without its list if its page is hidden, else without the entries that name some pages."""
    if judgments.pages[article.id] in hidden:
        return dataclasses.replace(article, related=())
    targets = judgments.lists[article.id]
    if unnamed.isdisjoint(target.page for target in targets):
        return article
    return dataclasses.replace(article, related=tuple(target.entry for target in targets if target.page not in unnamed))


def graded(corpus: Corpus, pairs: Collection[tuple[str, str]]) -> Plan:
    """The site as it stands, asked with the lists of the articles of some pairs hidden; only pairs that it knows."""
    judgments = Judgments(corpus)
    known, asked = judgments.known_ids(), {article_id for article_id, _ in pairs}
    there = sorted({article_id for article_id, candidate_id in pairs if candidate_id in known} & set(corpus.ids))
    n_gone = len(asked.difference(corpus.ids))
    left_out = Counter({"not there": n_gone, "none of them": len(asked) - n_gone - len(there)})
    if not there:
        first = min((asked - set(corpus.ids)) or {one for pair in pairs for one in pair} - known, default="")
        raise EvaluationError(
            f"there is nothing to score: of each pair that was graded the site lacks an article, such as {first!r}."
            f"{did_you_mean(first, corpus.ids)} {GRADES_NAME}"
        )
    queries = tuple(Query(dataclasses.replace(corpus[article_id], related=()), frozenset()) for article_id in there)
    hidden = {query.article.id: query.article for query in queries}
    start = corpus.with_articles(hidden.get(article.id, article) for article in corpus)
    walk = Walk(start, (Step(asked=tuple(range(len(queries)))),))
    return Plan("grades", judgments, queries, +left_out, (walk,))


def replay(corpus: Corpus, later: Sequence[Article]) -> Plan:
    """
    Later articles come in one by one, each judged by the list it was first published with.

    Judged are the articles in the list that were there before it, in the site or among those that came earlier. An
    article whose address is there already is neither asked nor added.
    """
    pages = {page_key(article) for article in corpus}
    ids = set(corpus.ids)
    left_out: Counter[str] = Counter()
    arrivals: list[Article] = []
    for article in later:
        if page_key(article) in pages:
            left_out["copy"] += 1
            continue
        pages.add(page_key(article))
        if article.id in ids:
            # Another page, though its file has the name of one that is there.
            article = dataclasses.replace(article, id=page_key(article))
        ids.add(article.id)
        arrivals.append(article)
    judgments = Judgments(corpus.with_articles([*corpus, *arrivals]))
    known = {judgments.pages[article.id] for article in corpus}
    queries: list[Query] = []
    steps: list[Step] = []
    for article in arrivals:
        query = Query.of(article, judgments, known.__contains__)
        if query is None:
            left_out[judgments.reason_left_out(article)] += 1
            steps.append(Step(added=(article,)))
        else:
            steps.append(Step(asked=(len(queries),), added=(article,)))
            queries.append(query)
        known.add(judgments.pages[article.id])
    _some(queries, "later article names one that was there before it", left_out, corpus)
    return Plan("replay", judgments, tuple(queries), +left_out, (Walk(corpus, tuple(steps)),))


def read_later(folder: Path | str, settings: Settings | None = None) -> list[Article]:
    """
    The later articles of a folder, in the order of its ``order.json``, else by date.

    ``order.json`` is a list of ``{"path": ...}`` below the folder. Without it, articles without a date come last.
    """
    folder = Path(folder)
    order = folder / "order.json"
    if not order.exists():
        articles = read_site(folder, settings, strict=True)
        return sorted(articles, key=lambda a: (a.published_at is None, a.published_at or datetime.max, a.id))
    try:
        paths = [str(entry["path"]) for entry in json.loads(order.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, KeyError):
        raise EvaluationError(
            f'{order}: must be a list of entries with a path, such as [{{"path": "_news/tea.md"}}].'
        ) from None
    return [read_article(folder / path, settings, site=folder) for path in paths]


def _some(found: Collection[object], what: str, left_out: Counter[str], corpus: Corpus) -> None:
    """Raise EvaluationError where nothing is found: why, and what can judge the suggestions all the same."""
    if found:
        return
    why = "; ".join(f"{number:,}: {LEFT_OUT[reason]}" for reason, number in left_out.items() if number)
    cure = "Name articles of the site in lists, or judge by readers' grades: recommender evaluate SITE --grades FILE."
    if any(map(Judgments(corpus).judged, corpus)):
        cure = "Choose the protocol whole-site, for which dates do not count."
    raise EvaluationError(f"there is nothing to score: no {what}{why and f' ({why})'}. {cure}")
