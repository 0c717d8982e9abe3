"""What the name of a file says: its slug, its date and its language. Text only, no file is touched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date

__all__ = [
    "ENDINGS",
    "folder_language",
    "is_word",
    "language_code",
    "name_date",
    "slug",
    "suffix_language",
    "titleized",
    "without_ending",
]

ENDINGS = (".md", ".markdown", ".mdx")

_DATED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})-(?=.)")
_CODE = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")

#: ISO 639-1, the two-letter codes.
_ISO_639_1 = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()  # noqa: SIM905 -- a list of words reads better than a page of quotation marks
)


def without_ending(path: str) -> str:
    """A path without its Markdown ending."""
    for ending in ENDINGS:
        if path.lower().endswith(ending):
            return path[: -len(ending)]
    return path


def name_date(path: str) -> date | None:
    """The date that a Jekyll file name begins with, as in ``_posts/2021-03-03-tea.md``; None where there is none."""
    found = _DATED.match(path.rsplit("/", 1)[-1])
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def slug(path: str, languages: Collection[str] = ()) -> str:
    """
    The last part of an article's address, as its generator would name it: no date, no ending, no language.

    A page bundle (``tea/index.md``) is named by its folder.
    """
    folders, _, name = path.rpartition("/")
    name = without_ending(name)
    if (code := suffix_language(name)) and code in languages:
        name = name[: -len(code) - 1]
    if name in ("index", "README") and folders:
        name = folders.rpartition("/")[2]
    return name[found.end() :] if (found := _DATED.match(name)) else name


def is_word(character: str) -> bool:
    """Whether a character is a letter, a mark or a digit, which every generator keeps in an address."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"


def titleized(text: str) -> str:
    """A slug as words, each with a capital letter, as Jekyll titles a post that has no title."""
    return " ".join(word.capitalize() for word in re.split(r"[-_\s]+", text) if word)


def language_code(text: str) -> str:
    """A language code in its usual spelling (``en``, ``zh-CN``, ``zh-Hant``), or "" for a text that is none."""
    found = _CODE.fullmatch(text.strip().partition(".")[0])
    if found is None or (len(found[1]) == 2 and found[1].lower() not in _ISO_639_1):
        return ""
    parts = [found[1].lower()]
    for part in re.split(r"[-_]", found[2])[1:]:
        parts.append(part.upper() if len(part) == 2 else part.capitalize() if len(part) == 4 else part.lower())
    return "-".join(parts)


def folder_language(path: str) -> str:
    """The language that a folder of the path names, as in ``blog/en/tea.md``; "" where none does."""
    for folder in path.split("/")[:-1]:
        # Three letters are too often a word or an abbreviation to be a language in a folder's name.
        if len(re.split(r"[-_]", folder)[0]) == 2 and (code := language_code(folder)):
            return code
    return ""


def suffix_language(path: str) -> str:
    """The language that a Hugo file name ends with, as in ``tea.de.md``, as typed; "" where it has none."""
    stem, _, code = without_ending(path.rsplit("/", 1)[-1]).rpartition(".")
    return code if stem and len(re.split(r"[-_]", code)[0]) == 2 and language_code(code) else ""
