"""
Big sites made by recombining a real one: its titles, excerpts, dates, topics and curated lists, seeded.

Usage: python benchmarks/corpora.py SITE --articles N --out FILE.jsonl [--lists SHARE] [--seed 0]
       python benchmarks/corpora.py SITE --plot [--articles 100000]

The made site is one copy of the real site after the other. In each copy

- every head and every tail of a title and of an excerpt is used once, joined anew: a head with the tail of an article
  near it in the curated lists, or with any tail. So the lengths, the words and their frequencies are the site's own.
- an article takes date, topics, provider, quality, language and curated list from the article whose heads it has; its
  list names the articles of the same copy that come from those that the real list names. List and text still agree, so
  a learned ranker has something true to learn.
- rare words are renamed, all occurrences alike, so that the vocabulary grows as the site's own does. If words occur
  with rates spread as x^(-1 - b), the vocabulary grows by Heaps' law, V = K n^b, and a word that occurs f times in one
  of c + 1 samples of equal size is in none of the other c with probability (c + 1)^(b - f). Such a word is new, and
  gets a coined name; another takes the name that it had in one of the earlier copies, drawn evenly. The probabilities
  are scaled so that each copy adds what the law asks for that was fitted to the site.
- the gaps between dates are shuffled among 50 that follow each other: all copies lie in the span of the real site,
  for a bigger site publishes more a day. Ids begin with the date, as the names of posts do.

Text without spaces between words (Chinese, Japanese ...) is cut and joined, but its characters are never renamed.
Reference: H. S. Heaps, Information Retrieval: Computational and Theoretical Aspects, 1978.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import Article, Corpus, RelatedEntry, read_site
from recommender.content.matching import EntryMatcher

#: What is counted as a word, in lower case. Characters of scripts without spaces count one by one.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
#: Words that can be renamed; a number keeps its meaning in every copy, and shorter words are not names.
_NAME = re.compile(rf"[^\W\d_{_UNSPACED}]{{3,}}")
#: Gaps between dates are shuffled among so many that follow each other: bursts and quiet months stay where they are.
_N_GAPS = 50
#: The share of tails that are drawn from anywhere; the others come from an article near in the curated lists.
_SHARE_ANYWHERE = 0.5


@dataclass(frozen=True)
class Heaps:
    """Heaps' law: a text of n words has ``factor * n**exponent`` distinct ones."""

    factor: float
    exponent: float

    def __call__(self, n_words: Any) -> Any:
        """The number of distinct words in a text of so many words, which may be an array."""
        return self.factor * np.asarray(n_words, dtype=float) ** self.exponent


def fit_heaps(growth: NDArray[np.int64], share: float = 0.3) -> Heaps:
    """
    The law that fits a growth curve best, by least squares in log-log from a share of the text to its end.

    Parameters
    ----------
    growth
        Shape (n_words,): distinct words among the first 1, 2, ... words.
    share
        Where the fit begins: the curve bends at first, and what matters is how it goes on.
    """
    n_words = np.unique(np.geomspace(max(1, share * len(growth)), len(growth), 200).astype(int))
    exponent, log_factor = np.polyfit(np.log(n_words), np.log(growth[n_words - 1]), 1)
    return Heaps(float(np.exp(log_factor)), float(exponent))


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _WORD.findall(text.lower())


def growth(documents: Sequence[Sequence[str]], seed: int = 0, n_orders: int = 10) -> NDArray[np.int64]:
    """Distinct words among the first 1, 2, ... words, shape (n_words,): the mean over seeded orders of documents."""
    rng = np.random.default_rng(seed)
    total = np.zeros(sum(len(words) for words in documents), dtype=np.int64)
    for _ in range(n_orders):
        known: set[str] = set()
        curve = []
        for row in rng.permutation(len(documents)):
            for word in documents[row]:
                known.add(word)
                curve.append(len(known))
        total += np.array(curve, dtype=np.int64)
    return total // n_orders


def coined_words(words: Iterable[str], known: set[str], rng: np.random.Generator) -> Iterator[str]:
    """New words without end, each once, by a Markov chain over the letters of words: each follows the two before it."""
    after: dict[str, list[str]] = {}
    for word in words:
        marked = f"  {word}."
        for place in range(len(word) + 1):
            after.setdefault(marked[place : place + 2], []).append(marked[place + 2])
    known = set(known)
    while True:
        word = "  "
        while word[-1] != ".":
            choices = after[word[-2:]]
            word += choices[rng.integers(len(choices))]
        word = word[2:-1]
        if word not in known and _NAME.fullmatch(word):
            known.add(word)
            yield word


