"""The address that Hugo gives a file, by its rules (checked against Hugo 0.111)."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Self
from urllib.parse import quote

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SAFE, Generator, filled, lower, merged, text_of, texts
from recommender.content.generators.sources import Sources
from recommender.content.paths import dated, is_word, name_date
from recommender.content.values import is_unlisted

_SECTIONS = re.compile(r":sections(?:\[(last|-?\d{0,9})(:?)(last|-?\d{0,9})\])?")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[-_ ]*(?=.)")
#: A plain regular expression: letters, any one, any number of them, an end.
_PLAIN = re.compile(r"(?:\\[./-]|\.[*+]?|[\w/ ~@-])+\$?")
#: What a path keeps besides letters, marks and digits.
_KEPT = "./\\_#+~@-"
_FORMATS = ("toml", "yaml", "yml", "json")
_FOLDER = "config/_default"
#: Each article is held against each.
_MOST_CASCADES = 2_000
#: Parts of the configuration that may have files of their own in its folder.
_PARTS = ("languages", "module", "permalinks", "frontmatter", "cascade")
#: Names that a configuration has, where its file has a name that others use too.
_OWN = frozenset({
    "baseurl", "languagecode", "defaultcontentlanguage", "permalinks", "contentdir", "module", "theme", "params",
    "title", "taxonomies", "languages", "menu", "disablekinds", "frontmatter", "uglyurls", "locale",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Hugo(Generator):
    title = "Hugo"
    takes_blank_lines = True
    config_files = tuple(
        f"{folder}{name}.{ending}"
        for folder in ("", f"{_FOLDER}/")
        for name in ("hugo", "config")
        for ending in _FORMATS
    )

    languages: tuple[str, ...] = ("en",)
    permalinks: Mapping[str, str] = field(default_factory=dict)  #: The pattern of addresses by section.
    content_dirs: Mapping[str, str] = field(default_factory=lambda: {"content": ""})
    roots: Mapping[str, str] = field(default_factory=lambda: {"content": ""})
    data_folder: str = "data"
    own_permalinks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  #: Those of a language, instead.
    ugly: Mapping[str, bool] = field(default_factory=dict)  #: ``uglyURLs`` by section; that of "*" is the one of all.
    keeps_case: bool = False  #: ``disablePathToLower``.
    drops_accents: bool = False  #: ``removePathAccents``.
    default_in_subdir: bool = False  #: ``defaultContentLanguageInSubdir``.
    dates: tuple[str, ...] = ()  #: ``frontmatter.date``.
    ignored: tuple[str, ...] = ()  #: ``ignoreFiles``, as patterns of names.
    unbuilt: tuple[str, ...] = ()  #: Languages that no page is made in.
    sections: tuple[str, ...] = ()  #: The folders with an ``_index.md``, where a pattern of addresses asks for them.
    #: What a ``cascade`` makes no page of, or one, the nearest first: the folder, a pattern of paths below the content,
    #: where it stands, by which key, and whether it hides.
    cascades: tuple[tuple[str, str, str, str, bool], ...] = ()

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether it is Hugo's: programs of all kinds have a `config.json`."""
        if "hugo." in file or "/" in file:
            return True
        values = lower(sources.mapping(file))
        return not values or not _OWN.isdisjoint(values) or sources.has("content")

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, and what sections hand down to their pages."""
        values = lower(sources.mapping(file))
        # What the folder holds is laid over what stands in a file beside it.
        for name in sources.files(_FOLDER, *(f".{ending}" for ending in _FORMATS)):
            part = name.rpartition("/")[2].partition(".")[0]
            if part in ("hugo", "config"):
                values = merged(values, sources.mapping(name))
            elif part in _PARTS:
                values = merged(values, {part: sources.value(name)})
        text = partial(text_of, values)
        languages = lower(values.get("languages"))
        first = text("defaultcontentlanguage").lower() or "en"
        folders = {text("contentdir").strip("/") or "content": ""}
        for code, options in languages.items():
            if isinstance(folder := lower(options).get("contentdir"), str):
                folders[folder.strip("/")] = code
        roots = dict.fromkeys(folders, "")
        if mounts := [*_mounts(values)]:
            folders = {folder: language for folder, _, language in mounts}
            roots = {folder: target for folder, target, _ in mounts}
        permalinks = _permalinks(values)
        own = {code: patterns for code, one in languages.items() if (patterns := _permalinks(lower(one)))}
        # However often a folder is named, and by whichever links, it is looked through once.
        different = {(sources.root / folder).resolve(): folder for folder in folders}.values()
        pages = [page for folder in different for page in sources.files(folder) if "/_index." in page]
        cascades = [*_cascades(values, "", file)]
        for page in pages:
            cascades += _cascades(lower(sources.front_matter(page)), page.rpartition("/")[0], page)
            if len(cascades) > _MOST_CASCADES:
                sources.warnings["cascades"] = (
                    f"{page}: with it there are more than {_MOST_CASCADES:,} cascades. Those of others are not read."
                )
                break
        asked = folders if ":sections" in f"{permalinks}{own}" else ()
        tops = [(folder, page) for page in pages for folder in asked if page.startswith(f"{folder}/")]
        disabled = [code.lower() for code in texts(values.get("disablelanguages"))]
        return cls(
            site_url=text("baseurl"),
            language=text("defaultcontentlanguage", "languagecode", "locale"),
            languages=tuple(dict.fromkeys([first, *languages])),
            zone=sources.zone(values.get("timezone"), file),
            permalinks=permalinks,
            own_permalinks=own,
            content_dirs=folders,
            roots=roots,
            data_folder=cls.data_in(text("datadir")),
            ugly={"*": True} if (ugly := values.get("uglyurls")) is True else lower(ugly),
            keeps_case=values.get("disablepathtolower") is True,
            drops_accents=values.get("removepathaccents") is True,
            default_in_subdir=values.get("defaultcontentlanguageinsubdir") is True,
            dates=texts(lower(values.get("frontmatter")).get("date")),
            ignored=tuple(_globs(values.get("ignorefiles"))),
            unbuilt=tuple(code for code, one in languages.items() if code in disabled or lower(one).get("disabled")),
            sections=tuple(sorted({page[len(folder) + 1 :].rpartition("/")[0] or "." for folder, page in tops})),
            cascades=tuple(sorted(cascades, key=lambda cascade: -len(cascade[0]))),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        parts, language = self.content_parts(article.path)
        folders, base = parts[:-1], parts[-1]
        is_bundle = base == "index"
        section = folders[0] if len(folders) > is_bundle else ""
        if is_bundle:
            base, folders = (folders[-1] if folders else ""), folders[:-1]
        # A page without a date is one of the year 1.
        no_date = datetime(1, 1, 1)
        date = facts.date or article.published_at or no_date
        slug = facts.slug.strip("-")
        before = self.dates[: self.dates.index(":filename")] if ":filename" in self.dates else None
        is_named = before is not None and (facts.date is None or {"date", ":default"}.isdisjoint(before))
        if is_named and (day := name_date(article.path if not is_bundle else f"{base}.md")):
            # Hugo takes the rest of such a name for a slug.
            date, slug = datetime(day.year, day.month, day.day), slug or _DATED.sub("", base, count=1)
        elif facts.date is None and date.date() in (name_date(article.path), dated(article.path)):
            date = no_date
        pattern = self.own_permalinks.get(language, self.permalinks).get(section or "/", "")
        if pattern:
            # A folder without an _index.md is no section of its own, but those of the first level.
            depth = max((n for n in range(1, len(folders) + 1) if "/".join(folders[:n]) in self.sections), default=0)
            # To Hugo, one without an _index.md is followed by a section without a name.
            sections = folders[:depth] or [*folders[:1], ""]
            known = {"section": section, "filename": base, "contentbasename": base, "title": article.title}
            known |= {"slug": slug or article.title, "slugorfilename": slug or base}
            known["slugorcontentbasename"] = known["slugorfilename"]
            known = {name: _path(text, self).removesuffix("#") for name, text in known.items()}
            known |= {"year": str(date.year), "yearday": str(date.timetuple().tm_yday)}
            known["weekday"] = str(date.isoweekday() % 7)
            # Dates may be written as Go has them.
            pattern = pattern.replace(":2006", ":year").replace(":01", ":month").replace(":02", ":day")
            pattern = _SECTIONS.sub(lambda found: "/".join(_sliced(sections, found)), pattern)
            path = filled(pattern, known, date).replace("+", " ")
            if not path:
                return ""
        else:
            path = "/".join([*folders, slug or base])
        if (self.ugly.get("*") or self.ugly.get(section)) and base:
            path = f"{path.rstrip('/')}.html"
        elif not path.endswith(".html"):
            path = f"{path}/"
        path = _path(path, self)
        if language and (language != self.languages[0] or self.default_in_subdir):
            path = f"{language.lower()}/{path}"
        return quote(re.sub("/+", "/", f"/{path}"), safe=SAFE)

    def unmade(self, article: Article, facts: PageFacts) -> str:
        if facts.build in ("always", "true"):
            return ""
        parts, language = self.content_parts(article.path)
        place = f"/{'/'.join(parts)}"
        told: set[str] = set()
        for folder, pattern, where, key, hides in self.cascades:
            is_below = not folder or article.path.startswith(f"{folder}/")
            is_meant = is_below and (not pattern or fnmatchcase(place, pattern.replace("**", "*")))
            # A page of one language descends from the sections of that language.
            if is_meant and key not in told and (not folder or self.content_parts(where)[1] == language):
                if hides:
                    return f"hidden by cascade in {where}"
                told.add(key)
        return ""

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """What `ignoreFiles` names, and what is in a language that is not built."""
        ignored = {path for path in paths if any(fnmatchcase(f"/{path}", one) for one in self.ignored)}
        return frozenset(ignored | {path for path in paths if self.content_parts(path)[1] in self.unbuilt})

    def content_parts(self, path: str) -> tuple[list[str], str]:
        """The folders and the name of a file below the content, and the language that its name or folder is of."""
        target, names = self.below(path)
        home = max((folder for folder in self.content_dirs if path.startswith(f"{folder}/")), key=len, default="")
        stem, _, code = names[-1].rpartition(".")
        is_named = stem and code in self.languages
        language = code if is_named else self.content_dirs.get(home) or self.languages[0]
        return [*filter(None, target.split("/")), *names[:-1], stem if is_named else names[-1]], language


def _permalinks(values: Mapping[str, Any]) -> dict[str, str]:
    found = values.get("permalinks")
    if not isinstance(found, dict):
        return {}
    # Since Hugo 0.131 the sections can stand below the kind of page.
    pages = found.get("page")
    sections = {**found, **pages} if isinstance(pages, dict) else found
    # Hugo knows these names in small letters only, and so finds none for a section with capitals.
    return {str(section).lower(): pattern for section, pattern in sections.items() if isinstance(pattern, str)}


def _mounts(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The folders that are mounted on the content: the folder, its place in the content, its language."""
    mounts = lower(values.get("module")).get("mounts")
    for mount in map(lower, mounts if isinstance(mounts, list) else ()):
        top, _, target = str(mount.get("target") or "").strip("/").partition("/")
        source = str(mount.get("source") or "").strip("./")
        if top == "content" and source:
            yield source, target, str(mount.get("lang") or "")


