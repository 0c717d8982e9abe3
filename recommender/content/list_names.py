"""
Which names of a site's front matter hold curated lists.

Some names say it themselves (`related`, `see_also`, `further_reading`), and are believed as far as their entries bear
it out. Any other name is one where hardly an entry is anything else than an article of the site, on many articles that
also list each other: tags and authors name pages that list nothing.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from recommender.articles import Article, RelatedEntry
from recommender.bounds import MOST_ENTRIES
from recommender.content.fields import USUAL_NAMES, Notes
from recommender.content.list_words import fold_name, is_doubtful, is_telling
from recommender.content.matching import EntryMatcher, is_wrapped
from recommender.content.related_lists import CuratedList
from recommender.content.urls import is_address

_USUAL = frozenset(map(fold_name, USUAL_NAMES["related"]))
#: What a name that says nothing must show to be read: so many lists, this share of entries that name an article, this
#: share of the named articles that have such a list too, this share of lists that differ from each other.
_LEAST_LISTS, _LEAST_MATCHED, _LEAST_MUTUAL, _LEAST_DIFFERENT = 5, 0.8, 0.25, 0.5
#: On a small site two lists are enough, where all entries name articles and this share of those have such a list too.
_LEAST_MUTUAL_OF_FEW = 0.5
#: Fewer lists than these, or a smaller share of entries that name an article, are not worth a line.
_LEAST_TOLD, _LEAST_TOLD_MATCHED = 3, 0.5
#: What parts the entries in one text: marks first, of them those that titles seldom have; blanks only where each part
#: names an article.
_SEVERAL, _MARKS, _BLANKS = re.compile(r"[,;|&\s]"), re.compile("[,;|&]"), re.compile(r"\s+")
_SEPARATORS = (re.compile("[;|]"), re.compile(","), re.compile("&"), _BLANKS)
#: What stands between marks, those in brackets left aside.
_BETWEEN = re.compile(r"(?:[^,;|&()]|\([^()]*\))+")
#: What stands before a remark: ADR-0017 (raw tiers), docs/tea.md - how it is made, tea.md §3.
_REMARKED = re.compile(r"(\S+)(\s+(?:[(§]|[-–—]+\s).*)?")


#: An article, the name of a list in its front matter, as typed, and the list.
_Named = tuple[Article, str, CuratedList]


def _is_scored(lists: Iterable[_Named]) -> bool:
    """Whether most entries carry a number of similarity: a machine wrote them."""
    return sum(2 * found.n_scored - len(found.entries) for _, _, found in lists) > 0


def likely_names(notes: Notes, names: str | Collection[str] = (), own: str = "") -> frozenset[str]:
    """The folded names read as lists: the settings', else those that say so themselves, or the generator's."""
    if names:
        return frozenset(map(fold_name, [names] if isinstance(names, str) else names))
    found = {fold_name(name) for lists in notes.lists.values() for name in lists}
    return frozenset(name for name in found if name == own or is_telling(name.rpartition(".")[2]))


def choose_names(
    articles: Sequence[Article], notes: Notes, matcher: EntryMatcher, own: str = ""
) -> tuple[frozenset[str], list[str]]:
    """The folded names whose lists are curated, and a sentence for each other name that looks as if its lists were."""
    seen: dict[str, list[_Named]] = {}
    languages = {article.id: article.language for article in articles}
    for article in articles:
        for name, found in notes.lists.get(article.id, {}).items():
            seen.setdefault(fold_name(name), []).append((article, name, found))
    chosen, sentences = set(), []
    for name, lists in sorted(seen.items()):
        reason = "" if name in _USUAL and not _is_scored(lists) else _objection(name, lists, matcher, own, languages)
        if reason == "":
            chosen.add(name)
        elif reason is not None:
            spellings = Counter(typed for _, typed, _ in lists)
            typed = max(spellings, key=lambda typed: (spellings[typed], typed))
            where = "one article" if len(lists) == 1 else f"{len(lists):,} articles"
            sentences.append(
                f"{typed} on {where} looks like curated lists, but {reason}: not read. If editors chose them, say so: "
                f"articles.fields.related: {typed}."
            )
    return frozenset(chosen), sentences


class _Tally(NamedTuple):
    """What the entries under one name come to, but for those that name their own article: these say nothing."""

    named: Counter[str]  #: How many name each article.
    sources: set[str]  #: The articles that have such entries.
    n_external: int
    n_unmatched: int
    alike: Counter[frozenset[str]]  #: Of the lists of these articles, how many have the same entries.


def _tally(lists: Sequence[_Named], matcher: EntryMatcher, languages: Mapping[str, str]) -> _Tally:
    """What a name's entries come to; where languages are given, one that leads to another is unmatched."""
    named: Counter[str] = Counter()
    sources: set[str] = set()
    n_external = n_unmatched = 0
    for article, entry in ((one, entry) for one, _, held in lists for entry in _parted(held.entries, one, matcher)):
        found, how = matcher.match(entry, article)
        if found == article.id:
            continue
        sources.add(article.id)
        is_foreign = len({languages.get(found or "", ""), languages.get(article.id, "")} - {""}) > 1
        if how == "external":
            n_external += 1
        elif found is None or is_foreign or (how == "path" and not matcher.is_whole(entry, found)):
            n_unmatched += 1
        else:
            named[found] += 1
    kept = (held.entries for article, _, held in lists if article.id in sources)
    alike = Counter(frozenset(entry.target for entry in entries) for entries in kept)
    return _Tally(named, sources, n_external, n_unmatched, alike)


