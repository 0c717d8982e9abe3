"""Astro, its content collections and Starlight (checked against Astro 5)."""

import re
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SCRIPTS, Generator, joined
from recommender.content.generators.sources import Sources
from recommender.content.paths import is_word, language_code

_COLLECTION = re.compile(r"""(?:getCollection\s*(?:<[^>]*>)?\(|CollectionEntry<)\s*['"]([^'"]+)['"]""")
#: A page that has many addresses: the folders above its last parameter, and the parameter.
_ROUTE = re.compile(r"(.*?)/?\[(?:\.\.\.)?(\w+)\](?:/index)?\.\w+")
#: What stands in the page that shows an entry; others list entries, by tag or ten at a time.
_SHOWS = re.compile(r"\brender\(|<Content\b")
_ENTRY = frozenset({"slug", "id", "path", "post", "entry"})
#: A parameter that is the language; with dots, the site's own language is left out.
_LANGUAGE = re.compile(r"\[(\.\.\.)?(?:lang|language|locale)\]")
_SCHEMAS = tuple(f"content{mark}config{ending}" for mark in "./" for ending in SCRIPTS)


@dataclass(frozen=True, kw_only=True)
class Astro(Generator):
    title = "Astro"
    takes_blank_lines = True
    config_files = tuple(f"astro.config{ending}" for ending in SCRIPTS)
    skips_underscores = True

    pages: str = "src/pages/"  #: The folder of pages, which `srcDir` may move.
    routed: tuple[str, ...] = ()  #: Folders of articles whose addresses the files in it tell.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, the collections, and the pages that show them."""
        values = sources.literals(file)
        end = "" if values.text("trailingSlash") == "never" else "/"
        if values.text("build", "format") in ("file", "preserve"):
            end = ".html" if values.text("trailingSlash") != "never" else ""
        language = values.text("i18n", "defaultLocale")
        routes: dict[str, list[tuple[bool, bool, str]]] = {}
        source = values.text("srcDir").strip("./")
        if not source or not {"pages", "content"} & {*sources.folders(source)}:
            source = "src"  # or that of a plugin
        pages = f"{source}/pages/"
        for page in sources.files(pages.rstrip("/"), ".astro", ".ts", ".js"):
            if found := _ROUTE.fullmatch(page.removeprefix(pages)):
                text = sources.text(page)
                route = (_SHOWS.search(text) is not None, found[2] in _ENTRY, found[1])
                for collection in set(_COLLECTION.findall(text)):
                    routes.setdefault(collection, []).append(route)
        shown = {collection: max(found, key=lambda one: one[:2])[2] for collection, found in routes.items()}
        roots = {pages.rstrip("/"): ""}
        routed: tuple[str, ...] = (pages.rstrip("/"),)
        folders = {f"{source}/content/{name}": name for name in sources.folders(f"{source}/content")}
        for schema in (f"{source}/{name}" for name in _SCHEMAS):
            for path, value in sources.literals(schema).items:
                is_base = path[-4:] == ("defineCollection", "loader", "glob", "base") and len(path) > 4
                if is_base and isinstance(value, str):
                    # Last that by which it is exported, after the constant: {blog: blogCollection}.
                    folders[value.strip("./")] = path[-5]
        if "starlight(" in sources.text(file) or any("starlight" in package for package in sources.packages):
            shown["docs"] = ""
        for folder, collection in folders.items():
            place = shown.get(collection, collection)
            is_told = "[" not in _LANGUAGE.sub("", place)
            roots[folder] = place if is_told else ""
            if collection in shown and is_told and (language or "[..." not in place):
                routed += (folder,)
        site_url, base, languages = values.text("site"), values.text("base").strip("/"), values.below("locales")
        return cls(
            site_url=site_url, base=base, language=language, languages=languages, roots=roots, end=end, pages=pages,
            routed=routed,
        )  # fmt: skip

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address, where the pages tell it."""
        return self.guess(article, facts) if any(article.path.startswith(f"{top}/") for top in self.routed) else ""

    def guess(self, article: Article, facts: PageFacts) -> str:
        """The address of a page, or of an entry of a collection: the name of the collection and the entry's."""
        prefix, names = self.below(article.path)
        if names[-1] == "index" and not self.end:
            names[-1] = ""
        if article.path.startswith(self.pages):
            return joined(prefix, *names, is_index=names[-1] == "index", end=self.end)
        names = [_github(name) for name in names]
        if found := _LANGUAGE.search(prefix):
            code = names.pop(0) if len(names) > 1 and language_code(names[0]) else article.language or self.language
            is_left_out = found[1] and code.lower() == self.language.lower()
            prefix = prefix.replace(found[0], "" if is_left_out else code)
        if facts.slug:
            return joined(prefix, facts.slug, end=self.end)
        return joined(prefix, *names, is_index=names[-1] == "index", end=self.end)


def _github(name: str) -> str:
    """A name as GitHub makes a heading's anchor of it, which Astro does too."""
    return "".join("-" if c == " " else c for c in name.lower() if c in "-_ " or is_word(c))