def _cascades(values: Mapping[str, Any], folder: str, where: str) -> Iterator[tuple[str, str, str, str, bool]]:
    """What a cascade makes no page of, or lists nowhere; and what it does make or list, whatever others say."""
    cascade = values.get("cascade")
    for item in map(lower, cascade if isinstance(cascade, list) else [cascade]):
        build, draft = item.get("build") or item.get("_build"), item.get("draft")
        pattern = str(lower(item.get("target") or item.get("_target")).get("path") or "")
        if build:
            yield folder, pattern, where, "build", is_unlisted(build)
        if draft is not None:
            yield folder, pattern, where, "draft", str(draft).lower() == "true"


def _globs(expressions: Any) -> Iterator[str]:
    """Plain regular expressions as patterns of names; others are not tried, for they may take forever."""
    for one in filter(_PLAIN.fullmatch, texts(expressions)):
        text = re.sub(r"\\(.)|\.([*+]?)", lambda found: found[1] or ("*" if found[2] else "?"), f"{one}*")
        yield f"*{text.removesuffix('$*')}"


def _sliced(sections: list[str], found: re.Match[str]) -> list[str]:
    """Hugo's ``:sections[1:]``; a number below 0 is 0, and one beyond the end is no error."""
    start, stop = (
        len(sections) - 1 if text == "last" else max(0, int(text)) if (text or "").strip("-") else usual
        for text, usual in ((found[1], 0), (found[3], len(sections)))
    )
    return sections[start : start + 1] if found[1] and not found[2] else sections[start:stop]


def _path(path: str, generator: Hugo) -> str:
    """A path as Hugo writes it: blanks as hyphens, hardly any punctuation, small letters unless the site keeps them."""
    if generator.drops_accents:
        parts = unicodedata.normalize("NFD", path)
        path = unicodedata.normalize("NFC", "".join(one for one in parts if unicodedata.category(one) != "Mn"))
    kept = (c if c in _KEPT or is_word(c) else " " if c.isspace() else "" for c in path)
    path = re.sub(" +", "-", re.sub(" *(-+) *", r"\1", "".join(kept).strip()))
    return path if generator.keeps_case else path.lower()
