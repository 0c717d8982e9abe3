"""
Names and values, as front matter or a JSON line has them -> an `Article`.

Every type that YAML can give has a defined outcome; docs/fields.md has the tables. Title and date decide whether an
article can be placed at all, so a wrong one is an error; a wrong value elsewhere is left out with a warning.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from recommender.articles import Article
from recommender.bounds import LONGEST_TITLE
from recommender.content.dates import date_reader
from recommender.content.headings import NO_OPENING, Opening
from recommender.content.list_words import fold_name, is_other, is_telling, words_of
from recommender.content.related_lists import CuratedList, KnownEntries, find_lists
from recommender.content.urls import canonical_url
from recommender.content.values import Found, Origin
from recommender.errors import ArticleError
from recommender.settings import Settings, WritingSettings

if TYPE_CHECKING:
    from recommender.content.generators import Generator

#: The names that sites use for our fields, in the order in which they are tried. A dot goes into a mapping. Capitals,
#: hyphens, underscores and blanks do not matter. `topics`, `aliases` and `related` take all of theirs together, the
#: others the first that holds something. Those of `related` are not the only ones: see `list_names`.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    ours: tuple(names.split())
    for ours, names in {
        "title": "title.rendered title headline.main headline.basic headlines.basic headline pageTitle metaTitle"
        " seoTitle seo.title meta.title metadata.title hero.name heroText post_title",
        "excerpt": "excerpt.rendered excerpt customExcerpt description summary metaDescription seoDescription"
        " ogDescription shortDescription shortDefinition teaser abstract standfirst lead lede dek blurb synopsis tldr"
        " intro introduction overview tagline subtitle subheading seo.description meta.description metadata.description"
        " hero.tagline desc definition post_excerpt params.excerpt params.description params.summary",
        "published_at": "publishedDateTime date publishDate pubDate publishedAt datePublished publishedDate"
        " publicationDate publishedOn publishedTime postDate created createdAt dateCreated creationDate posted"
        " postedOn releaseDate firstPublished firstPublishedAt pubDatetime",
        "url": "webUrl url permalink",
        "slug": "slug",
        "abbrlink": "abbrlink",
        "aliases": "ampWebUrl cdnAmpWebUrl originalUrl blogger_orig_url wordpress_url canonical_url canonicalUrl"
        " aliases alias redirect_from id uid uuid guid post_id article_id page_id sys.id",
        "topics": "topics tags categories keywords taxonomies.tags taxonomies.categories taxonomy.tag"
        " taxonomy.category taxonomy.post_tag",
        "series": "series",
        "provider": "provider.name provider.domain provider author authors extra.author extra.authors params.author"
        " byline by author_name primary_author",
        "quality": "quality",
        "language": "language locale lang inLanguage",
        "published": "published isPublished publish public isPublic listed dg-publish",
        "draft": "draft isDraft",
        "visible_from": "publishDate pubDate publishAt publishOn scheduledAt scheduledFor goLive goLiveDate"
        " embargo embargoDate embargoUntil embargoedUntil releaseAt notBefore availableFrom visibleFrom publishFrom"
        " publishStart",
        "visible_until": "expiryDate expireDate unpublishDate unpublishAt unpublishOn expires expiresAt expiresOn"
        " expirationDate expiry expiration validUntil availableUntil visibleUntil publishUntil publishEnd",
        "build": "_build build",
        "status": "status visibility state stage postStatus publicationStatus publishStatus articleStatus"
        " publicationState workflowState moderationState published publish",
        "hidden": "hidden isHidden hide unlisted unlist private isPrivate unpublished wip deleted isDeleted expired"
        " retracted withdrawn trashed embargo embargoed isEmbargoed params.hidden extra.hidden ignorePublish"
        " eleventyExcludeFromCollections",
        "deleted_at": "deletedAt trashedAt",
        "made": "routable render",
        "drawing": "excalidraw-plugin",
        "redirect": "redirect_to redirectUrl",
        "redirect_path": "redirect",
        "layout": "layout type",
        "id": "id",
        "path": "path",
        "person": "name first_name firstName",
        "headless": "headless",
        "marks": "recommender",
        "categories": "categories category",
        "date": "date publishDate pubDate",
        "related": "related relatedArticles relatedPosts seeAlso",
    }.items()
}
#: The same in other languages, behind the usual ones.
TRANSLATED_NAMES: Mapping[str, tuple[str, ...]] = {
    ours: tuple(names.split())
    for ours, names in {
        "title": "título titre titel titolo titulek tytuł tytul titlu başlık cím otsikko tittel naslov judul tiêu_đề"
        " заголовок название τίτλος العنوان عنوان शीर्षक 标题 標題 タイトル 제목",
        "excerpt": "descripción resumen extracto descrição resumo résumé extrait chapô descrizione riassunto"
        " beschreibung kurzbeschreibung zusammenfassung omschrijving samenvatting beskrivning beskrivelse ingress"
        " kuvaus opis popis streszczenie leírás açıklama özet deskripsi mô_tả"
        " tóm_tắt описание аннотация περιγραφή الوصف ملخص विवरण सारांश"
        " 描述 摘要 简介 说明 概要 説明 설명 요약",
        "published_at": "fecha fecha_de_publicación date_de_publication data_di_pubblicazione data_de_publicação datum"
        " veröffentlicht_am dato päivämäärä tarih tanggal ngày дата 日期 发布日期 日付 公開日 날짜 작성일",
        "topics": "etiquetas categorías étiquettes mots_clés catégories categorie schlagwörter schlagworte stichwörter"
        " stichworte kategorien trefwoorden kategorier tagi kategorie etiketler kategoriler"
        " теги метки категории 标签 標籤"
        " 分类 分類 タグ カテゴリ カテゴリー 태그 카테고리",
        "status": "statut estado stato",
        "hidden": "brouillon borrador rascunho bozza entwurf",
        "provider": "autor autora autore auteur verfasser yazar tác_giả автор الكاتب 作者 著者 저자 작성자",
    }.items()
}
#: What a generator's configuration may say of a page in its place. Titles and texts would be many pages'.
_DEFAULTED = frozenset({"language", "provider", "topics", "topic", "published", "draft", "status", "hidden", "made"})
#: Folders of what pages are tied to or made from, a file each; some of them are pages with a text.
_NAMED_THINGS = frozenset({"categories", "globals", "settings", "tag", "tags"})
#: What stands behind the word for an article in the name of its id: episode_id, episodeNumber.
_OF_AN_ID = frozenset({"id", "number", "no", "num", "nr"})
#: Read where the article has none of the plural forms; a text is one topic, whatever blanks it has, as in Jekyll.
_SINGULAR_TOPICS = ("category", "tag", "categoria", "kategoria", "kategori", "категория")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What an article's front matter says of its address, for the generator's rules; "" for what it does not say."""

    slug: str = ""
    permalink: str = ""  #: As typed; ``false`` asks for no page.
    categories: tuple[str, ...] = ()  #: What stands under ``categories`` and ``category``.
    date: datetime | None = None  #: What the generators take for the article's date, under their names.
    id: str = ""
    path: str = ""
    abbrlink: str = ""  #: By which Hexo's plugin of that name calls a post.
    build: str = ""  #: Hugo's ``build.render``, in small letters.
    hidden: str = ""  #: What keeps readers from it whatever builds it, as in "2 articles ...": ``with status: draft``.
    status: str = ""  #: By which word of its status readers are kept from it, in the same form.
    unpublished: str = ""  #: What makes it no page where a generator builds the site: ``with draft: true``.
    language_of_path: bool = False  #: Its language is that which its path names.


