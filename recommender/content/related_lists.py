"""
Curated lists, in every form that sites use -> `RelatedEntry`; and where front matter may hold one.

Which of the names that may hold a list do so is decided when the whole site is read: `list_names`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

from recommender.articles import Article, EntryShape, RelatedEntry, TargetKind, key_of, slug_of
from recommender.bounds import MOST_ENTRIES
from recommender.content.dates import read_date
from recommender.content.list_words import fold_name, is_navigation, is_other, is_telling, words_of
from recommender.content.matching import unwrapped
from recommender.content.named import list_in
from recommender.content.paths import name_date, without_ending
from recommender.content.urls import is_address
from recommender.content.values import Origin
from recommender.content.wording import say

#: The names in an embedded entry: pairs of our field and the site's name, in the site's order.
EntryNames = tuple[tuple[str, str], ...]

#: The names in an embedded entry, in the order in which they are tried.
ENTRY_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name", "text", "label", "headline", "heading"),
    "excerpt": ("excerpt", "description", "summary"),
    "published_at": ("publishedDateTime", "date", "publishDate", "pubDate", "published_at", "publishedAt"),
    "url": ("webUrl", "url", "link", "href", "permalink", "to", "uri", "route", "docs", "destination"),
    "path": ("path", "slug", "ref", "id", "file", "post", "page", "article", "doc", "uid", "value", "filepath",
             "target", "$oid"),
    "provider": ("provider.name", "provider.domain", "provider", "author", "source"),
    "quality": ("quality",),
}  # fmt: skip
#: What may say in which folder the article of an entry lies: IBM's `{slug, type}`, Astro's `{collection, id}`.
_KINDS = ("type", "collection", "section")
#: What a machine writes beside an entry, and no editor does.
_SCORES = frozenset({"score", "similarity", "distance", "relevance", "confidence", "probability", "cosine"})
#: Names of one article that may hold a list; whoever writes by hand has a few.
_MOST_LISTS = 200
#: Front matter is looked through so deep, and an entry may stand so deep in a list.
_DEEPEST_NAME, _DEEPEST_ENTRY = 3, 8
#: Lists from which a form is learned: so many, or those of this share of the articles on a small site.
_LEAST_LISTS, _LEAST_SHARE = 5, 0.1
#: What people write where there is no list.
_NONE = frozenset({"none", "null", "false", "no", "n/a", "-", "~"})
#: What begins the lines of a list in a text.
_BULLET = re.compile(r"^(?:[-*+•]|\d{1,3}[.)])\s+")
#: [Tea](/tea/), [Tea](<my tea.md>), [Tea]({% link tea.md %}), <a href="/tea/">Tea</a>, <https://tea.example/>,
#: [[tea|Tea]] and ![[tea]]; pictures are none.
_LINK = re.compile(
    r"(?<!!)\[(?P<title>[^][]++)\]\((?:<(?P<angled>[^<>[]++)>|(?P<url>(?>(?:\{[{%][^{}]*+\}++|[^)[\s])+)))[^)[]*+\)"
    r"|(?P<wiki>\[\[[^][]++\]\])|<(?P<bare>https?://[^<>\s]++)>"
    r"|<a(?=\s)(?>[^<>]*?\shref=)(?P<mark>[\"'])(?P<href>(?>(?:(?!(?P=mark))[^<>])+))(?P=mark)"
    r"[^<>]*+>(?P<said>[^<>]++)</a>"
)
#: What parts an address from what follows: a bar, which none has in it, also before a path or a slug.
_NEXT_ADDRESS = re.compile(r"(?<![,;|\s])(?:[,;|\s]++(?=https?://)|\s*+\|\s*+|;\s++)(?=\S)")
_OURS = {fold_name(name): (ours, rank) for ours, names in ENTRY_NAMES.items() for rank, name in enumerate(names)}
#: Names of groups whose text is a list too.
_SEVERAL = frozenset({"articles", "entries", "items", "links", "posts"})
#: What holds entries also below one with an address of its own; its links are what describes it.
_BELOW = frozenset({"articles", "children", "entries", "items", "pages", "posts"})
#: What may stand before the name in an entry: postTitle, page_url.
_OF_AN_ENTRY = frozenset({"post", "article", "page", "entry", "item", "doc", "link", "related"})


@lru_cache(maxsize=1 << 12)
def _ours_of(name: str) -> tuple[str, int]:
    """Our field for a name in an embedded entry, and its rank among the names of the field; "" for none."""
    words = words_of(name)
    known = _OURS.get(fold_name(name))
    if known is None and len(words) == 2 and words[0] in _OF_AN_ENTRY:
        known = _OURS.get(words[1])
    return known or ("", 0)


class CuratedList(NamedTuple):
    """What one name of an article's front matter holds, read as a curated list."""

    entries: tuple[RelatedEntry, ...]  #: In the editor's order.
    names: tuple[EntryNames, ...] = ()  #: Those of each embedded entry.
    n_scored: int = 0  #: How many carry a number of similarity: a machine wrote them.
    complaints: tuple[str, ...] = ()  #: A sentence for each thing in it that could not be used.


