"""Rows of names and values, from whatever holds an article a row -> a `Corpus`. One way for lines, tables and feeds."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from recommender.articles import Article, Corpus
from recommender.content.fields import FieldReader, Notes
from recommender.content.gather import gather
from recommender.content.generators import Generator
from recommender.content.list_words import fold_name
from recommender.content.named import names_in, people_in
from recommender.content.paths import without_ending
from recommender.content.values import Origin
from recommender.content.wording import fault_of_ours, say
from recommender.errors import ArticleError, RecommenderError, SiteError, kind_of
from recommender.settings import Settings, given_or_default

#: What databases, exports and feeds call a field, behind the names of front matter; without hyphens, underscores,
#: blanks and capitals.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("heading", "articletitle", "webtitle", "hed", "name"),
    "excerpt": ("subhead", "deck", "trailtext", "snippet"),
    "published_on": ("displaydate", "publishtime", "issued"),
    "url": (
        "link", "href", "address", "pageurl", "posturl", "articleurl", "storyurl", "canonicalurl", "path.alias",
        "pathalias",
    ),
    "topics": ("labels",),
    "provider": ("creator", "writer", "source.name", "publisher", "sitename"),
    "slug": ("postname",),
    "hidden": ("removed",),
}  # fmt: skip
#: And what they call what front matter does not say.
_OWN: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "articleid", "postid", "uuid", "guid", "nid"),
    "path": ("path",),
    "slug": ("slug", "postname"),
    "body": (
        "body", "content", "text", "html", "bodytext", "articlebody", "fulltext", "postcontent", "contenthtml",
        "contenttext",
    ),
}  # fmt: skip
#: Of these, what a value of another type is not at all: a `deck` of cards, the `address` of a house.
_TEXT_FIELDS = ("title", "excerpt", "url", "topics", "provider")
#: Under which names, in small letters, exports keep an article one level down, beside its id: Strapi, Drupal,
#: Elasticsearch, ...
_WITHIN = frozenset({"attributes", "_source", "data", "fields", "frontmatter", "node", "article", "post", "document"})
#: What holds the value in a mapping of WordPress, Sanity and mongoexport, and a text in the blocks of editors.
_WRAPPERS, _TEXTS = ("rendered", "current", "$oid"), ("rendered", "html", "text", "value")
#: Whose items are texts within one line, where one of them has a text; and texts themselves, "" for the body.
_OF_SPANS, _OF_TEXTS = ("children", "content"), ("", "items")
_EMPTY: tuple[Any, ...] = (None, "", [], {})
#: All of these.
OWN_NAMES = frozenset(name for names in _OWN.values() for name in names)
#: Articles of a file that may have a problem: to keep and to tell a million takes the memory, and the day.
MOST_PROBLEMS = 20_000


def reader_of_rows(settings: Settings) -> FieldReader:
    """What reads rows: by the names of databases too, but for those that a rule asks for."""
    asked = {fold_name(name) for name in settings.rules.front_matter_names}
    further = {ours: tuple(name for name in names if name not in asked) for ours, names in _COLUMNS.items()}
    return FieldReader(settings, Generator(), further)


def names_asked(settings: Settings) -> frozenset[str]:
    """The folded names that the settings ask for, in a rule or for a field, whole or for what is in them."""
    of_fields = [[names] if isinstance(names, str) else names for names in settings.articles.fields.values()]
    asked = [fold_name(name) for name in chain(settings.rules.front_matter_names, *of_fields)]
    return frozenset([*asked, *(name.partition(".")[0] for name in asked)])


def _outcome(
    values: Mapping[str, Any] | SiteError, where: str, reader: FieldReader, notes: Notes, spare: Mapping[str, str]
) -> Article | SiteError:
    """
    The article that a row describes, or its problem, which costs that row only.

    Its id is the row's ``id``, else the path without its ending, the slug, or the canonical address. `spare` are names
    of `_TEXT_FIELDS`, with our fields.
    """
    if isinstance(values, SiteError):
        return values
    try:
        within = {
            name: value for name, value in values.items() if isinstance(value, Mapping) and name.lower() in _WITHIN
        }
        if within and reader.title_in(values) is None:
            titled = [name for name, value in within.items() if _has_title(value, reader)]
            if len(titled) == 1:
                inner = within[titled[0]]
                told = {name: value for name, value in inner.items() if value not in _EMPTY or name not in values}
                values = {name: value for name, value in values.items() if name != titled[0]} | told
        # Of names that are one to us, as those that differ in capitals, the first counts, as everywhere.
        held = {fold_name(name): value for name, value in reversed([*values.items()]) if value not in _EMPTY}
        article_id, path, slug, body = (_own(held, ours, where, notes) for ours in ("id", "path", "slug", "body"))
        known_as = article_id.strip() or without_ending(path.strip()) or slug.strip() or None
        plain = {
            name: read
            for name, value in values.items()
            if not _is_other(spare.get(fold_name(name)), read := _unrendered(name, value))
        }
        article = reader.read(plain, Origin(where), notes, article_id=known_as, path=path.strip(), body=body)
    except SiteError as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever happens in one row costs that row only
        return SiteError(fault_of_ours(where, "be read", error))
    no_id = f'{where}: there is no id. Give it one in a column called id; in JSON: "id": "tea".'
    return article if article.id else ArticleError(no_id)


def corpus_of_rows(
    rows: Iterable[tuple[str, Mapping[str, Any] | SiteError]],
    name: str,
    settings: Settings,
    *,
    strict: bool,
    expected: str,
    warnings: Iterable[str] = (),
) -> Corpus:
    """
    The corpus of rows, each with its place as messages name it; of one id the first article counts.

    A row is names and values, or why there are none. `warnings` are read when all rows are. `expected` says what to do
    where there is no row. Raises SiteError for no row, for none without a problem, and for too many problems; with
    `strict`, the first problem.
    """
    reader = reader_of_rows(settings)
    asked = names_asked(settings)
    spare = {name: ours for ours in _TEXT_FIELDS for name in _COLUMNS[ours] if name not in asked}
    notes = Notes()
    articles: list[Article] = []
    problems: list[RecommenderError] = []
    places: dict[str, str] = {}
    n_rows = 0
    for where, row in rows:
        n_rows += 1
        outcome = _outcome(row, where, reader, notes, spare)
        if isinstance(outcome, Article):
            first = places.setdefault(outcome.id, where)
            if first == where:
                articles.append(outcome)
                continue
            file, _, number = first.rpartition(":")
            first = f"line {number}" if file and file == where.rpartition(":")[0] else first
            outcome = ArticleError(f"{where}: the id {outcome.id!r} is that of {first}. Give each its own.")
        problems.append(outcome)
        if len(problems) > MOST_PROBLEMS:
            raise SiteError(
                f"{outcome}\n{where}: with this, more than {MOST_PROBLEMS:,} articles cannot be used, so none is. "
                "Look at whether the file is what you meant."
            )
    if strict and problems:
        raise problems[0]
    if not n_rows:
        raise SiteError(f"{name}: holds no article. {expected}")
    if not articles:
        raise SiteError(*problems, f"{name}: no article is left to read. Mend what is named above.")
    return gather(
        articles,
        notes,
        settings=settings.articles,
        generator=Generator(),
        n_files=n_rows,
        problems=problems,
        warnings=list(warnings),
    )


def read_frame(frame: Any, settings: Settings | None = None, *, strict: bool = False) -> Corpus:
    """
    The articles of a frame, a row each.

    Columns are named as in front matter, and ``id``, ``path``, ``body``; the usual names of databases, such as
    ``headline``, ``link`` and ``content``, are understood too.

    Parameters
    ----------
    frame
        Of pandas, polars, pyarrow or any other library that narwhals knows.
    settings
        Without any, the usual names are read.
    strict
        Raise the first problem instead of going on without its row.

    Raises
    ------
    SiteError
        It is no frame, or no row of it is an article; with `strict`, any problem.
    """
    import narwhals

    try:
        native = narwhals.from_native(frame, eager_only=True)
        check_columns(native.columns, "frame")
    except narwhals.exceptions.NarwhalsError as error:
        raise SiteError(f"frame: {' '.join(str(error).split())[:200]} Give each column its own name.") from None
    except TypeError:
        raise SiteError(
            f"frame: must be a frame of pandas, polars or pyarrow, but is {kind_of(frame)}. "
            "Make one, or give Corpus the articles."
        ) from None
    rows = typed_rows("frame", native.iter_rows(named=True))
    return corpus_of_rows(
        rows, "frame", given_or_default(settings), strict=strict, expected="Give it a row an article."
    )


def check_columns(names: Iterable[str], where: str) -> None:
    """Raise SiteError where two columns have one name."""
    if twice := [name for name, n in Counter(names).items() if n > 1 and name]:
        raise SiteError(f"{where}: names the column {twice[0]!r} twice. Give each its own name.")


def typed_rows(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a table with types, each with its place."""
    for number, row in enumerate(rows, start=1):
        yield f"{name} row {number}", _plain_row(row)


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table with types, its values as those of Python; what is missing is left out."""
    plain = ((str(name), _plain(value)) for name, value in row.items())
    return {name: value for name, value in plain if value is not None}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        value = int(value) if float(value).is_integer() else float(value)
    # Moments of pandas; numbers and arrays of numpy; series. A moment in nanoseconds would become a number.
    if getattr(getattr(value, "dtype", None), "kind", "") == "M" and not getattr(value, "shape", ()):
        value = value.astype("datetime64[us]")
    method = next((name for name in ("to_pydatetime", "tolist", "to_list") if hasattr(value, name)), "")
    if method:
        value = getattr(value, method)()
    if isinstance(value, Mapping):
        return _plain_row(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # NaN, NaT and NA do not equal themselves.
    return value if (value == value) is True else None


def _own(held: Mapping[str, Any], ours: str, where: str, notes: Notes) -> str:
    """The text under one of the names of what front matter does not say; "" for none. What has no text is left out."""
    for name in filter(held.__contains__, _OWN[ours]):
        value = held[name]
        if isinstance(value, list | Mapping):
            value = _text_below(value).strip() if ours == "body" else _inner(value, *_WRAPPERS)
        if value in (None, ""):
            # A mapping of a path holds an address, Drupal's {alias: /tea}; a body may be pictures alone.
            what = f"must be text, but is {say(held[name])}. It is left out."
            notes.warnings += [f"{where}: {ours} {what}"] if ours == "id" else []
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ArticleError(f"{where}: {ours} must be text, but is {say(value)}. Write it as text.")
        return str(value)
    return ""


def _inner(value: Any, *names: str) -> str | None:
    """The text under the first of some names in a mapping that has one; None for none."""
    return next((value[one] for one in names if isinstance(value, Mapping) and isinstance(value.get(one), str)), None)


def _has_title(values: Mapping[str, Any], reader: FieldReader) -> bool:
    """Whether there is a title; a mere name is that of a file, or of whom the row is from."""
    return reader.title_in({name: value for name, value in values.items() if fold_name(name) != "name"}) is not None


def _is_other(ours: str | None, value: Any) -> bool:
    """Whether a value cannot be that of one of `_TEXT_FIELDS`; False for none of them."""
    if ours is None or not isinstance(value, bool | list | Mapping):
        return False
    return not (people_in(value) if ours == "provider" else ours == "topics" and names_in(value))


def _unrendered(name: str, value: Any) -> Any:
    """A value, of WordPress the text in its mapping; that of a body is read by another way."""
    text = _inner(value, "rendered")
    return value if text is None else text if fold_name(name) in _OWN["body"] else without_marks(text)


def _text_below(value: Any, name: str = "") -> str:
    """The texts below a body of blocks, as Sanity, Editor.js and others keep one under a name: a block a line."""
    if isinstance(value, Mapping):
        return _inner(value, *_TEXTS) or "\n".join(filter(None, (_text_below(one, key) for key, one in value.items())))
    if not isinstance(value, list):
        return ""
    texts = [one if isinstance(one, str) and name in _OF_TEXTS else _text_below(one, name) for one in value]
    are_spans = name in _OF_SPANS and any(_inner(one, *_TEXTS) is not None for one in value)
    return ("" if are_spans else "\n").join(filter(None, texts))


def without_marks(text: str) -> str:
    """A text of HTML in one line, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", text)).split())