NO_FACTS = PageFacts()


@dataclass(slots=True)
class Notes:
    """What was noticed while articles were read."""

    #: How many articles have which of our fields, or the ``block`` that we write, from which name.
    names: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: What may be a curated list, by the article's id and its name in the front matter.
    lists: dict[str, dict[str, CuratedList]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)  #: What was left out, as sentences.
    untitled: list[str] = field(default_factory=list)  #: Where an article has no title of its own.
    facts: dict[str, PageFacts] = field(default_factory=dict)  #: By the article's id.

    def add(self, other: Self) -> None:
        """Take in what was noticed while further articles were read."""
        self.names.update(other.names)
        for article_id, lists in other.lists.items():
            # Of two lines with one id the first is the article.
            self.lists.setdefault(article_id, lists)
        self.warnings += other.warnings
        self.untitled += other.untitled
        self.facts |= other.facts


class FieldReader:
    """
    Reads articles out of mappings.

    The settings can give names to read instead of the usual ones. Dates that name no zone are in the generator's, and
    name months in the site's language. Under their own name stand our suggestions, which are no curated list.
    """

    def __init__(
        self, settings: Settings, generator: "Generator", further: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ) -> None:
        self.generator = generator
        self.zone = generator.zone
        self.language = settings.articles.site_language or generator.language
        #: Further names, whose values rules ask for.
        self._marks = tuple(settings.rules.front_matter_names)
        self._known_entries: KnownEntries = {}
        names = {
            ours: (*usual, *TRANSLATED_NAMES.get(ours, ()), *further.get(ours, ()))
            for ours, usual in USUAL_NAMES.items()
        }
        if not generator.file:
            # Hashnode's words: beside a generator they only say what becomes of the copy there.
            names["hidden"] += ("saveAsDraft", "ignorePost")
        fields = settings.articles.fields
        for ours, theirs in fields.items():
            names[ours] = (theirs,) if isinstance(theirs, str) else tuple(theirs)
        if "published" in fields:
            # Whoever says which name tells means no other.
            names["status"] = names["published"]
        usual = names.pop("related")
        self._list_names = usual if "related" in fields else ()
        others = (name for usual in names.values() for name in usual if "." not in name)
        own_names = (WritingSettings().front_matter_name, settings.writing.front_matter_name)
        self._own_name = settings.writing.front_matter_name
        self._taken = frozenset(map(fold_name, (*others, *own_names)))
        if "topics" not in fields:
            names["topic"] = _SINGULAR_TOPICS
        if "published_at" not in fields:
            # `published: 2021-03-03` is a date to some sites, and `datetime` that of an event to others; `data` is a
            # date in several languages, and data in English.
            of_rows = further.get("published_on", ())
            names["published_on"] = ("published", "datetime", "publish_at", "ms.date", "data", *of_rows)
        self._wanted: dict[str, list[tuple[str, int, str, list[str]]]] = {}
        for ours, usual in names.items():
            for rank, name in enumerate(usual):
                outer, *inner = name.split(".")
                self._wanted.setdefault(fold_name(outer), []).append((ours, rank, name, inner))
                if inner:
                    # As Microsoft's ms.date, and columns of a table.
                    self._wanted.setdefault(fold_name(name), []).append((ours, rank, name, []))

    def title_in(self, values: Mapping[Any, Any]) -> Any:
        """The first title among the values, of any type; None for none."""
        return next((value for _, value in self._held(values).get("title", ())), None)

    def knows(self, name: str) -> bool:
        """Whether a name is one of those that are read, however it is spelled."""
        return fold_name(name) in self._wanted or fold_name(name) in map(fold_name, self._marks)

    def reads(self, name: str, ours: str) -> bool:
        """Whether one of our fields is read from a name."""
        return any(field == ours for field, *_ in self._wanted.get(fold_name(name), ()))

    def read(
        self,
        values: Mapping[Any, Any],
        origin: Origin,
        notes: Notes,
        *,
        article_id: str | None,
        path: str = "",
        body: str = "",
        opening: Opening = NO_OPENING,
        default_title: str = "",
        default_language: str = "",
        default_date: date | None = None,
    ) -> Article:
        """
        The article that names and values describe.

        Without an id it has its canonical address for one. The other arguments say what the values do not: that of an
        opening is a title too, a default title is told of in the notes. Raises ArticleError where the title is a list
        or a mapping, there is none at all, or nothing stands in for a date that is none.
        """
        held = self._held(values, self.generator.defaults_of(path))
        found = Found(held, origin)
        title = found.title() or opening.title
        if opening.title:
            found.names.append(("title", opening.source))
        if not title and not default_title:
            cure = "Give it one: title: Tea; or say which name holds it: articles.fields: {title: name}."
            raise ArticleError(f"{origin.where}: there is no title. {cure}")
        url, aliases, slug, permalink = found.addresses(path)
        told = found.first("language") or ""
        language = told or default_language
        languages = tuple([code for code in (language, self.language) if code])
        names = ", ".join(found.first("provider") or ())[:LONGEST_TITLE]
        read = date_reader(self.zone, languages, title)
        published_at = found.moment(read, default_date)
        hidden = found.hidden(path, self.generator.site_url, body) or _named_thing(values, path, body)
        status = found.status()
        known_as = canonical_url(url) if article_id is None else article_id
        article = Article(
            id=known_as,
            path=path,
            title=title or default_title,
            excerpt=found.text("excerpt") or opening.excerpt,
            published_at=published_at,
            url=url,
            topics=found.topics(),
            provider=", ".join([self.generator.people.get(name, name) for name in names.split(", ")]),
            quality=found.first("quality"),
            language=language,
            is_published=not (unpublished := found.unpublished()) and not status,
            body=body,
            aliases=tuple(
                [one for one in dict.fromkeys((*aliases, *_own_ids(values, origin, path))) if one != article_id]
            ),
            visible_from=found.embargo(read, published_at),
            visible_until=found.expiry(read),
            marks=(*found.marks(), *(mark for name in self._marks for mark in _values_as_marks(name, values))),
        )
        # NB Much faster than Counter.update.
        for name in found.names:
            notes.names[name] += 1
        # Zola has no other names than its own outside of `extra`.
        places = (values, values.get("extra"))
        if any(isinstance(held, Mapping) and _is_block(held.get(self._own_name)) for held in places):
            notes.names["block", self._own_name] += 1
        notes.warnings += found.warnings
        if lists := find_lists(values, self._list_names, self._taken, self.zone, origin, self._known_entries):
            notes.lists.setdefault(known_as, lists)
        if not title and not hidden and not status:
            notes.untitled.append(origin.where)
        facts = PageFacts(
            slug=slug,
            permalink=permalink,
            categories=found.categories(are_words=self.generator.splits_categories),
            date=found.generator_date(self.zone),
            id=found.plain("id"),
            path=found.plain("path"),
            abbrlink=found.plain("abbrlink"),
            build=found.build(),
            hidden=hidden,
            status=status,
            unpublished=unpublished,
            language_of_path=language != told,
        )
        if facts != NO_FACTS:
            notes.facts.setdefault(known_as, facts)
        return article

    def _held(
        self, values: Mapping[Any, Any], defaults: Mapping[str, Any] = MappingProxyType({})
    ) -> dict[str, list[tuple[str, Any]]]:
        """For each of our fields, the names that hold something, best first, with their values; defaults last."""
        found: dict[str, list[tuple[tuple[bool, int], str, Any]]] = {}
        own = {fold_name(str(name)) for name in values} if defaults else ()
        others = [(name, value, True) for name, value in defaults.items() if fold_name(name) not in own]
        for name, value, is_default in (*((name, value, False) for name, value in values.items()), *others):
            if not isinstance(name, str) or _is_empty(value):
                continue
            for ours, rank, theirs, inner in self._wanted.get(fold_name(name)) or ():
                if is_default and ours not in _DEFAULTED:
                    continue
                held = value
                for part in inner:
                    held = held.get(part) if isinstance(held, Mapping) else None
                if not _is_empty(held):
                    found.setdefault(ours, []).append(((is_default, rank), theirs if inner else name, held))
        if any(not is_default for (is_default, _), *_ in found.get("topics", ())):
            # Not where all topics are those of all pages: then the page's own word comes before them.
            found.pop("topic", None)
        return {
            ours: [(name, held) for _, name, held in sorted(ranked, key=itemgetter(0))]
            for ours, ranked in found.items()
        }


