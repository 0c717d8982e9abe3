"""What a name in front matter says of what it holds: articles, or something else."""

import re
import unicodedata
from functools import lru_cache

#: Names of lists of articles, without hyphens, underscores, capitals and accents.
_TELLING = re.compile(
    r"related|seealso|similar|furtherread|readnext|readmore|readalso|alsoread|moreread|nextread|suggestedread|additionalread"
    r"|youmay|youmight|morelikethis|nextsteps|whatsnext|(?:next|coming)?upnext|nextup|recommend|suggest(?:ed|ions)|alsosee"
    r"|(?:keep|continue)reading|connected|associated|(?:linked|more|other|featured)(?:posts|articles|pages|reading)"
    r"|cross-?(?:refs?|references|links)|xrefs?|readersalso|editors?picks|companions|neighbou?rs|^see$"
    # In other languages: "see also", "read also", "related", "similar", "more on it".
    r"|(?:ver|lee|leer|veja|leia)tambien|(?:veja|leia)tambem|leiamais|leermas|saibamais|tepuedeinteresar|relacion"
    r"|recomenda|vegeutambe|(?:voir|lire)aussi|^alire|(?:articles|billets|contenus)(?:lies|associes)|pourallerplusloin"
    r"|memesujet|connexe|similaire|(?:vedi|leggi)anche|correlat|citestesi"
    r"|(?:siehe|lies|lesensie)auch|weiterlesen|verwandt|ahnlich|aehnlich|passend(?:e|dazu)|mehrzumthema|mehrdazu"
    r"|weiterf(?:u|ue)hrend|auchinteressant|(?:zie|lees)ook|gerelateerd|verwante|meerlezen"
    r"|relater|relatert|(?:las|se|les|lasa)(?:ocksa|aven|ogsa)|l(?:æ|ae)sogsa|lasmer|liittyv|luemyos|katsomyos"
    r"|powiazan|podobn|(?:zobacz|czytaj)(?:tez|takze)|souvis|suvis|ctetetake|povezan|slicn|kapcsolod|ilgili|benzer"
    r"|lienquan|xemthem|terkait|bacajuga|похож|связан|смтакже|читаите|читатьтакже|потеме|пов.?язан|схож"
    r"|свързан|σχετικ|関連|あわせて読|おすすめ|相关|相關|延伸阅读|延伸閱讀|推荐阅读|推薦閱讀|参见|관련|연관|함께읽|เกี่ยวข้อง"
    r"|ذاتصلة|اقراايضا|مرتبط|קשור|संबंधित|সম্পর্কিত"
)
#: A name with one of these words holds something else than articles, whatever its entries are called.
_OTHER_THINGS = frozenset(
    """
    tag tags topic topics category categories keyword keywords taxonomy taxonomies term terms glossary
    author authors editor editors translator translators contributor contributors people person team
    image images photo photos picture pictures gallery icon icons video videos audio media asset assets script scripts
    css js alias aliases redirect redirects translation translations alternate alternates hreflang cascade build layout
    dissimilar unrelated not non exclude excluded excludes hide hidden ignore ignored
    count counts limit max maximum min minimum num number total pr prs pulls commits tickets bugs
    """.split()
)
#: With "related" before them, of some sites pages.
_PAGES_OR_WORDS = frozenset({"topic", "topics", "term", "terms", "glossary"})
#: And one with these the way through the site and its languages: right below a heading, but no list of its own.
_NAVIGATION = frozenset(
    "nav navigation menu menus sidebar breadcrumb breadcrumbs toc children parent parents prev previous "
    "language languages locale locales lang langs".split()
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
#: What stands above or below a letter; the marks of kana make another one.
_ACCENT = re.compile("[\u0300-\u036f\u0653-\u0655]")


@lru_cache(maxsize=1 << 12)
def fold_name(name: str) -> str:
    """A name without its hyphens, underscores, colons, blanks, capitals and accents; dots between names stay."""
    name = re.sub(r"[-_:\s]", "", name).lower()
    return name if name.isascii() else unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", name)))


@lru_cache(maxsize=1 << 12)
def is_telling(name: str) -> bool:
    """Whether a name says by itself that it holds a list of articles."""
    return _TELLING.search(fold_name(name)) is not None


@lru_cache(maxsize=1 << 12)
def is_other(name: str) -> bool:
    """Whether a name says that it holds something else than articles."""
    return not _OTHER_THINGS.isdisjoint(words_of(name)) and not is_doubtful(name)


@lru_cache(maxsize=1 << 12)
def is_doubtful(name: str) -> bool:
    """Whether a name may hold pages about related topics as well as the topics themselves: related_topics."""
    words = words_of(name)
    return words[:1] == ["related"] and len(words) > 1 and _PAGES_OR_WORDS.issuperset(words[1:])


@lru_cache(maxsize=1 << 12)
def is_navigation(name: str) -> bool:
    """Whether a name says that it holds the way through the site, or to its languages."""
    return not _NAVIGATION.isdisjoint(words_of(name))


@lru_cache(maxsize=1 << 12)
def words_of(name: str) -> list[str]:
    """The words of a name, in small letters: relatedPosts, related-posts."""
    return [word.lower() for word in _WORD.findall(name)]
