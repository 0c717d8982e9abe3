"""Feeds (RSS, Atom) and exports of WordPress, which are RSS with more in it -> rows."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import tostring  # it writes only; what is read goes through defusedxml

from recommender.bounds import MAX_DEPTH
from recommender.errors import SiteError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: By the name of the outermost element.
_ITEMS = {"rss": "item", "RDF": "item", "feed": "entry"}
#: Bytes that the parser may have read of what comes behind an item.
_READ_AHEAD = 65_536
_EXPECTED = "Name an RSS or Atom feed, or an export of WordPress (Tools, Export, All content)."
#: What WordPress exports beside articles.
_NO_ARTICLES = re.compile(
    r"attachment|nav_menu_item|revision|custom(?:_css|ize_changeset)|oembed_cache|user_request|wp_.*|acf-.*"
)
#: Of drafts WordPress gives the day before the first.
_NO_DATE = re.compile(r"0000-00-00.*|.*-0001\b.*")


def feed_rows(path: Path, most_bytes: int, warnings: list[str]) -> Iterator[tuple[str, Mapping[str, Any] | SiteError]]:
    """
    The articles of a feed or an export, none of more than `most_bytes`; `warnings` takes what was left out.

    Entities that grow, and those from elsewhere, are refused. Raises SiteError for what is no feed.
    """
    import defusedxml
    from defusedxml.ElementTree import ParseError, iterparse

    passed_over: Counter[str] = Counter()
    number = depth = begun = 0
    item = language = ""
    is_inside = False
    root: Element | None = None
    with path.open("rb") as file:
        try:
            for event, element in iterparse(file, events=("start", "end")):
                if file.tell() - begun > most_bytes + _READ_AHEAD:
                    raise SiteError(
                        f"{path}: behind item {number:,} is more than {most_bytes:,} bytes without an end. Shorten "
                        "it, or raise articles.max_megabytes in the settings."
                    )
                tag = _name(element)
                if event == "start":
                    depth += 1
                    is_inside = is_inside or tag == item
                    if root is None:
                        root = element
                        item = _ITEMS.get(tag, "")
                        language = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")
                    if not item:
                        raise SiteError(f"{path}: is XML that begins with <{tag}>, but no feed. {_EXPECTED}")
                    if depth > MAX_DEPTH:
                        raise SiteError(f"{path}: elements are nested more than {MAX_DEPTH} deep. {_EXPECTED}")
                    continue
                depth -= 1
                if tag == "language" and not is_inside:
                    language = _text(element)
                if tag != item:
                    continue
                number += 1
                is_inside = False
                values = _entry(element) if item == "entry" else _item(element)
                kind = values.pop("kind", "")
                if _NO_ARTICLES.fullmatch(kind):
                    passed_over[kind] += 1
                else:
                    yield f"{path.name} item {number}", {"language": language, **values}
                element.clear()
                begun = file.tell()
        except defusedxml.DefusedXmlException:
            raise SiteError(f"{path}: defines entities of its own, which are not followed. {_EXPECTED}") from None
        except (ParseError, ValueError, LookupError) as error:
            # The last two are of encodings that the parser does not have.
            if not number:
                raise SiteError(f"{path}: is not XML ({error}). {_EXPECTED}") from None
            where = f"{path.name} item {number + 1}"
            yield where, SiteError(f"{where}: is not XML ({error}); nothing behind it is read. Export the file anew.")
    if passed_over:
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in passed_over.most_common())
        warnings.append(f"{path.name}: what is no article is not read: {kinds}.")


def _item(element: Element) -> dict[str, Any]:
    """The values of an RSS item; those under WordPress's own names come first."""
    found: dict[str, str] = {}
    topics: list[str] = []
    authors: list[str] = []
    for child in element:
        name, text = _name(child), _text(child)
        space = child.tag.partition("}")[0]
        if name == "category" and child.get("domain", "category") in ("category", "post_tag"):
            topics.append(_plain(text))
        elif name in ("creator", "author"):
            authors.append(_plain(text))
        elif name == "encoded":
            found["excerpt" if "/excerpt" in space else "body"] = text
        elif name == "title" and "mrss" in space:
            continue  # of a picture
        elif text:
            found.setdefault(name, text)
    address = found.get("link", "")
    guid = found.get("guid", "")
    if not address and guid.startswith("http"):
        address = guid
    dates = (found.get(name, "") for name in ("post_date_gmt", "pubDate", "date", "post_date"))
    password = "private" if found.get("post_password") else ""
    return _filled(
        kind=found.get("post_type", ""),
        title=_plain(found.get("title", "")),
        webUrl=address,
        aliases=[one for one in (guid, found.get("post_name", "")) if one and one != address],
        id="" if address else guid or found.get("post_id", ""),
        date=next((day for day in dates if day and not _NO_DATE.fullmatch(day)), ""),
        excerpt=_plain(found.get("excerpt") or found.get("description", "")),
        body=found.get("body", ""),
        tags=[topic for topic in topics if topic and topic != "Uncategorized"],
        author=authors,
        status=password or found.get("status", ""),
        language=found.get("language", ""),
    )


def _entry(element: Element) -> dict[str, Any]:
    """The values of an Atom entry."""
    found: dict[str, str] = {}
    links: dict[str, list[str]] = {}
    topics: list[str] = []
    authors: list[str] = []
    for child in element:
        name = _name(child)
        if name == "link":
            links.setdefault(child.get("rel", "alternate"), []).append(child.get("href", ""))
        elif name == "category":
            topics.append(child.get("label") or child.get("term") or "")
        elif name == "author":
            authors += [_text(part) for part in child if _name(part) == "name"]
        else:
            found.setdefault(name, _of_kind(child, name == "content"))
    address = next(iter(links.get("alternate", ())), "")
    return _filled(
        title=found.get("title", ""),
        webUrl=address,
        aliases=[found["id"]] if found.get("id", address) != address else [],
        id="" if address else found.get("id", ""),
        date=found.get("published") or found.get("updated", ""),
        excerpt=found.get("summary", ""),
        body=found.get("content", ""),
        tags=[topic for topic in topics if topic],
        author=authors,
        related=links.get("related", []),
    )


def _of_kind(element: Element, keeps_marks: bool) -> str:
    """A text of Atom, as its type says: as it is, or without the marks of HTML unless they are to be kept."""
    if element.get("type", "text") == "text":
        return _text(element)
    is_within = element.get("type") == "xhtml"
    text = "".join(tostring(child, encoding="unicode") for child in element) if is_within else _text(element)
    return text if keeps_marks else _plain(text)


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _plain(text: str) -> str:
    """A text without the marks of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", text)).split())
