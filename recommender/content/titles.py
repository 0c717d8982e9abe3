"""Titles as they are compared, whoever types them."""

import re
import unicodedata
from functools import lru_cache
from html import unescape

#: A word of a title; "C", "C++" and "C#" are three, and "operator==" is not "operator!=".
_TITLE_WORD = re.compile(r"[\w+#]+|!?[=<>*%^~]+")
#: What people type for a typographer's marks.
_TYPED = str.maketrans(dict.fromkeys("‘’‚‛ʼ′", "'") | dict.fromkeys("“”„‟″", '"') | dict.fromkeys("‐‑‒–—―−", "-"))
#: What no reader sees: blanks and joiners without a width, marks of direction, soft hyphens, a byte order mark.
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0xAD, 0x2060, 0xFEFF])


@lru_cache(maxsize=1 << 18)
def fold_title(title: str) -> str:
    """A title without differences of case, of blanks, and of how marks and accents are written."""
    title = unescape(title) if "&" in title else title
    return " ".join(folded(title if title.isascii() else title.translate(_TYPED)).split())


def title_words(title: str) -> str:
    """The words of a folded title, without what stands between them; of a title without words the whole."""
    return " ".join(_TITLE_WORD.findall(title.replace("'", ""))) or title


def folded(text: str) -> str:
    """A text in small letters, in one way to write accents, without what nobody sees."""
    if text.isascii():
        return text.casefold()
    # The small letter of a Turkish capital with a dot has that dot, and no second one.
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE).casefold().replace("i\u0307", "i"))
