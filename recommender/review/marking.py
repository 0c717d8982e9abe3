"""Shared words marked in a text, and the picture of an article."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from recommender.articles import Article
from recommender.content import front_matter
from recommender.errors import RecommenderError
from recommender.suggestions import SharedTerm
from recommender.vectors.text import repair

#: Endings that a stem leaves aside: of a longer word so many letters may differ.
_ENDING = 3
_SHORTEST = 4
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"})
_PICTURE_NAMES = ("image", "cover", "thumbnail", "picture", "photo", "hero", "banner", "previewImage", "images")
_LARGEST_PICTURE = 10_000_000


def marked(text: str, terms: Iterable[SharedTerm]) -> Markup:
    """A text as HTML, with the words that two articles share in ``<mark>``."""
    text = repair(text)
    words = {word for one in terms for word in re.findall(r"\w+", one.term.casefold())}
    patterns = [_pattern(word) for word in sorted(words, key=len, reverse=True)]
    if not patterns:
        return escape(text)
    parts, position = [], 0
    for found in re.finditer("|".join(patterns), text, re.IGNORECASE):
        parts += [escape(text[position : found.start()]), Markup("<mark>{}</mark>").format(found[0])]
        position = found.end()
    return Markup("").join([*parts, escape(text[position:])])


def _pattern(word: str) -> str:
    if (not word.isascii() and not word[0].isalpha()) or ord(word[0]) > 0x2E7F:
        return re.escape(word)  # scripts without spaces
    stem = word[: max(_SHORTEST, len(word) - _ENDING)]
    ending = max(1, min(_ENDING, len(word) - _SHORTEST + 1))  # a port is no portal
    return rf"\b{re.escape(stem)}\w{{0,{len(word) - len(stem) + ending}}}\b"


def picture_of(article: Article, site: Path) -> Path | None:
    """The picture that the front matter of an article names, where it is a file of the site."""
    root = site.resolve()
    file = root / article.path
    try:
        values = front_matter.parse(file.read_bytes().decode("utf-8"), article.path) if article.path else {}
    except (OSError, UnicodeDecodeError, RecommenderError):
        return None
    for name in _PICTURE_NAMES:
        for typed in _texts(values.get(name)):
            for folder in (root, root / "static", root / "public", root / "assets", file.parent):
                try:
                    found = (folder / typed.lstrip("/")).resolve()
                    fits = found.is_relative_to(root) and found.suffix.lower() in _PICTURES and found.is_file()
                    if fits and found.stat().st_size <= _LARGEST_PICTURE:
                        return found
                except (OSError, ValueError):
                    continue
    return None


def _texts(value: Any) -> list[str]:
    """The texts in a value: itself, those of a list, or those under the usual names."""
    if isinstance(value, str):
        return [value] if value and "://" not in value else []
    if isinstance(value, list):
        return [text for one in value[:5] for text in _texts(one)]
    if isinstance(value, dict):
        return [text for name in ("url", "src", "path", "feature", "teaser") for text in _texts(value.get(name))]
    return []
