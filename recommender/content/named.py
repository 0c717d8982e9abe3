"""The names of topics and people that a value of any type holds."""

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from html import unescape
from typing import Any
from unicodedata import normalize

from recommender.bounds import LONGEST_TEXT, MAX_DEPTH, read_json
from recommender.content.list_words import fold_name
from recommender.content.paths import without_ending

_LIST = re.compile(r"\s*\[\s*[\"'{].*\]\s*", re.DOTALL)
#: "[sea, shore]", and "[green tea] [cups]".
_BRACKETED, _ALL_BRACKETED = re.compile(r"\[([^\[\]]*)\]"), re.compile(r"\s*(?:\[[^\[\]]*\][\s,]*)+")
#: What parts the names in a text that has such marks, or wiki links.
_BETWEEN = re.compile(r"[,;\n，；、]|(?<=\]\])\s+|\s+(?=\[\[)")
_PARTED = re.compile(r"[,;\n，；、]|\[\[")
#: What a mapping that stands for a person or a topic calls its name; `label` is Docusaurus', `display_name` and
#: `login` WordPress's, `attributes` holds it in Strapi, `tag` and `author` Tina's, `original` the New York Times'.
_NAMING = (
    "name", "title", "label", "displayname", "fullname", "attributes", "author", "tag", "category", "topic", "original",
)  # fmt: skip
#: By which a mapping tells the parts of a person's name, and what stands in where it has no name.
_PARTS = (("firstname", "first", "givenname", "givennames", "given"), ("lastname", "last", "familyname", "familynames",
          "family"))  # fmt: skip
_KEYS = ("slug", "id")
#: [Ida Holm](https://...), and what stands beside a name: "By Ida Holm", "Ida Holm <ida@...>", <a href="/ida">.
_LINKED = re.compile(r"\[([^\[\]]+)\]\([^()]*\)")
_BESIDE = re.compile(r"^by\s+|(?<!\s)\s*+<[^<>\s@]++@[^<>\s@]++>|</?[a-z][^<>]*+>", re.IGNORECASE)
#: The New York Times' {name: glocations, value: Oslo}: a kind, and the topic. Others' values are slugs and colours.
_KINDS = ("subject", "persons", "glocations", "organizations", "creative_works", "title")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
#: Keys of databases: a UUID, and Contentful's of 22 letters and digits.
_KEY = re.compile(
    r"[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}|(?=[a-zA-Z]*\d)(?=[a-z\d]*[A-Z])[a-zA-Z\d]{22}", re.ASCII
)


def list_in(text: str) -> list[Any] | None:
    """The list of texts or mappings that a text holds, as `value_in` has it; None for none."""
    return value_in(text) if _LIST.fullmatch(text) else None


def value_in(text: str) -> Any:
    """
    The value that a text is as JSON, or as Python writes one, which is what pandas does; None for none.

    It is a list where Python has another collection in its place.
    """
    with suppress(ValueError):
        return read_json(text)
    if len(text) <= LONGEST_TEXT and text.count("[") + text.count("{") + text.count("(") <= MAX_DEPTH:
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
            found = ast.literal_eval(text)
            found = sorted(found, key=str) if isinstance(found, set) else found
            return list(found) if isinstance(found, tuple) else found
    return None


def names_in(value: Any, depth: int = 0, *, is_one: bool = False) -> list[str]:
    """The names in a list, in a text with commas or, but for `is_one`, blanks between them, or in mappings of these."""
    if isinstance(value, str):
        if depth:
            return [text] if (text := _unmarked(value)) else []
        if listed := list_in(value):
            return names_in(listed)
        if _ALL_BRACKETED.fullmatch(value):
            value = ",".join(_BRACKETED.findall(value))
        parts = _BETWEEN.split(value) if is_one or _PARTED.search(value) else value.split()
        return [text for part in parts if (text := _unmarked(part))]
    if isinstance(value, list):
        return [name for item in value for name in (names_in(item, depth + 1) if depth < 2 else ())]
    if isinstance(value, Mapping):
        if all(isinstance(ticked, bool) for ticked in value.values()):
            return [str(name) for name, ticked in value.items() if ticked]
        is_named = not value.keys().isdisjoint(_NAMING[:3])
        if not depth and not is_named and any(isinstance(held, list) for held in value.values()):
            # Kinds of topics: {places: [sea, shore], level: easy}.
            return names_in(list(value.values()))
        told = {fold_name(str(key)): held for key, held in value.items()}
        parts = " ".join(next((told[part] for part in some if isinstance(told.get(part), str)), "") for some in _PARTS)
        own = value.get("value") if value.get("name") in _KINDS else None
        keys = (key for key in map(told.get, _KEYS) if isinstance(key, str))
        logins = map(told.get, ("login", "username", "nickname"))
        held = (one for one in (own, *map(told.get, _NAMING), parts.strip(), *logins, *keys) if one)
        found = (names_in(one, 2) for one in held if not (isinstance(one, str) and _EMAIL.fullmatch(one)))
        names = next(filter(None, found), [])
        # People by their keys: {ida: {name: Ida Holm}}.
        is_keyed = depth < 2 and not names and all(isinstance(held, Mapping) for held in value.values())
        return names_in(list(value.values()), 1) if is_keyed else names
    return [str(value)] if isinstance(value, int | float | date) and not isinstance(value, bool) else []


def people_in(value: Any) -> list[str] | None:
    """The names of people; None where the value is none of any, [] where it holds keys alone, or nothing."""
    if isinstance(value, Mapping) and not any(value.values()):
        return []
    several = value
    if isinstance(value, str) and "," not in value:
        several = re.sub(r"&#?\w+;", lambda found: unescape(found[0]), value).split(";")
    names = [] if type(value) is int else names_in(several, 1) or None
    people = [_BESIDE.sub("", _LINKED.sub(r"\1", name)).strip() or name for name in names or ()]
    return names and [name for name in people if not _KEY.fullmatch(name)]


def _unmarked(name: str) -> str:
    """A name without the marks that note takers put around a topic, #tea and [[tea]], and without a file's folders."""
    name = normalize("NFC", name.strip())
    if "/" in name and (file := without_ending(name)) != name:
        name = file.rpartition("/")[2]
    return name.lstrip("#").removeprefix("[[").removesuffix("]]").strip() or name
