"""Text without the marks of Markdown, HTML and templates: what a reader reads stays, also where it stands in a mark."""

import re

from recommender.content.marks import BLOCK_ID, EMOJI_CODES, HIGHLIGHT, PROPERTY, UNSEEN, WIKI_LINK, said_in, titles_in

# A tag starts with a letter, "/" or "!": "a < b" is text. It may hold a shortcode: <a href="{{< ref "tea" >}}">. What
# <script>, <style> and ERB's <% %> hold goes with them.
_TAG = re.compile(r"</?[A-Za-z](?>(?:\{\{[^{}]*+\}\}|[^<>])*)>")
_HTML = re.compile(rf"<(?:script|style)\b|<!--|<%|{_TAG.pattern}", re.IGNORECASE)
# What a template puts in, MDX comments ({/* */}), the names of MyST's roles ({ref}`tea`), and attributes as kramdown,
# MkDocs and Pandoc take them: {: .wide}, {#tea}, and behind a link {target=_blank}.
_LIQUID = re.compile(
    r"\{(?:%|\{|/\*|[ \t]*(?::|[.#][a-z])[^{}\n]*\}|(?<=[)\]]\{)[ \t]*[\w-]+=[^{}\n]*\}|[a-z][a-z:+-]*\}(?=`))"
)
#: What closes that which is taken out with all in it.
_CLOSINGS = {
    "<script": re.compile(r"</script\s*>", re.IGNORECASE), "<style": re.compile(r"</style\s*>", re.IGNORECASE),
    "<!--": re.compile("-->"), "<%": re.compile("%>"), "{%": re.compile(r"%\}"), "{{": re.compile(r"\}\}"),
    "{/*": re.compile(r"\*/\}"),
}  # fmt: skip
#: Code between fences, and in a line, where what looks like a tag is none. Of what is longer the tags of templates say
#: little: read, they took what is shown on Hugo's documentation from .83 good to .77. Atomic groups: Python before
#: 3.11.5 takes too much by possessive ones of several parts (python/cpython#106052).
_CODE = re.compile(
    r"(?P<kept><!--(?>(?:(?!-->|<!--)[\s\S])*)-->|<(?P<tag>(?i:script|style))\b(?>(?:(?!</?(?P=tag))[\s\S])*)</(?P=tag))"
    r"|(?P<mark>[`~])(?:(?<![^\s>].)(?P<fence>(?P=mark){2,}+)[^`\n]*+\n"
    r"(?>(?:(?![ \t>]*+(?P=mark)(?P=fence))[^\n]*+\n)*)[^\n]*+"
    r"|(?<=`)(?<![`\\].)(?P<ticks>`*+)(?>(?:[^`\n]++|\n(?![^\S\n]*+\n)|(?!`(?P=ticks)(?!`))`++)+)`(?P=ticks))"
)
_NO_TAGS, _NO_BRACES = str.maketrans("<>", "  "), str.maketrans("{}", "  ")
#: What a template fills in before it is code; and what keeps it from that.
_FILLED = re.compile(r"\{%|\{\{[<%]")
_RAW = re.compile(r"\{%-?\s*+(?:end)?raw\s*+-?%\}")
_CODE_FENCE = re.compile(r"^[ \t]*(?:```[^`\n]*|~~~.*)$", re.MULTILINE)
#: Boxes and tabs of MkDocs (!!! note "Title", ??? tip, === "Title"); of directives (:::caution[Title]{.wide}, ::: tip
#: Title, ::alert{title="Title"}) what stands before the text.
_BOX = re.compile(
    r"^[^\S\n]*+(?:(?:!!!|\?\?\?\+?)[ \t]++[a-z][a-z-]*+(?>(?:[ \t]++(?:inline|end|annotate))*)|===[+!]?)"
    r'[ \t]*+(?:"([^"\n]*+)")?[^\S\n]*+$'
    r"|^[ \t>]*+(?::::++[ \t]*+(?>(?:\{[\w-]++\}|[\w-]++(?!\.))?)[ \t]*+|::[a-z][\w-]*+(?=[\[{]|\s*+$))"
    r"(?:\[([^\]\n]*+)\])?(\{[^{}\n]*+\})?",
    re.MULTILINE,
)
# [words](address), ![words](address), [words][reference]: the words stay.
_LINK = re.compile(
    r"!?\[([^\[\]]*)\](?:"
    r"\(\s?[^()\s]*+(?>(?:\([^()\s]*+\)[^()\s]*+)*)(?:\s+(?:\"[^\"]*\"|=[\dx%]+))*\s*\)|\[[^\[\]]*\])"
)
#: [reference]: where it leads, in this line or the next.
_REFERENCE = re.compile(
    r"^[ ]{0,3}\[(?!\^)[^\[\]\n]+\]:[ \t]*+(?:\r?\n[ \t]*+(?=\S*[/.#]\w))?\S++(?:[ \t]+[\"'(].*)?$", re.MULTILINE
)
#: What WordPress puts pictures, players and the blocks of page builders in by; the words between them stay.
_SHORTCODE = re.compile(
    r"\[/?(?:caption|gallery|embed|audio|video|playlist|youtube|vimeo|(?:wp|vc|et_pb|su|fusion|av)_\w+)"
    r"(?:\s+\w+=[^\[\]\n]*)?\](?![(\[])"
)
_BARE_URL = re.compile(r"http(?<!\whttp)s?://\S+")
#: In prose, where it is nobody's word; not tea@1.2.
_MAIL_ADDRESS = re.compile(r"(?<![^\s(])[\w.+-]++@(?:[\w-]+\.)+[A-Za-z]{2,}\b")
#: Pictures by name, as on GitHub (":rocket:"); the names of roles in reStructuredText look the same.
_EMOJI_CODE = re.compile(EMOJI_CODES, re.ASCII)
#: What a line begins with; rules, and what underlines a heading or the head of a table.
_LINE_MARKS = re.compile(r"^(?:[-=|:][-=|: \t]*+\r?$|\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+|\d+[.)]\s+))", re.MULTILINE)
#: Apart from them: what begins with a character of its own is found ten times as fast.
_MARKS = re.compile(r"[*`~|]+|_(?<!\w_)_*|_+(?!\w)")


