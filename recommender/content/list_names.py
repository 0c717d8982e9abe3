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
_SEVERAL = re.compile(r"[,;|&\s]")
_STRONG_MARKS, _MARKS, _BLANKS = re.compile("[;|]"), re.compile("[,;|&]"), re.compile(r"\s+")
#: What stands before a remark: ADR-0017 (raw tiers), docs/tea.md - how it is made, tea.md §3.
_REMARKED = re.compile(r"(\S+)\s+(?:[(§]|[-–—]+\s).*")


#: An article, the name of a list in its front matter, as typed, and the list.
_Named = tuple[Article, str, CuratedList]


def _is_scored(lists: Iterable[_Named]) -> bool:
    """Whether most entries carry a number of similarity: a machine wrote them."""
    return sum(2 * found.n_scored - len(found.entries) for _, _, found in lists) > 0


def likely_names(notes: Notes, names: str | Collection[str] = (), own: str = "") -> frozenset[str]:
    """
    The folded names that are read as curated lists: those of the settings, else those that say so themselves.

    `own` is the generator's, of which its own site says so.
    """
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


def _objection(
    name: str, lists: Sequence[_Named], matcher: EntryMatcher, own: str, languages: Mapping[str, str]
) -> str | None:
    """
    Why a name's lists are not read as curated ones; "" where they are, None where they do not even look so.

    `languages` are those of all articles, by id: where topics are pages, translations may be too.
    """
    is_doubted = any(is_doubtful(typed.rpartition(".")[2]) for _, typed, _ in lists)
    named: Counter[str] = Counter()
    sources: set[str] = set()
    n_external = n_unmatched = 0
    for article, _, found in lists:
        for entry in _parted(found.entries, article, matcher):
            match = matcher.match(entry, article)
            # An article that names itself says nothing of others: an id, an address of its own.
            if match.article_id == article.id:
                continue
            sources.add(article.id)
            if match.how == "external":
                n_external += 1
            elif (
                match.article_id is None
                or (match.how == "path" and not matcher.is_whole(entry, match.article_id))
                or (is_doubted and len({languages[match.article_id], article.language} - {""}) > 1)
            ):
                n_unmatched += 1
            else:
                named[match.article_id] += 1
    n_matched, n_lists = named.total(), len(sources)
    is_telling_name = name == own or is_telling(name.rpartition(".")[2])
    if not n_matched or (not is_telling_name and n_lists < 2):
        return None
    if _is_scored(lists):
        return "its entries carry scores, so a machine wrote them"
    share = n_matched / (n_matched + n_unmatched + (0 if is_telling_name else n_external))
    kept = (found for article, _, found in lists if article.id in sources)
    n_different = len({frozenset(entry.target for entry in found.entries) for found in kept})
    if is_telling_name:
        if is_doubted and share < _LEAST_MATCHED:
            return None
        if n_different == 1 and n_lists >= max(_LEAST_LISTS, len(languages) / 2):
            return "all of them are the same"
        n_entries = n_matched + n_unmatched
        return "" if 2 * n_matched >= n_entries else f"only {n_matched:,} of {n_entries:,} entries name an article"
    if share < _LEAST_TOLD_MATCHED:
        return None
    mutual = sum(article_id in sources for article_id in named) / len(named)
    if mutual < _LEAST_MUTUAL or n_different < _LEAST_DIFFERENT * n_lists:
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
    """tea.md (green, and black), or several such."""
    remarked = [_REMARKED.fullmatch(part.strip()) for part in _MARKS.split(text)]
    if not all(remarked):
        remarked = [_REMARKED.fullmatch(text)]
    entries = [RelatedEntry(target=found[1]) for found in remarked if found]
    # A word with a capital is one of a title.
    are_places = all(one.target == one.target.lower() or not one.target.isalpha() for one in entries)
    are_known = are_places and all(matcher.match(one, article).how in ("url", "path") for one in entries)
    return entries if are_known else []


def _separated(text: str, article: Article, matcher: EntryMatcher) -> list[RelatedEntry]:
    """tea, cup | pot; with blanks alone between them only slugs and paths."""
    for separator in (_STRONG_MARKS, _MARKS, _BLANKS):
        texts = [text for part in separator.split(text, MOST_ENTRIES)[:MOST_ENTRIES] if (text := part.strip(" \t\"'"))]
        parts = [RelatedEntry(url=part if is_address(part) else "", target=part) for part in texts]
        # Words of a title may be slugs, but are seldom all of them written small; no title is of paths alone.
        may_be_title = separator is _BLANKS and not all("/" in part for part in texts)
        if may_be_title and text != text.lower():
            continue
        enough = all if may_be_title else any
        if len(parts) > 1 and enough(matcher.match(part, article).article_id is not None for part in parts):
            # Between those marks a comma may be one of a title.
            return [*_parted(parts, article, matcher)] if separator is _STRONG_MARKS else parts
    return []