#: Embedded entries that were read, by the identity of their mapping; that is kept, so that no other object can take it.
#: Lists repeat each other's entries, and the reader of front matter gives the same object for the same text: `yaml`.
KnownEntries = dict[int, tuple[Mapping[Any, Any], CuratedList]]


def find_lists(
    values: Mapping[Any, Any],
    names: Iterable[str],
    taken: frozenset[str],
    zone: tzinfo,
    origin: Origin,
    known: KnownEntries,
) -> dict[str, CuratedList]:
    """
    What may be a curated list in front matter, by its name; a dot goes into a mapping.

    Only those of `names` are read; without any, all that may be one under names that are not taken, folded, by
    something else. The entries are as they are typed where the origin tells; complaints name the place in it. `zone`
    and `known` are for `read_entries`.
    """
    named = [found for name in names for found in _under(values, name.split("."), "")]
    found = {}
    for name, value in named if names else islice(_candidates(values, taken, "", 1), _MOST_LISTS):
        if not isinstance(value, bool) and value not in (None, "", [], {}):
            # Outside of a list, truth values are switches of the site's template.
            has_switches = isinstance(value, Mapping) and any(isinstance(one, bool) for one in value.values())
            read = read_entries(value if has_switches else origin.typed(name, value, _is_title), zone, known)
            if _has_scores(name, origin):
                read = read._replace(n_scored=len(read.entries))
            if read.entries or read.complaints:
                complaints = tuple([f"{origin.at(name)}: {name}: {one}" for one in read.complaints])
                found[name] = read._replace(complaints=complaints)
    return found


def _has_scores(name: str, origin: Origin) -> bool:
    """Whether a score stands behind each text of a list, as a comment: a block of ours under an earlier name."""
    if "# 0." not in origin.text and "# 1." not in origin.text:
        return False
    line = r'[ ]+(?:- )?".*",? # [01]\.\d\d[ ]*\r?\n'
    name = re.escape(name.rpartition(".")[2])
    block = re.compile(rf"^[ ]*{name}(?::| = \[)[ ]*\r?\n(?:{line})+(?![ ]*[-\"])", re.MULTILINE)
    return origin.place is not None and block.search(origin.text, origin.place.start, origin.place.end) is not None


def _is_title(name: str) -> bool:
    """Whether what stands under a name in an entry is a title, whatever YAML makes of it: - title: No."""
    return _ours_of(name)[0] == "title"


def _under(values: Any, parts: list[str], above: str) -> Iterator[tuple[str, Any]]:
    if isinstance(values, Mapping):
        for key, value in values.items():
            if isinstance(key, str) and fold_name(key) == fold_name(parts[0]):
                if len(parts) == 1:
                    yield above + key, value
                else:
                    yield from _under(value, parts[1:], f"{above}{key}.")