class _Site:
    """What is taken from the real site, prepared once."""

    def __init__(self, site: str | Path | Corpus) -> None:
        corpus = site if isinstance(site, Corpus) else read_site(site)
        earliest = min((article.published_at for article in corpus if article.published_at), default=None)
        self.articles = sorted(corpus, key=lambda article: (article.published_at or earliest or 0, article.id))
        rows = {article.id: row for row, article in enumerate(self.articles)}
        matcher = EntryMatcher(corpus)
        self.lists: list[list[int]] = []
        for row, article in enumerate(self.articles):
            named = (matcher.match(entry, article).article_id for entry in article.related)
            self.lists.append([rows[name] for name in dict.fromkeys(named) if name in rows and rows[name] != row])
        self.documents = [words_of(f"{article.title} {article.excerpt}") for article in self.articles]
        self.heaps = fit_heaps(growth(self.documents))
        counts = Counter(word for words in self.documents for word in words)
        self.names = [word for word in counts if _NAME.fullmatch(word)]
        self.name_rows = {word: row for row, word in enumerate(self.names)}
        self.counts = np.array([counts[word] for word in self.names], dtype=float)
        self.vocabulary = set(counts)
        self.pieces = [[_pieces(article.title), _pieces(article.excerpt)] for article in self.articles]
        self.walks = self._walks()

    def _walks(self) -> list[NDArray[np.int64]]:
        """For each language its articles, in an order in which neighbors are on one curated list where that can be."""
        walks = []
        for language in sorted({article.language for article in self.articles}):
            left = dict.fromkeys(row for row, article in enumerate(self.articles) if article.language == language)
            walk: list[int] = []
            while left:
                mates = (mate for mate in self.lists[walk[-1]] if mate in left) if walk else iter(())
                row = next(mates, None)
                row = next(iter(left)) if row is None else row
                del left[row]
                walk.append(row)
            walks.append(np.array(walk))
        return walks


def _pieces(text: str) -> list[str]:
    """The text cut before each word; white space and marks stay with the word before them."""
    starts = [match.start() for match in _WORD.finditer(text)]
    return [text[start:stop] for start, stop in zip([0, *starts[1:]], [*starts[1:], len(text)], strict=True) if text]


class _Names:
    """The name of each rare word in each copy. Number 0 is the word itself, others are coined."""

    def __init__(self, site: _Site, seed: int) -> None:
        self._site, self._seed = site, seed
        self._tables = [np.zeros(len(site.names), dtype=np.int32)]
        self._words: list[str] = [""]
        self._coined = coined_words(site.names, site.vocabulary, np.random.default_rng((seed, 0, 2)))

    def next_copy(self) -> None:
        """Draw the names of the next copy."""
        site, c = self._site, len(self._tables)
        rng = np.random.default_rng((self._seed, c, 0))
        n_words = sum(len(words) for words in site.documents)
        n_new = float(site.heaps((c + 1) * n_words) - site.heaps(c * n_words))
        chances = (1.0 + c) ** (site.heaps.exponent - site.counts)
        for _ in range(20):  # scaled to the law; where a chance is cut at 1 the others take more
            chances = np.minimum(1.0, chances * (n_new / max(chances.sum(), 1e-12)))
        is_new = rng.random(len(site.names)) < chances
        earlier = rng.integers(c, size=len(site.names))
        table = np.empty(len(site.names), dtype=np.int32)
        for copy in np.unique(earlier):
            table[earlier == copy] = self._tables[copy][earlier == copy]
        table[is_new] = np.arange(len(self._words), len(self._words) + is_new.sum())
        self._words += islice(self._coined, int(is_new.sum()))
        self._tables.append(table)

    def renamed(self, piece: str) -> str:
        """A piece of text with the name that its word has in the newest copy."""
        match = _WORD.match(piece) or _WORD.search(piece)
        if match is None or len(self._tables) == 1:
            return piece
        word = match.group()
        row = self._site.name_rows.get(word.lower())
        number = 0 if row is None else self._tables[-1][row]
        if not number:
            return piece
        name = self._words[number]
        name = name.upper() if word.isupper() else name.capitalize() if word[0].isupper() else name
        return piece[: match.start()] + name + piece[match.end() :]


def make_articles(site: str | Path | Corpus, n_articles: int, seed: int = 0, lists: float = 1.0) -> Iterator[Article]:
    """
    The articles of a made site, one by one.

    Memory stays that of the real site, and of one number for each of its words in each copy.

    Parameters
    ----------
    site
        The real site: a folder, a file that `read_site` takes, or a corpus.
    n_articles
        How many to make; the last copy is cut to its oldest.
    seed
        The same seed makes the same articles; fewer of them are the beginning of more, but for lists of the last copy.
    lists
        The share of the articles with a curated list that keep it. A big site curates less.
    """
    real = _Site(site)
    names = _Names(real, seed)
    n_real = len(real.articles)
    for start in range(0, n_articles, n_real):
        if start:
            names.next_copy()
        yield from _copy(
            real, names, start, min(n_real, n_articles - start), np.random.default_rng((seed, start, 1)), lists
        )