def without_markup(text: str) -> str:
    """A text of Markdown with its words and without its marks, on several lines."""
    if "<" in text or "{" in text:
        if "`" in text or "~~~" in text:
            text = _CODE.sub(_code, _RAW.sub("", text))
        # A table of contents that a program wrote, which is a comment, a list, and a comment.
        before, _, behind = text.partition("<!-- START doctoc")
        toc = behind.partition("<!-- END doctoc")
        text = f"{before}<!--{toc[2]}" if toc[1] else text
    # A title is no box: ::before, Rust:: a tour.
    if "\n" in text and ("::" in text or "!!!" in text or "???" in text or "===" in text):
        text = _BOX.sub(lambda box: f"{box[1] or box[2] or ''} {titles_in(box[3] or '')}", PROPERTY.sub("", text))
    if "<" in text:
        text = _without(_HTML, text)
    if "{" in text:
        text = _without(_LIQUID, text)
    if "[" in text:
        text = UNSEEN.sub("", _REFERENCE.sub("", text)).replace("]][[", "]] [[")
        text = WIKI_LINK.sub(lambda link: link[1].replace("#", " "), text)
        text = _SHORTCODE.sub(" ", text)
        # Twice: a picture may be what a link is around.
        text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    if "^" in text or ")=" in text:
        text = BLOCK_ID.sub("", text)
    if "==" in text:
        text = HIGHLIGHT.sub(r"\1", text)
    if "://" in text:
        text = _BARE_URL.sub(" ", text)
    if "@" in text:
        text = _MAIL_ADDRESS.sub(" ", text)
    if ":" in text:
        text = _EMOJI_CODE.sub(" ", text)
    return _MARKS.sub(" ", _LINE_MARKS.sub(" ", _CODE_FENCE.sub(" ", text)))


def _code(found: re.Match[str]) -> str:
    """Code in a line, without what would be taken for tags; code between fences, and comments, as they are."""
    if found["ticks"] is None:
        return found[0]
    code = found[0] if _FILLED.search(found[0]) else found[0].translate(_NO_BRACES)
    return code.translate(_NO_TAGS)


def _without(openings: re.Pattern[str], text: str) -> str:
    """
    A text with what is said in each part from an opening to what closes it, and a blank.

    What is not there is looked for once. By an expression such as ``<!--.*?-->`` it would be at each opening: thousands
    that never close took half a minute.
    """
    kept, start, position = [], 0, 0
    unclosed: set[str] = set()
    while found := openings.search(text, position):
        kind, end = found[0].lower(), found.end()
        if kind in _CLOSINGS:
            closed = None if kind in unclosed else _CLOSINGS[kind].search(text, end)
            if closed is None:
                unclosed.add(kind)
                closed = _TAG.match(text, found.start())
            if closed is None:
                position = found.start() + 1
                continue
            end = closed.end()
        # In an address: (/docs/{{version}}/tea).
        blank = "" if text[end : end + 1] == "/" else " "
        kept += [text[start : found.start()], said_in(text[found.start() : end]) or blank]
        start = position = end
    return "".join([*kept, text[start:]])
