"""What a Markdown page without a title calls itself and says first: its heading and its first paragraph."""

import re
from collections.abc import Mapping
from datetime import UTC
from html import unescape
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from recommender.content.dates import read_date
from recommender.content.marks import BLOCK_ID, EMOJI_CODES, HIGHLIGHT, PROPERTY, UNSEEN, WIKI_LINK, said_in

#: What may stand before the heading: blank lines, marks of snippets (`# --8<-- [start:tea]`), comments of HTML, MDX and
#: MyST, imports, exports, pictures, badges, labels.
_BEFORE = re.compile(
    r"(?:[^\S\r\n]*[\r\n]+|(?:#+[ \t]+|;)?-+8<-[^\r\n]*|<!--.*?-->|\{/\*.*?\*/\}"
    r"|%(?=\s)[^\r\n]*|import\s[\w*, ]*+\{[^{};]*+\}[^\r\n]*"
    r"|export\s+const\s[^\r\n]*[{\[(][^\S\r\n]*[\r\n].*?[\r\n][}\])]+;?|(?:import|export)\s[^\r\n]*|\[?!\[[^\r\n]*|\([^()\s]++\)=)*",
    re.DOTALL,
)
#: Only the highest heading is a page's: a part that others include begins with a lower one.
_HASHES = re.compile(r"[ ]{0,3}#[ \t]++(?!-+8<-)(?P<title>[^\r\n]++)(?:\r\n|\n|\r|\Z)")
_UNDERLINED = re.compile(r"[ ]{0,3}(?P<title>[^\s<>|`~#-][^\r\n]*+)(?:\r\n|\n|\r)=+[ \t]*(?:\r\n|\n|\r|\Z)")
#: Often in a block that centers it.
_HTML = re.compile(
    r"(?i)[ ]{0,3}(?:<(?:div|p|center|header)\b[^<>]{0,500}>\s{0,100})?<h1\b[^<>]{0,500}>(?P<title>.{1,2000}?)</h1\s*>",
    re.DOTALL,
)
#: Pandoc's title, authors and date, each of which may go on in indented lines; no fourth line begins so.
_TITLE_BLOCK = re.compile(
    r"%[ \t]+(?P<title>(?>[^\s!@%-].*(?:\n[ \t]+\S.*)*))"
    r"(?:\n%(?P<authors>(?>.*(?:\n[ \t]+\S.*)*))(?:\n%(?P<date>.*))?)?(?:\n|\Z)(?=\s|#|\Z)"
)
#: The page of a manual: its heading, and the words of its title but for the section (kite-run(1), kite-run 1).
_NAME = re.compile(r"\s*#{1,2}[ \t]+name[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_SECTION = re.compile(r"(?<=\S)(?:\(|[ \t]+\(?)\d\w{0,3}\b.*", re.DOTALL)
#: The number signs that may close a heading.
_CLOSING = re.compile(r"(?<=[ \t])#+[ \t]*\Z")
_FENCED = re.compile(r"(?ms)^[ ]{0,3}(```|~~~).*?(?:^[ ]{0,3}\1|\Z)")
#: A box for a note or a warning that a line of its own closes.
_BOX = re.compile(r"(?ms)^[ ]{0,3}(:::+|!!!)[ \t]*[\w\"'{\[].*?^[ ]{0,3}\1[ \t]*$")
#: A comment with blank lines in it; one without is a part of its paragraph.
_COMMENT = re.compile(r"(?ms)^[ ]{0,3}<!--.*?(?:-->|\Z)")
_TOP_HEADING = re.compile(r"(?m)^#[ \t]++(?!-+8<-)(?P<title>[^\r\n]++)")
#: What no page is called that has more such headings.
_INTRODUCTION = re.compile("introduction|einleitung|introducción|introdução|introduzione|overview", re.IGNORECASE)
#: One that is underlined stands alone between blank lines.
_TOP_UNDERLINED = re.compile(r"(?m)(?<=\n)[^\S\n]*\n(?P<title>[^\s<>|`~#-][^\r\n]*+)\r?\n===+[ \t]*$")
#: What is no paragraph, whatever blank lines it has: scripts, styles, the lines of snippets, headings, marks of a table
#: of contents, and definitions of links, as which comments are written too: [//]: # (a comment).
_NOT_SAID = re.compile(
    rf"(?ims)^[ ]{{0,3}}<(script|style)\b.*?(?:</\1\s*>|\Z)|{PROPERTY.pattern}|^[ \t]*(?:#+[ \t]+|;)?-+8<-[^\r\n]*$"
    r"|^[ ]{0,3}(?:#{1,6}(?:[ \t][^\n]*)?|[^\s>|`#<-][^\n]*\n[ ]{0,3}(?:=+|--+)[ \t]*|\*{3,}[ \t]*)$"
    r"|^[ ]{0,3}(?:\[\[?_?toc_?\]\]?|\[(?!\^)[^]\r\n]{1,200}\]:[ \t]*[^\s]+(?:[ \t]+[\"'(][^\r\n]*)?)[ \t]*\r?$"
)
#: A paragraph that says nothing: one word, a heading of a table of contents, a way through the site (Home > Guides).
_EMPTY = re.compile(
    r"(?:[a-z]+|table of contents(?: generated with doctoc)?|table des matières|índice|содержание|оглавление|目录|目錄|"
    r"目次):?"
    r"|(?:home|start|docs|documentation|index)(?: [>»›] [^.!?>»›]{1,40})+",
    re.IGNORECASE,
)
#: One that tells of the page itself, where its value is a day, or a few words that end no sentence.
_OF_THE_PAGE = re.compile(
    r"(?:(?:(?:last )?(?:updated|modified|edited|reviewed|published|created|posted)|date|datum|fecha|data|дата"
    r"|日期|日付|veröffentlicht|publié|publicado|pubblicato)(?: (?:on|am|le|el|il))?[:：] ?(?P<day>.+)"
    r"|(?:status|statut|stato|authors?|autore?|auteur|作者|著者|(?:estimated )?read(?:ing)? time"
    r"|(?:added|introduced|available|deprecated) (?:in|since))[:：] ?"
    r"(?:\S{1,30} ){0,4}\S{0,30}[^\s.!?:…。！？])",
    re.IGNORECASE,
)
#: One that leads to a list or to code below it.
_LEAD_IN = re.compile(r"[^.!?]{1,50}:")
#: Where a paragraph ends: at a blank line, and where a line begins a list, a quote or a table.
_END = re.compile(r"\n(?:[^\S\n]*\n|(?=[ ]{0,3}(?:[-*+][ \t]|1[.)][ \t]|[>|])))")
#: What begins no paragraph of prose; nor is one of lines that give names their values (Severity: high).
_NO_PROSE = re.compile(
    r" {4}|\t|\s*(?:[#>|<~]|`[^`\n]*`\s*\Z|```|!\[|\[!|[-*+]\s|\d+[.)]\s|:::|///|(?:!!!|\?\?\?\+?)\s|import\s|export\s"
    r"|\{|=+\s|---|%%|:[A-Z][\w -]*:\s|(?>(?:%[ \t][^\n]*+(?:\n|\Z))+)\Z"
    r"|\[\^[^]\s]+\]:|(?>(?:[*_]*[^\W\d_][\w -]{0,30}:[*_]*[ \t][^\n]*+(?:\n|\Z)){2,})\Z)"
)
#: Where a link leads, with brackets in pairs: (https://example.org/Tea_(drink)).
_TARGET = r"\((?:(?>(?:[^()]++|\([^()]*+\))*)|[^)]*)\)"
#: Also within a link that shows nothing else.
_PICTURE = re.compile(rf"(\[)?!\[[^]]*\]{_TARGET}(?(1)\]{_TARGET})")
_LINK = re.compile(rf"\[([^\[\]]+)\](?:{_TARGET}|\[[^]]*\])|<((?:https?|mailto):[^>]+)>")
#: What [words] lead to, said once, often at the end.
_DEFINED = re.compile(r"(?m)^[ ]{0,3}\[(?!\^)([^\[\]\n]{1,200})\]:")
_SHORTCUT = re.compile(r"(?<!\])\[([^\[\]]+)\](?![\[(:])")
#: Code and what stands behind a backslash, which stay; codes of emoji, comments, marks of footnotes, names of MyST's
#: roles ({ref}`tea`), attributes behind a link ({.wide}), what a template puts in, wiki links, and tags.
_MARKUP = re.compile(
    rf"(?<!`)(`+)(?!`)(?P<code>.*?)(?<!`)\1(?!`)|\\(?P<escaped>[!-/:-@\[-`{{-~\n])"
    rf"|{EMOJI_CODES}|<!--.*?-->|(?<=\S)\[\^[\w-]+\](?!:)"
    rf"|\{{[a-z][a-z:+-]*\}}(?=`)|(?P<template>\{{%.*?%\}}|\{{\{{.*?\}}\}})|{UNSEEN.pattern}|{WIKI_LINK.pattern}|{BLOCK_ID.pattern}"
    r"|(?<=[)\]])\{[ \t]*(?:[:.#]|[\w-]+=)[^{}\r\n]*\}"
    r"|</?(?P<tag>[A-Za-z][\w-]*)(?:[\s/](?>(?:\{\{[^{}]*+\}\}|[^<>])*))?>",
    re.DOTALL | re.MULTILINE,
)
#: Between their words and those around them no blank is seen.
_INLINE = frozenset({"a", "abbr", "b", "code", "em", "i", "kbd", "mark", "small", "span", "strong", "sub", "sup", "u"})
#: Attributes of a heading or a paragraph: {#id}, {.lead}, {: .lead}.
_ATTRIBUTES = re.compile(r"(?>(?:\{[ \t]*[:.#][^{}]*+\}\s*+)+)\Z")
#: Characters of a heading or a paragraph that are looked at: nobody shows more, and a hostile one costs no more.
_MOST_LOOKED_AT = 4_000
#: Characters of a page in which a paragraph is looked for, and what may stand before a heading.
_MOST_LOOKED_FOR = 20_000
#: Headings of pictures alone before one with words.
_MOST_HEADINGS = 100
_EMPHASIS = re.compile(r"(\*\*|__|\*|`+|(?<!\w)_|_(?!\w))(?=\S)|(?<=\S)(\*\*|__|\*|`+|(?<!\w)_|_(?!\w))")


#: Where most titles stand that front matter does not say.
FIRST_HEADING = "first heading"


class Opening(NamedTuple):
    """How a page opens."""

    title: str  #: The heading as plain text.
    body: int  #: The offset at which the text goes on below it; 0 where the heading is not the first thing.
    excerpt: str  #: The first paragraph as plain text; "" where there is none.
    source: str = FIRST_HEADING  #: Where the title stands.
    told: Mapping[str, str] = MappingProxyType({})  #: What else stands there, as front matter would say it.


#: That of a page whose front matter names it.
NO_OPENING = Opening("", 0, "")


def opening_of(text: str) -> Opening | None:
    """How a page without a title opens, or None where it has no heading to be called by."""
    origin = 1 if text.startswith("\ufeff") else 0
    if (block := _TITLE_BLOCK.match(text, origin, _MOST_LOOKED_FOR)) and (opening := _of_title_block(block, text)):
        return opening
    before = _BEFORE.match(text, origin, _MOST_LOOKED_FOR)
    start = before.end() if before else 0
    # A picture alone is no title.
    firsts = (pattern.match(text, start) for pattern in (_HASHES, _UNDERLINED, _HTML))
    first = next((one for one in firsts if one and _title_of(one)), None)
    prose = without_code(text)
    further = (one for pattern in (_TOP_HEADING, _TOP_UNDERLINED) for one in pattern.finditer(prose))
    # Where the sections have headings of the highest kind, the first of them is no title.
    if first and _INTRODUCTION.fullmatch(_title_of(first)) and len([*islice(further, 2)]) > 1:
        return note_opening(text)
    found = first or next((one for one in islice(further, _MOST_HEADINGS) if _title_of(one)), None)
    if found is None:
        return None
    body = first.end() if first else 0
    return Opening(_title_of(found), body, _first_paragraph(text[found.end() :] if first else text[start:]))


def _of_title_block(block: re.Match[str], text: str) -> Opening | None:
    """How a page opens by its title block; None where that is a remark above a heading."""
    title, date = (" ".join((block[name] or "").split()) for name in ("title", "date"))
    authors = "; ".join(map(str.strip, (block["authors"] or "").splitlines()))
    has_day = date != "" and _is_day(date)
    is_manual = _NAME.match(text, block.end()) is not None
    prose = without_code(text)
    has_heading = _TOP_HEADING.search(prose) or _TOP_UNDERLINED.search(prose) or "<h1" in prose.lower()
    if has_heading and not is_manual and not has_day:
        return None
    told = {"authors": authors, "date": date if has_day else ""}
    title = plain(_SECTION.sub("", title) if is_manual else title)
    return Opening(title, block.end(), _first_paragraph(text[block.end() :]), "title block", told)


def _title_of(heading: re.Match[str]) -> str:
    return plain(_CLOSING.sub("", heading["title"]))


def without_code(text: str) -> str:
    """A text of the same length, with blanks for what stands between fences."""
    return _FENCED.sub(lambda fence: " " * len(fence[0]), text)


def note_opening(text: str, title: str = "", source: str = FIRST_HEADING) -> Opening | None:
    """How a page opens that has no heading, and is called by its file or by others; None for one without both."""
    return Opening(title, 0, _first_paragraph(text), source) if title or text.strip("\ufeff \t\r\n") else None


def _first_paragraph(text: str) -> str:
    """The first paragraph of a page as plain text; "" where its beginning has none."""
    begun = text[:_MOST_LOOKED_FOR].replace("\r\n", "\n").replace("\r", "\n")
    defined = {name.lower() for name in _DEFINED.findall(text)}
    lead_in = ""
    shown = _COMMENT.sub(lambda one: one[0] if len(_END.split(one[0])) == 1 else "", _FENCED.sub("", begun))
    for block in _END.split(_NOT_SAID.sub("", _BOX.sub("", shown))):
        if block.strip() and not _NO_PROSE.match(block.lstrip("\n")):
            said = plain(_SHORTCUT.sub(lambda link: link[1] if link[1].lower() in defined else link[0], block))
            # Not so `[](){ #tea }`.
            if any(map(str.isalpha, said)) and not (_EMPTY.fullmatch(said) or _is_of_the_page(said)):
                if not _LEAD_IN.fullmatch(said):
                    return said
                lead_in = lead_in or said
    return lead_in


def _is_of_the_page(paragraph: str) -> bool:
    found = _OF_THE_PAGE.fullmatch(paragraph)
    return found is not None and (not found["day"] or _is_day(found["day"]))


def _is_day(text: str) -> bool:
    """Whether a text is a day."""
    try:
        read_date(text, UTC)
    except ValueError:
        return False
    return True


def plain(markdown: str) -> str:
    """A line or a paragraph of Markdown as the words that a reader sees."""
    text = _MARKUP.sub(_seen, _ATTRIBUTES.sub("", markdown[:_MOST_LOOKED_AT]))
    text = _LINK.sub(lambda link: link[1] or link[2], _PICTURE.sub("", text))
    return " ".join(unescape(_EMPHASIS.sub("", HIGHLIGHT.sub(r"\1", text))).split())


def _seen(markup: re.Match[str]) -> str:
    """What a reader sees of markup: code as it is, and where a block or a line ends a blank."""
    if markup["tag"]:
        return "" if markup["tag"].lower() in _INLINE else " "
    if kept := markup["code"] or markup["escaped"]:
        # No mark in it counts.
        return "".join(f"&#{ord(character)};" for character in kept)
    return markup["wiki"] or said_in(markup["template"] or "")