def _copy(
    site: _Site, names: _Names, start: int, n_made: int, rng: np.random.Generator, lists: float
) -> Iterator[Article]:
    title_tails, excerpt_tails = _tails(site, rng), _tails(site, rng)
    cuts = rng.uniform(1 / 3, 2 / 3, size=(len(site.articles), 2))
    has_list = rng.random(len(site.articles)) < lists
    dates = _dates(site.articles, rng)
    ids = [f"{date:%Y-%m-%d}-" if date else "" for date in dates]
    ids = [f"{day}{start + row:08}" for row, day in enumerate(ids)]

    def joined(row: int, tail: int, field: int) -> str:
        head_pieces, tail_pieces = site.pieces[row][field], site.pieces[tail][field]
        head = head_pieces[: round(cuts[row, field] * len(head_pieces))]
        pieces = [*head, *tail_pieces[round(cuts[tail, field] * len(tail_pieces)) :]]
        return "".join(names.renamed(piece) for piece in pieces).strip()

    for row in range(n_made):
        source = site.articles[row]
        mates = (mate for mate in site.lists[row] if mate < n_made) if has_list[row] else ()
        yield Article(
            id=ids[row],
            title=joined(row, title_tails[row], 0) or source.title,
            excerpt=joined(row, excerpt_tails[row], 1),
            published_at=dates[row],
            url=_url(ids[row]),
            topics=source.topics,
            provider=source.provider,
            quality=source.quality,
            language=source.language,
            is_published=source.is_published,
            related=tuple(RelatedEntry(url=_url(ids[mate]), target=_url(ids[mate])) for mate in mates),
        )


def _url(article_id: str) -> str:
    return f"https://made.example/{article_id}/"


def _tails(site: _Site, rng: np.random.Generator) -> NDArray[np.int64]:
    """Whose tail each head gets, shape (n_articles,): a permutation of the articles within each language."""
    tails = np.empty(len(site.articles), dtype=np.int64)
    for walk in site.walks:
        places = np.arange(len(walk)) + rng.uniform(0, 8, len(walk))
        anywhere = np.flatnonzero(rng.random(len(walk)) < _SHARE_ANYWHERE)
        places[anywhere] = places[rng.permutation(anywhere)]
        tails[walk] = walk[np.argsort(places, kind="stable")]
    return tails


def _dates(articles: Sequence[Article], rng: np.random.Generator) -> list[datetime | None]:
    """The dates of a copy: the real ones with their gaps shuffled locally; the first and the last stay."""
    rows = [row for row, article in enumerate(articles) if article.published_at]
    times = np.array([article.published_at.timestamp() for article in articles if article.published_at])
    gaps = np.diff(times)
    for start in range(0, len(gaps), _N_GAPS):
        rng.shuffle(gaps[start : start + _N_GAPS])
    dates: list[datetime | None] = [None] * len(articles)
    if rows:
        first = articles[rows[0]].published_at
        assert first is not None
        for row, seconds in zip(rows, np.concatenate([[0.0], np.cumsum(gaps)]), strict=True):
            dates[row] = first + timedelta(seconds=round(float(seconds)))
    return dates


def as_line(article: Article) -> str:
    """One JSON object, as `recommender.content.jsonl` reads it."""
    values = {
        "id": article.id,
        "title": article.title,
        "excerpt": article.excerpt,
        "date": article.published_at.isoformat() if article.published_at else None,
        "url": article.url,
        "topics": list(article.topics),
        "provider": article.provider,
        "quality": article.quality,
        "language": article.language,
        "published": None if article.is_published else False,
        "related": [entry.target for entry in article.related],
    }
    return json.dumps(
        {name: value for name, value in values.items() if value not in (None, "", [])}, ensure_ascii=False
    )


def write_jsonl(articles: Iterable[Article], path: str | Path) -> int:
    """Write an article a line as they come; returns how many."""
    n_written = 0
    with Path(path).open("w", encoding="utf-8") as file:
        for article in articles:
            file.write(as_line(article) + "\n")
            n_written += 1
    return n_written