def _objection(
    name: str, lists: Sequence[_Named], matcher: EntryMatcher, own: str, languages: Mapping[str, str]
) -> str | None:
    """Why a name's lists are not read as curated ones; "" where they are, None where they do not even look so."""
    is_doubted = any(is_doubtful(typed.rpartition(".")[2]) for _, typed, _ in lists)
    is_telling_name = name == own or is_telling(name.rpartition(".")[2])
    # Where topics are pages, translations may be too.
    tally = _tally(lists, matcher, languages if is_doubted else {})
    if not tally.named or (not is_telling_name and len(tally.sources) < 2):
        return None
    if _is_scored(lists):
        return "its entries carry scores, so a machine wrote them"
    if is_telling_name:
        return _objection_to_telling(tally, len(languages), is_doubted=is_doubted)
    return _objection_to_other(tally)


def _objection_to_telling(tally: _Tally, n_articles: int, *, is_doubted: bool) -> str | None:
    n_matched = tally.named.total()
    n_entries = n_matched + tally.n_unmatched
    if is_doubted and n_matched / n_entries < _LEAST_MATCHED:
        return None
    n_lists, n_same = tally.alike.total(), max(tally.alike.values())
    if n_same >= max(_LEAST_LISTS, n_articles / 2):
        return f"{'all' if n_same == n_lists else f'{n_same:,}'} of them are the same"
    return "" if 2 * n_matched >= n_entries else f"only {n_matched:,} of {n_entries:,} entries name an article"


def _objection_to_other(tally: _Tally) -> str | None:
    n_matched, n_lists = tally.named.total(), len(tally.sources)
    share = n_matched / (n_matched + tally.n_unmatched + tally.n_external)
    mutual = sum(article_id in tally.sources for article_id in tally.named) / len(tally.named)
    if share < _LEAST_TOLD_MATCHED or mutual < _LEAST_MUTUAL or len(tally.alike) < _LEAST_DIFFERENT * n_lists:
        # Tags, authors, parts of a series, navigation: not even a line each.
        return None
    if n_lists < _LEAST_LISTS and share == 1.0 and mutual >= _LEAST_MUTUAL_OF_FEW:
        return ""
    if n_lists < _LEAST_TOLD:
        return None
    if share < _LEAST_MATCHED:
        return f"only {share:.0%} of the entries name an article"
    return "" if n_lists >= _LEAST_LISTS else "few articles have one"


def _joined(lists: Mapping[str, CuratedList], names: Collection[str]) -> list[RelatedEntry]:
    """The entries of an article's curated lists, one list after the other; what an earlier list has is not repeated."""
    entries: list[RelatedEntry] = []
    for name, found in lists.items():
        if fold_name(name) in names:
            before = set(entries) if entries else ()
            entries += [entry for entry in found.entries if entry not in before]
    return entries