def _candidates(values: Mapping[Any, Any], taken: frozenset[str], above: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if not isinstance(key, str) or not value or isinstance(value, bool):
            continue
        # Numbers of issues are a tracker's; a magazine's have names.
        is_tracker = "issue" in fold_name(key) and isinstance(value[0] if isinstance(value, list) else value, int)
        if is_tracker or is_other(key) or (is_navigation(key) and not is_telling(key)):
            continue
        # Also within what is something else to us, such as `meta`.
        if fold_name(key) not in taken and (is_telling(key) or isinstance(value, list)):
            yield above + key, value
        elif isinstance(value, Mapping) and depth < _DEEPEST_NAME:
            yield from _candidates(value, taken, f"{above}{key}.", depth + 1)


def read_entries(value: Any, zone: tzinfo, known: KnownEntries | None = None) -> CuratedList:
    """
    The entries of a curated list.

    It holds texts, numbers and mappings, or is a single one of them, alone or in groups that have a heading; or a
    mapping of titles to addresses. The zone is that of dates that name none; `known` remembers embedded entries, all of
    one zone.
    """
    if isinstance(value, str | Mapping) or type(value) is int:
        value = _items(value)
    if not isinstance(value, list):
        return CuratedList((), complaints=(f"must be a list, but is {say(value)}. It is left out.",))
    known = {} if known is None else known
    entries: list[RelatedEntry] = []
    names: list[EntryNames] = []
    n_scored = 0
    complaints: list[str] = []
    for number, item in enumerate(_leaves(value, known), start=1):
        if number > MOST_ENTRIES:
            complaints.append(f"holds more than {MOST_ENTRIES:,} entries. The others are left out.")
            break
        # [[]] is the link of a template that was not filled in.
        is_blank = isinstance(item, str) and not item.strip("[] \t\r\n")
        if item is None or is_blank or (len(value) == 1 and str(item).strip().lower() in _NONE):
            continue
        if isinstance(item, Mapping):
            if id(item) not in known:
                known[id(item)] = item, _from_mapping(item, zone)
            _, read = known[id(item)]
            entries += read.entries
            names += read.names
            n_scored += read.n_scored
            complaints += [f"entry {number} {complaint}" for complaint in read.complaints]
        elif isinstance(item, str | int | float | date) and not isinstance(item, bool):
            entries += entries_of_text(str(item).strip())
        else:
            complaints.append(f"entry {number} must be text or a mapping, but is {say(item)}. It is left out.")
    return CuratedList(tuple(entries), tuple(names), n_scored, tuple(complaints))


def entries_of_text(text: str) -> list[RelatedEntry]:
    """The links in a text, or the text itself: an address, a path, a slug or a title."""
    if links := [link.groupdict("") for link in _LINK.finditer(text)]:
        places = [one["angled"] + one["url"] + one["bare"] + one["href"] for one in links]
        named = [(one["title"] + one["said"], place, one["wiki"]) for one, place in zip(links, places, strict=True)]
        return [RelatedEntry(title, url=place, target=wiki or place) for title, place, wiki in named]
    if is_address(text):
        return [RelatedEntry(url=one if is_address(one) else "", target=one) for one in _NEXT_ADDRESS.split(text)]
    return [RelatedEntry(target=text)]


def _leaves(value: Any, known: KnownEntries, depth: int = 0) -> Iterator[Any]:
    """The entries of a list, out of the groups that they stand in; a heading is none."""
    if depth > _DEEPEST_ENTRY:
        return
    for item in value:
        if id(item) in known:
            yield item
        elif isinstance(item, list):
            if len(item) == 1 and isinstance(item[0], str):
                # What YAML makes of a wiki link without quotes.
                yield f"[[{item[0]}]]"
            else:
                yield from _leaves(item, known, depth + 1)
        elif isinstance(item, Mapping) and (inner := _grouped(item)) is not None:
            yield from _leaves(inner, known, depth + 1)
        else:
            yield item


def _items(value: Any) -> list[Any]:
    """A list, or what stands in its place, be it lines of a text, or pairs of slugs and titles."""
    if isinstance(value, str):
        lines = [] if value.strip().lower() in _NONE else value.splitlines()
        return list_in(value) or [_BULLET.sub("", line.strip(), count=1) for line in lines]
    inner = _grouped(value, is_whole=True) if isinstance(value, Mapping) else None
    return value if isinstance(value, list) else [value] if inner is None else inner


def _grouped(item: Mapping[Any, Any], *, is_whole: bool = False) -> list[Any] | None:
    """What a group holds below its heading; None for a mapping that is an entry itself."""
    if all(value is None for value in item.values()) and not any(_ours_of(str(key))[0] for key in item):
        # Names with a colon behind them, where a list has dashes before.
        return list(item)
    is_group = is_named = False
    nested: list[Any] = []
    pairs: list[Any] = []
    for key, value in item.items():
        ours, _ = _ours_of(str(key))
        is_several = fold_name(str(key)) in _SEVERAL
        is_text = isinstance(value, str) and (
            (is_several and ("," in value or _BULLET.match(value) or _is_place(value)))
            or ((is_several or len(item) == 1) and "\n" in value.strip())
        )
        if (is_text or isinstance(value, list | Mapping)) and ours in ("", "url", "path"):
            if not is_other(str(key)):
                is_group = True
                nested += _items(value)
        elif ours in ("url", "path") and value not in (None, ""):
            lists = [name for name, one in item.items() if fold_name(str(name)) in _BELOW and isinstance(one, list)]
            below = [name for name in lists if all(isinstance(one, Mapping) for one in item[name])]
            own = {name: one for name, one in item.items() if name not in below}
            return [own, *chain.from_iterable(item[name] for name in below)] if below else None
        elif ours:
            is_named = True
        elif is_several and value in (None, ""):
            is_group = True  # whose list is to be filled in
        else:
            pairs.append({key: value})
    if is_group:
        are_texts = is_whole and all(isinstance(value, str) for value in item.values())
        are_places = all(_is_place(value) for pair in pairs for value in pair.values())
        return [*pairs, *nested] if not is_named and (are_texts or are_places) else nested
    # In a list the names that we do not know are those of one entry.
    is_pairs = is_whole or all(map(_is_place, item)) or all(map(_is_place, item.values()))
    return pairs if is_pairs and not is_named and len(item) > 1 else None


def _is_place(value: Any) -> bool:
    return isinstance(value, str) and (value.startswith("/") or is_address(value))


def target_kind(target: str) -> TargetKind:
    """What a text in a curated list is."""
    if is_address(target):
        return "url"
    if " " in target.strip() and not target.startswith(("/", "{")):
        return "title"
    if without_ending(target) != target and not target.startswith("../"):
        return "file"
    if "/" in target or "." in target:
        return "path"
    return "name" if name_date(target) else "slug"


def entry_shape(articles: Sequence[Article], names: Counter[EntryNames]) -> EntryShape:
    """
    The most common form of the entries of a site's curated lists, with a title and an address in any case.

    Where hardly an article has a list, entries have the usual names: the first list of a site that has its templates
    already would rename what those show. `names`, how often embedded entries have which names, is empty on a site that
    lists texts.
    """
    n_lists = sum(bool(article.related) for article in articles)
    if n_lists < min(_LEAST_LISTS, _LEAST_SHARE * len(articles)):
        return EntryShape()
    # Targets repeat, so each is looked at once.
    targets = Counter(entry.target for article in articles for entry in article.related)
    n_embedded = names.total()
    if 2 * n_embedded < targets.total():
        shape = _shape_of_texts(targets, articles)
        n_links = sum(bool(entry.title) for article in articles for entry in article.related)
        return replace(shape, form=f"[{{title}}]({shape.form})") if 2 * n_links > targets.total() else shape
    if not names:
        return EntryShape()
    # The entry with the most fields among the usual ones shows where each of them goes.
    n_usual = n_embedded / 20
    shown = max(names.items(), key=lambda item: (item[1] >= n_usual, len(item[0]), item[1], item[0]))[0]
    fields, shape = dict(shown), EntryShape()
    path = fields.pop("path", "")
    # A template can show nothing without a title and an address.
    usual = shape.names
    if path and "url" not in fields:
        fields = {"url": path, **fields}
        shape = _shape_of_texts(targets, articles)
    if "title" not in fields:
        fields = {"title": usual["title"], **fields}
    return replace(shape, kind="mapping", names={**fields, "url": fields.get("url", usual["url"])})


def _shape_of_texts(targets: Counter[str], articles: Sequence[Article]) -> EntryShape:
    """The shape of entries that are texts: what most are called by, and what stands around that."""
    slugs = {slug_of(article.id) for article in articles}
    names = {article.id.rpartition("/")[2] for article in articles}
    keys = set(map(key_of, articles)) - slugs - names
    kinds: Counter[TargetKind] = Counter()
    forms: dict[TargetKind, Counter[str]] = {}
    places: Counter[str] = Counter()
    for target, n_entries in targets.items():
        place = unwrapped(target) or target
        kind: TargetKind = "id" if place in keys else target_kind(place)
        if kind == "title" and place in names:
            kind = "name"
        start, end = target.split(place, 1) if place else ("", "")
        if start == "[[":
            end = "|{title}]]" if "|" in end else "]]"
        # What a role or a shortcode takes for a place is no address.
        form = f"{start}{{place}}{end}" if kind != "path" or place.startswith("/") else "{place}"
        kinds[kind] += n_entries
        forms.setdefault(kind, Counter())[form] += n_entries
        places[place] += n_entries
    usual = min(kinds, key=lambda kind: (-kinds[kind], kind))
    form = min(forms[usual], key=lambda form: (-forms[usual][form], form))
    if usual != "file":
        return EntryShape("text", target=usual, form=form)
    paths: dict[str, list[str]] = {}
    for article in articles:
        paths.setdefault(article.path.rpartition("/")[2], []).append(article.path)
    folders: Counter[tuple[str, str]] = Counter()
    for place, n_entries in places.items():
        file = place.lstrip("./")
        for path in paths.get(file.rpartition("/")[2], ()):
            if f"/{path}".endswith(f"/{file}"):
                folders[place.removesuffix(file), path.removesuffix(file)] += n_entries
    # Where no file is called so, an address is the better guess.
    if not folders:
        return EntryShape("text")
    return EntryShape("text", target=usual, folder=min(folders, key=lambda one: (-folders[one], one)), form=form)


def _from_mapping(item: Mapping[Any, Any], zone: tzinfo) -> CuratedList:
    if len(item) == 1 and (entry := _from_pair(*next(iter(item.items())))):
        return CuratedList((entry,))
    if all(value is None or isinstance(value, bool) for value in item.values()):
        return CuratedList(())  # switches of the site's template, or an entry to be filled in
    found = _named_values(item)
    texts = {
        ours: str(value).strip()
        for ours, (_, value) in found.items()
        if isinstance(value, str | int | float | date) and not isinstance(value, bool)
    }
    title, url, path, excerpt = (texts.get(ours, "") for ours in ("title", "url", "path", "excerpt"))
    kind = next((item[name] for name in _KINDS if isinstance(item.get(name), str)), "")
    place = f"{kind.strip()}/{path}" if kind and path and "/" not in path else ""
    if not (title or url or path):
        return CuratedList((), complaints=("has neither a title nor an address. It is left out.",))
    is_scored = any(fold_name(str(name)) in _SCORES and type(value) in (int, float) for name, value in item.items())
    names = tuple((ours, shown) for ours, (shown, _) in found.items())
    complaints: tuple[str, ...] = ()
    published_at: datetime | None = None
    if "published_at" in found:
        name, value = found["published_at"]
        try:
            published_at = read_date(value, zone)
        except ValueError:
            complaints = (f"has {say(value)} for {name}, which is no date. It is kept without one.",)
    entry = RelatedEntry(title, excerpt, url or place, published_at, texts.get("provider", ""), url or path or title)
    return CuratedList((entry,), (names,), int(is_scored), complaints)


def _from_pair(key: Any, value: Any) -> RelatedEntry | None:
    """The entry of a name that is none of ours with a text: a title and a place, in either order; else None."""
    if _ours_of(str(key))[0] or not isinstance(value, str):
        return None
    title, place = (str(key), value) if _is_place(value) else (value, key)
    if _is_place(place):
        return RelatedEntry(title, url=place, target=place)
    # YAML makes a mapping of a title with a colon that is not quoted.
    return RelatedEntry(target=f"{key}: {value}")


def _named_values(item: Mapping[Any, Any]) -> dict[str, tuple[str, Any]]:
    """Our field -> the name of an entry that it is read from, as it is shown, and the value."""
    found: dict[str, tuple[str, Any]] = {}
    ranks: dict[str, int] = {}
    unknown: list[tuple[str, str]] = []
    for name, value in item.items():
        ours, rank = _ours_of(str(name))
        if not ours and type(value) in (str, int) and (text := " ".join(str(value).split())):
            unknown.append((str(name), text))
        if not ours or value in (None, "", "_blank", "_self"):
            continue
        shown = str(name)
        if ours == "provider" and isinstance(value, Mapping):
            inner = next((key for key in ("name", "domain") if value.get(key)), None)
            if inner is None:
                continue
            shown, value = f"{name}.{inner}", value[inner]
        if ours not in found or rank < ranks[ours]:
            ranks[ours], found[ours] = rank, (shown, value)
    if len(item) > 1 and unknown and found.keys().isdisjoint(("title", "url", "path")):
        # Of names that we do not know some say which article is meant, others why: that is seen when all are there.
        found["path"] = (unknown[0][0], "\n".join(text for _, text in unknown))
    return found