def kept_corpus(site: Path, n_articles: int, folder: Path) -> Path:
    """The file of a made site without lists, an article a line; made where the folder does not have it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{site.name}-{n_articles}.jsonl"
    if not file.exists():
        write_jsonl(make_articles(site, n_articles, lists=0.0), file)
    return file


def plot(site: str | Path, n_articles: int, seed: int, out: Path) -> list[str]:
    """Draw how words grow and how often they occur, in the real site and in a made one; returns sentences on them."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    corpus = read_site(site)
    real = _Site(corpus)
    real_curve = growth(real.documents)
    real_share = _document_shares(real.documents)
    known: set[str] = set()
    n_words, curve = 0, []
    found: Counter[str] = Counter()
    for number, article in enumerate(make_articles(corpus, n_articles, seed), start=1):
        words = words_of(f"{article.title} {article.excerpt}")
        n_words += len(words)
        known.update(words)
        found.update(set(words))
        if number % max(1, n_articles // 400) == 0 or number == n_articles:
            curve.append((n_words, len(known)))
    made_share = np.sort(np.array(list(found.values())))[::-1] / n_articles
    first_copy = [
        words_of(f"{article.title} {article.excerpt}") for article in make_articles(corpus, len(corpus), seed)
    ]
    made_first = _document_shares(first_copy)

    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    law = real.heaps
    made_x, made_y = np.array(curve).T
    span = np.geomspace(1_000, max(n_words, len(real_curve)), 100)
    shown = np.unique(np.geomspace(1, len(real_curve), 400).astype(int))
    left.loglog(span, law(span), "--", color="grey", label=f"fitted: {law.factor:.1f} n^{law.exponent:.3f}")
    left.loglog(made_x, made_y, color="tab:orange", label=f"made, {n_articles:,} articles")
    left.loglog(shown, real_curve[shown - 1], color="tab:blue", label=f"real, {len(corpus):,} articles")
    left.set(xlabel="words of text", ylabel="distinct words", title="Growth of the vocabulary (Heaps)")
    right.loglog(np.arange(1, len(made_share) + 1), made_share, color="tab:orange", label=f"made, {n_articles:,}")
    right.loglog(np.arange(1, len(made_first) + 1), made_first, color="tab:green", label=f"made, {len(corpus):,}")
    right.loglog(np.arange(1, len(real_share) + 1), real_share, color="tab:blue", label=f"real, {len(corpus):,}")
    right.set(
        xlabel="rank of the word", ylabel="share of the articles that have it", title="Document frequencies (Zipf)"
    )
    for axes in (left, right):
        axes.legend()
        axes.grid(alpha=0.3)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=100)
    plt.close(figure)

    early = fit_heaps(real_curve[: len(real_curve) // 4])
    predicted = float(early(len(real_curve)))
    common = min(1000, len(real_share), len(made_share))
    apart = np.abs(np.log(made_share[:common] / real_share[:common]))
    return [
        f"Heaps' law of the real site: V = {law.factor:.2f} n^{law.exponent:.4f}; {len(real_curve):,} words, "
        f"{real_curve[-1]:,} of them distinct, by the law {float(law(len(real_curve))):,.0f}.",
        f"How far to trust it: fitted to the first quarter of the text, the law foretells {predicted:,.0f} distinct "
        f"words for the whole, {predicted / real_curve[-1] - 1:+.0%}.",
        f"Made: {n_articles:,} articles, {n_words:,} words, {len(known):,} of them distinct, by the law "
        f"{float(law(n_words)):,.0f} ({len(known) / float(law(n_words)) - 1:+.1%}).",
        f"Shares of articles of the {common:,} commonest words, made against real at the same rank: apart by a "
        f"factor of {np.exp(np.median(apart)):.3f} at the median, {np.exp(apart.max()):.2f} at most.",
        f"Words in one article only: real {np.mean(real_share * len(corpus) < 1.5):.0%}, "
        f"made {np.mean(made_share * n_articles < 1.5):.0%}.",
    ]


def _document_shares(documents: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """For each word the share of documents that have it, the commonest first."""
    found = Counter(word for words in documents for word in set(words))
    return np.sort(np.array(list(found.values())))[::-1] / len(documents)


def main() -> None:
    """Write a made site, or draw how it compares with the real one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--out", type=Path, help="write JSON lines here")
    parser.add_argument("--lists", type=float, default=1.0, help="share of the articles with a list that keep it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", action="store_true", help="draw benchmarks/plots/heaps.png")
    options = parser.parse_args()
    if options.plot:
        for line in plot(options.site, options.articles, options.seed, Path(__file__).parent / "plots" / "heaps.png"):
            print(line)
    elif options.out:
        articles = make_articles(options.site, options.articles, options.seed, options.lists)
        print(f"{options.out}: {write_jsonl(articles, options.out):,} articles", file=sys.stderr)
    else:
        parser.error("give --out FILE.jsonl, or --plot")


if __name__ == "__main__":
    main()