def with_lists(articles: Sequence[Article], notes: Notes, names: Collection[str]) -> list[Article]:
    """The articles, each with its curated lists: those under the given folded names."""
    # Lists repeat the same entries: one object for equal ones saves most of the memory.
    known: dict[RelatedEntry, RelatedEntry] = {}
    return [
        replace(article, related=tuple([known.setdefault(entry, entry) for entry in _joined(lists, names)]))
        for article, lists in ((article, notes.lists.get(article.id, {})) for article in articles)
    ]


def with_parted_texts(articles: Sequence[Article], matcher: EntryMatcher) -> list[Article]:
    """The articles; where a text with commas names none, but a part of it does, each part is an entry."""
    return [replace(article, related=tuple(_parted(article.related, article, matcher))) for article in articles]


def _parted(entries: Iterable[RelatedEntry], article: Article, matcher: EntryMatcher) -> Iterator[RelatedEntry]:
    for entry in entries:
        is_place = is_address(entry.target) or is_wrapped(entry.target)
        may_be_several = not entry.title and _SEVERAL.search(entry.target) and not is_place
        if may_be_several and not _is_one(entry, article, matcher):
            yield from _parts(entry.target, article, matcher) or [entry]
        else:
            yield entry


def _is_one(entry: RelatedEntry, article: Article, matcher: EntryMatcher) -> bool:
    """Whether a text names an article as a whole: of paths between blanks the last one may name its own."""
    found = matcher.match(entry, article)
    if "\n" in entry.target or found.article_id is None:
        return False
    return found.how != "path" or matcher.is_whole(entry, found.article_id)


def _parts(text: str, article: Article, matcher: EntryMatcher) -> list[RelatedEntry]:
    """The entries of a text that names no article as a whole; empty where its parts name none either."""
    if "\n" in text:
        # The values of an entry with names of its own: those that name articles.
        values = [RelatedEntry(target=value) for value in text.split("\n")]
        return [one for one in values if matcher.match(one, article).article_id is not None] or values[:1]
    ways = (_behind_its_title, _without_remarks, _separated)
    return next((found for way in ways if (found := way(text, article, matcher))), [])


def _behind_its_title(text: str, article: Article, matcher: EntryMatcher) -> list[RelatedEntry]:
    """Green tea: tea.md, or Teas: green, black; but "Tea: a start" is a title."""
    for title, colon, place in (text.rpartition(": "), text.partition(": ")[::-1]):
        is_place = colon and (place != text.partition(": ")[0] or place == place.lower())
        if is_place and matcher.match(RelatedEntry(target=place), article).how == "path":
            return [RelatedEntry(title, target=place)]
    several = text.partition(": ")[2]
    return _separated(several, article, matcher) if _MARKS.search(several) else []


def _without_remarks(text: str, article: Article, matcher: EntryMatcher) -> list[RelatedEntry]:
    """tea.md (green, and black), or several of which one at least has such a remark."""
    remarked = [_REMARKED.fullmatch(part.strip()) for part in _BETWEEN.findall(text)]
    if not all(remarked):
        remarked = [_REMARKED.fullmatch(text)]
    entries = [RelatedEntry(target=found[1]) for found in remarked if found]
    # A word with a capital is one of a title.
    are_places = all(one.target == one.target.lower() or not one.target.isalpha() for one in entries)
    are_known = are_places and all(matcher.match(one, article).how in ("url", "path") for one in entries)
    return entries if are_known and any(found and found[2] for found in remarked) else []


def _separated(text: str, article: Article, matcher: EntryMatcher) -> list[RelatedEntry]:
    """tea, cup | pot; with blanks alone between them only slugs and paths."""
    for separator in _SEPARATORS:
        texts = [text for part in separator.split(text, MOST_ENTRIES)[:MOST_ENTRIES] if (text := part.strip(" \t\"'"))]
        parts = [RelatedEntry(url=part if is_address(part) else "", target=part) for part in texts]
        # Words of a title may be slugs, but are seldom all of them written small; no title is of paths alone.
        may_be_title = separator is _BLANKS and not all("/" in part for part in texts)
        if may_be_title and text != text.lower():
            continue
        enough = all if may_be_title else any
        if len(parts) > 1 and enough(matcher.match(part, article).article_id is not None for part in parts):
            # Between those marks a comma may be one of a title.
            return parts if separator is _BLANKS else [*_parted(parts, article, matcher)]
    return []
