"""Text as a reader was meant to see it: mojibake undone, marks and boilerplate taken out."""

import html
import re
import unicodedata
from functools import lru_cache

import ftfy
from ftfy.badness import is_bad

from recommender.text.markup import without_markup

# Curly quotes become straight, ligatures and full-width letters plain: all are one word to a reader.
_FTFY = ftfy.TextFixerConfig(normalization="NFKC", unescape_html=False)
# Most texts that are not ASCII are so for these alone: they are no mojibake, what ftfy makes of them is known, and it
# takes ten times as long.
_TYPOGRAPHY = re.compile(r"[\t\n\x20-\x7e‘’“”–—…\xa0]*")
#: A body is long: where it shows no mojibake, what ftfy looks for line by line costs a hundred times what it finds.
_LONG = 2_000
_TYPED = (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'), ("…", "..."), ("\xa0", " "))
# Format characters (zero-width space and joiner, soft hyphen, BOM, direction marks) and control characters.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: Points of Hebrew and Arabic, the stroke that stretches an Arabic word, and stress marks on Cyrillic letters: hardly
#: anybody types them, and a word with them is the same word.
_POINTS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]|(?<=[\u0400-\u04ff])[\u0300\u0301]"
)
# What feeds and content systems append to an excerpt that they cut: at its very end, or a last sentence of its own.
_READ_ON = (
    r"(?:continue reading|read more|read on|keep reading|click here to (?:read|continue)|"
    r"read the (?:full|rest|whole)(?: of the)?(?: story| article| post)?)"
)
_BOILERPLATE = re.compile(
    rf"(?:(?<=[.!?…\])»])\s*[\[(]?{_READ_ON}\b[^.!?]{{0,80}}|\s+[\[(]?{_READ_ON})[\s.…»→>\])]*$", re.IGNORECASE
)
_THE_POST = re.compile(
    r"\bThe post .{3,200}? (?:first )?appeared (?:first )?on .{2,80}\.?\s*$", re.IGNORECASE | re.DOTALL
)
#: What a correction, and a page of documentation, says of itself, whatever it is about.
_OF_ITSELF = re.compile(
    r"\ban? (?:earlier|previous) version of this (?:article|story|report|post|page)"
    r"(?: (?:incorrectly|wrongly|mistakenly))?(?: (?:said|stated|gave|misstated|misspelled))?\b"
    r"|\bthis (?:article|chapter|document|guide|page|post|section|tutorial) "
    r"(?:covers|describes|discusses|explains|introduces|outlines|shows)\b",
    re.IGNORECASE,
)
_TRAILING_DOTS = re.compile(r"\s*[\[(]?(?:\.{2,}|…)[\])]?\s*$")


@lru_cache(maxsize=1024)
def repair(text: str) -> str:
    """
    The text a reader was meant to see, on one line.

    Mojibake is undone, HTML entities and tags, Markdown and Liquid marks, invisible characters and boilerplate such
    as "Continue reading" or a trailing "..." are taken out, white space is folded.
    """
    if not text:
        return ""
    if not text.isascii():  # plain ASCII cannot be mojibake
        if _TYPOGRAPHY.fullmatch(text) or (len(text) >= _LONG and not is_bad(text)):
            for typed, plain in _TYPED:
                text = text.replace(typed, plain)
            text = unicodedata.normalize("NFKC", text)
        else:
            text = ftfy.fix_text(text, _FTFY)
        text = _POINTS.sub("", text)
    if "&" in text:
        # Twice: feeds escape what was already escaped ("&amp;amp;").
        text = html.unescape(html.unescape(text))
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    text = without_markup(text)
    lower = text.lower()
    if "appeared" in lower:
        text = _THE_POST.sub("", text)
    if "read" in lower or "click here" in lower:
        text = _BOILERPLATE.sub("", text)
    if "this " in lower:
        text = _OF_ITSELF.sub("", text)
    if ".." in text or "…" in text:
        text = _TRAILING_DOTS.sub("", text)
    return " ".join(text.split())
