"""What the text of an article links to."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from recommender.articles import Article, RelatedEntry
from recommender.content.headings import without_code
from recommender.content.matching import EntryMatcher

#: [tea](/tea/), [tea](<my tea.md>), [tea]({{< ref "tea" >}}), [[tea]], href="/tea/", and below a text [tea]: /tea/.
#: Pictures, what others embed, code in a line, what is shown as typed, comments, and lines that lead to the pages
#: before and behind (Previous: [tea](/tea/) | Next: [tin](/tin/)) are passed over.
_LINK = re.compile(
    r"""<!--(?>(?:(?!-->|<!--).)*)-->|<(?i:pre)(?=[\s>])(?>(?:(?!</?(?i:pre)[\s>]).)*)</|`[^`\n]++`
    | ^[^\w\n←]*+(?:←?[^\w\n]*+(?i:LABEL[^\n]*LABEL)|←[^\n]*→)[^\n]*+
    | (?<![!\\])\[\[(?P<wiki>[^][|#\n]++)
    | (?<![!\\])\[(?>(?:[^][]++|\[[^][]*+\])*)\]\(\s*+(?:<(?P<angled>[^<>\n]++)>
      |(?P<inline>TEMPLATES[^\s()<>"']*+|[^\s()<>]++))
    | \b(?i:href|to)\s*+=\s*+\{?
      (?:"(?P<double>TEMPLATES[^\s<>"]*+|[^\s<>"]++)"|'(?P<single>TEMPLATES[^\s<>']*+|[^\s<>']++)')
    | ^[ ]{0,3}\[[^][^\n]++\]:[ \t]*+(?P<defined>TEMPLATES[^\s<>"']*+|<?[^\s<>]++>?)(?=[ \t]*+(?:["'(].*)?$)""".replace(
        "TEMPLATES", r"(?>(?:\{[{%][^{}]*+\}++)+)"
    ).replace("LABEL", r"(?:prev(?:ious)?|next)(?:[ ]\w+)?[^\w\n:\]]*[:\]]"),
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
#: Where another thing than a page is: a place on the same page, a mailbox, a picture.
_NO_PAGE = re.compile(r"[#?]|(?!https?:)[a-z][a-z0-9+.-]*:|.*\.(?:png|jpe?g|gif|svg|webp|pdf|zip|mp4)\Z", re.IGNORECASE)


def linked_articles(article: Article, matcher: EntryMatcher) -> list[str]:
    """The ids of the articles that an article's text links to, each once."""
    found = dict.fromkeys(
        _named(target, kind, article, matcher) for target, kind in dict.fromkeys(_links(article.body))
    )
    return [name for name in found if name and name != article.id]


def _links(text: str) -> Iterator[tuple[str, str]]:
    """What a text links to, as typed, each with the form of the link."""
    if "[" in text or "=" in text:
        for link in _LINK.finditer(without_code(text)):
            if (kind := link.lastgroup) and (kind == "wiki" or not _NO_PAGE.match(link[kind])):
                yield link[kind].strip("<> "), kind


def _named(target: str, kind: str, article: Article, matcher: EntryMatcher) -> str | None:
    """The article that a link leads to; unlike an editor's entry, a link in a text may lead to anything."""
    entry = RelatedEntry(target=target)
    if kind != "wiki" and not target.startswith("{"):
        address = RelatedEntry(target=_joined(article.url, target))
        named = matcher.by_address(address) or matcher.by_address(entry) or matcher.beside(target, article)
        if named or not target.startswith(("/", "@")):
            return named
    match = matcher.match(entry, article)
    is_meant = match.how in ("url", "title") if kind == "wiki" else match.how == "url"
    if match.how == "path" and match.article_id:
        is_meant = kind == "wiki" or matcher.is_whole(entry, match.article_id)
    return match.article_id if is_meant else None


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return target  # https://[tea is no address
