"""Marks in a Markdown text that stand for words, or for none: those of notes, of templates and of macros."""

import re

#: A word, two colons and what Logseq or Dataview set it to, on a line: one word, links or tags, and no prose.
PROPERTY = re.compile(
    r"^[ \t]*+(?:[-*+][ \t]++)?[A-Za-z][\w-]*+::[ \t]++"
    r"(?:\S++|(?>(?:(?:\[\[[^\]\n]*+\]\]|\#\S++),?[ \t]*+)+))[ \t]*+\r?$",
    re.MULTILINE,
)
#: What stands for something else: what Obsidian embeds, the kind of a callout, a table of contents.
UNSEEN = re.compile(
    r"!\[\[[^\[\]\n]*+\]\]|\[![A-Za-z][\w-]*+(?:\|[^\[\]\n]*+)?\][+-]?|\[\[?_?(?i:toc)_?\]\]?(?=[^\S\n]*+$)",
    re.MULTILINE,
)
#: [[page]], [[page|words]]: what is seen.
WIKI_LINK = re.compile(r"(?<![A-Za-z\d_])\[\[(?!\s)(?:[^\[\]|\n]*+\|)?(?P<wiki>[^\[\]|\n]*+)\]\]")
#: ==words==, but no `a == b` and no x==y.
HIGHLIGHT = re.compile(r"(?<![A-Za-z\d_=)\]\"'])==(?![\s=])([^=`\r\n]+)(?<!\s)==(?!=)")
#: What others link a paragraph by, behind it; above it, to MyST: (tea)=.
BLOCK_ID = re.compile(
    r"(?:(?<!\S)\^(?=[\w-]{6}|[A-Za-z]\w*+-)[A-Za-z\d][\w-]++|^[ \t]*+\([^()\s]++\)=)[^\S\n]*+$", re.MULTILINE
)
#: A macro such as MDN's {{domxref("Element.click()", "click()")}}.
_MACRO = re.compile(r"""\{\{\s*+\w++\(\s*+(?>(?:(?:"[^"]*+"|'[^']*+'|[\w.-]++)\s*+,?\s*+)*)\)\s*+\}\}""")
_QUOTED = re.compile(r"""(["'])(.*?)\1""")
#: Of what its name says that it embeds or lists other pages no text is one.
_NO_WORDS = re.compile(r"\{\{\s*+\w*(?:Embed|Previous|Next|Sidebar|APIRef|Compat|Spec)", re.IGNORECASE)
#: What a reader reads of a shortcode, a directive or a component; the kind of a box alone says nothing.
_TITLED = re.compile(
    r"""(?<![\w:.-])(?:title|caption|label|text)\s*+=\s*+"""
    r"""(?!.(?i:note|tip|warning|caution|danger|info|important):?["'])(?:"([^"]*+)"|'([^']*+)')"""
)
#: What has such words: shortcodes, tags of Liquid and components, but for what sets a value or names a tab.
_HAS_TITLE = re.compile(
    r"\{\{[<%]|\{%-?\s*+(?!assign|set\b|capture|comment|tab\b|include toc)\w|<(?!Tab|Expandable)[A-Z]"
)
#: Codes of emoji (:rocket:), also several.
EMOJI_CODES = r":(?<![\w:]:)(?:[a-z][a-z0-9_+-]*|[+-]1):(?::(?:[a-z][a-z0-9_+-]*|[+-]1):)*(?![\w:])"


def said_in(part: str) -> str:
    """The words for readers in a tag, or in what a template puts in: what a macro shows, titles and captions."""
    if _MACRO.fullmatch(part):
        texts = [] if _NO_WORDS.match(part) else [text for _, text in _QUOTED.findall(part)]
        # Where there are two, the second is shown.
        return next((f" {text}" for text in (*texts[1:2], *texts[:1]) if text), "")
    return titles_in(part) if _HAS_TITLE.match(part) else ""


def titles_in(options: str) -> str:
    """The titles, captions and labels among the options of a mark."""
    return "".join(f" {title[1] or title[2]} " for title in _TITLED.finditer(options))