def _own_ids(values: Mapping[Any, Any], origin: Origin, path: str) -> Iterator[str]:
    """What an article is called under a name that its folder or its list has: story_id in stories, or a chapter."""
    names = [name for name in values if isinstance(name, str)]
    kinds = {words[-1] for folder in path.split("/")[:-1] if (words := words_of(folder))}
    kinds |= {words_of(name)[-1] for name in names if is_telling(name) and not is_other(name) and words_of(name)}
    for name in names:
        noun, *others = words_of(name) or [""]
        is_own = _OF_AN_ID.issuperset(others) and not kinds.isdisjoint((noun, f"{noun}s", f"{noun[:-1]}ies"))
        if is_own and not is_telling(name) and type(values[name]) in (str, int, float):
            typed = origin.typed(name, values[name]).strip()
            if re.fullmatch(r"[\w.-]+" if others else r"[\w.-]*\d[\w.-]*", typed):
                yield typed


def _named_thing(values: Mapping[Any, Any], path: str, body: str) -> str:
    """What keeps a bare file in a folder of tags or settings from being a page; "" for any other page."""
    is_bare = not body.strip() and not any(isinstance(value, list | Mapping) for value in values.values())
    folders = map(str.lower, path.split("/")[:-1])
    return "without text in a folder of tags or settings" if is_bare and not _NAMED_THINGS.isdisjoint(folders) else ""


def _values_as_marks(name: str, values: Mapping[Any, Any]) -> Iterator[str]:
    """The plain values of a name, in small letters behind it."""
    for value in _under(fold_name(name), values):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str | int | float | date):
                yield f"{name}: {one}".casefold()


def _under(name: str, values: Mapping[Any, Any]) -> Iterator[Any]:
    """What stands under a folded name, however it is spelled; a dot goes into a mapping."""
    for key, value in values.items():
        if (folded := fold_name(str(key))) == name:
            yield value
        elif isinstance(value, Mapping) and name.startswith(f"{folded}."):
            yield from _under(name[len(folded) + 1 :], value)


def _is_block(value: Any) -> bool:
    """Whether a value looks like what we write."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) and "score" in one for one in value)


def _is_empty(value: Any) -> bool:
    """Whether a value says nothing, as blanks do and a list of nothing else."""
    if isinstance(value, list):
        return all(map(_is_empty, value))
    return not value.strip() if isinstance(value, str) else not value and value is not False and value != 0
