"""What the site's generator is told: its address, language, time zone and permalinks. Jekyll and Hugo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from recommender.bounds import Fence, read_json, read_toml
from recommender.content.front_matter import decode
from recommender.content.paths import named_language
from recommender.content.yaml import read_yaml
from recommender.errors import SiteError

__all__ = ["CONFIG_FILES", "Generator", "read_generator"]

#: Where the generators look, in the order in which the first that exists counts.
CONFIG_FILES: Mapping[str, Literal["jekyll", "hugo"]] = {
    "_config.yml": "jekyll",
    "_config.yaml": "jekyll",
    **{
        f"{folder}{name}.{ending}": "hugo"
        for folder in ("", "config/_default/")
        for name in ("hugo", "config")
        for ending in ("toml", "yaml", "yml", "json")
    },
}


@dataclass(frozen=True, slots=True)
class Generator:
    """
    A site's configuration, as far as articles depend on it.

    Parameters
    ----------
    name
        ``jekyll`` or ``hugo``; "" for a tree without a configuration.
    site_url
        The site's address with its base path and no slash at the end; "" where it is not given.
    language
        The language of the site.
    zone
        The time zone of dates that name none.
    permalinks
        The pattern of addresses by collection or section; "" is Jekyll's for posts, and for the ending of all others.
    warnings
        What could not be read.
    file
        The configuration, below the site; "" where there is none.
    collections
        Jekyll: whether a collection's documents become pages, by its name.
    collections_dir
        Jekyll: the folder in which the collections' folders lie; "" for the site's own.
    include, exclude
        Jekyll: names and patterns that it reads though they begin with an underscore, or does not read.
    defaults
        Jekyll: the path, the type and the permalink of each scope of `defaults` that has one.
    languages
        Hugo: the codes of the languages, that of the site first.
    content_dirs
        Hugo: the folders of the content, each with the code of its language, or "" for that of the site.
    is_ugly, keeps_case, drops_accents, default_in_subdir, dates_in_names
        Hugo: `uglyURLs`, `disablePathToLower`, `removePathAccents`, `defaultContentLanguageInSubdir`, `:filename` in
        `frontmatter.date`.
    sections
        Hugo: the folders with an ``_index.md``, below the content's, where a pattern of addresses asks for them.
    """

    name: Literal["jekyll", "hugo", ""] = ""
    site_url: str = ""
    language: str = ""
    zone: tzinfo = UTC
    permalinks: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    file: str = ""
    collections: Mapping[str, bool] = field(default_factory=dict)
    collections_dir: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    defaults: tuple[tuple[str, str, str], ...] = ()
    languages: tuple[str, ...] = ("en",)
    content_dirs: Mapping[str, str] = field(default_factory=lambda: {"content": ""})
    is_ugly: bool = False
    keeps_case: bool = False
    drops_accents: bool = False
    default_in_subdir: bool = False
    dates_in_names: bool = False
    sections: tuple[str, ...] = ()


def read_generator(root: Path) -> Generator:
    """The configuration of the site in a folder; one that cannot be read is a warning, and counts as empty."""
    for file, name in CONFIG_FILES.items():
        try:
            changed = (root / file).stat().st_mtime_ns
        except OSError:
            continue
        return _read(root, file, name, changed)
    return Generator(warnings=_part_of_a_site(root.absolute()))


def _part_of_a_site(root: Path) -> tuple[str, ...]:
    """A warning where a folder is the articles of a generator's site, whose configuration is then not read."""
    for site in [*root.parents][:2]:
        first = root.relative_to(site).parts[0]
        for file, name in CONFIG_FILES.items():
            is_content = first.startswith("_") if name == "jekyll" else first in ("content", "src")
            if is_content and (site / file).is_file():
                return (
                    f"{root}: is a part of the site {site}, whose {file} is not read: addresses may be wrong, and "
                    f"what is written lies where {name.title()} does not look. Name the site: {site}.",
                )
    return ()


@lru_cache(maxsize=64)
def _read(root: Path, file: str, name: Literal["jekyll", "hugo"], changed: int) -> Generator:
    """Cached until the file changes: a pipeline reads one article after another."""
    try:
        values = _values(root, file)
    except SiteError as error:
        return Generator(name, warnings=(f"{error} It is read as if it were empty.",), file=file)
    # Hugo does not tell capitals from small letters in names; Jekyll's names are small.
    named = _lower(values)
    warnings: list[str] = []

    def text(*names: str) -> str:
        return next((value for key in names if isinstance(value := named.get(key), str) and value), "")

    zone: tzinfo = UTC
    if zone_name := text("timezone"):
        try:
            zone = ZoneInfo(zone_name)
        except (KeyError, ValueError, OSError):
            warnings.append(
                f"{file}: the time zone {zone_name!r} is not known, so UTC is used. Write it like Europe/Berlin."
            )
    if name == "jekyll":
        site_url = text("url").rstrip("/")
        base = text("baseurl").strip("/")
        language = text("lang", "language", "locale")
        permalinks = _jekyll_permalinks(named)
        if source := text("source").strip("./"):
            warnings.append(
                f"{file}: the site's source is {source!r}, which is not followed, so addresses and the place of the "
                f"data file are wrong. Have Jekyll and this program run in {source}, with {file} in it."
            )
    else:
        site_url, base = text("baseurl").rstrip("/"), ""
        language = text("defaultcontentlanguage", "languagecode", "locale")
        permalinks = _hugo_permalinks(named)
    address = f"{site_url}/{base}" if site_url and base else site_url
    generator = Generator(name, address, named_language(language), zone, permalinks, tuple(warnings), file)
    if name == "hugo":
        languages = _lower(named.get("languages"))
        first = text("defaultcontentlanguage").lower() or "en"
        folders = {text("contentdir").strip("/") or "content": ""}
        for code, options in languages.items():
            if isinstance(folder := _lower(options).get("contentdir"), str):
                folders[folder.strip("/")] = code
        front_matter = _lower(named.get("frontmatter")).get("date")
        return replace(
            generator,
            languages=tuple(dict.fromkeys([first, *languages])),
            content_dirs=folders,
            is_ugly=named.get("uglyurls") is True,
            keeps_case=named.get("disablepathtolower") is True,
            drops_accents=named.get("removepathaccents") is True,
            default_in_subdir=named.get("defaultcontentlanguageinsubdir") is True,
            sections=_sections(root, folders) if any(":sections" in pattern for pattern in permalinks.values()) else (),
            dates_in_names=isinstance(front_matter, list) and ":filename" in front_matter,
        )
    return replace(
        generator,
        collections=_jekyll_collections(named.get("collections")),
        collections_dir=text("collections_dir").strip("/"),
        include=_texts(named.get("include")),
        exclude=_texts(named.get("exclude")),
        defaults=tuple(_jekyll_defaults(named.get("defaults"))),
    )


def _values(root: Path, file: str) -> dict[str, Any]:
    path = root / file
    try:
        text = decode(Fence.around(root).read(path), file).removeprefix("\ufeff")
        if path.suffix == ".toml":
            return read_toml(text)
        if path.suffix == ".json":
            values = read_json(text)
            return values if isinstance(values, dict) else {}
        return read_yaml(text.removeprefix("---\n"), file, first_line=2 if text.startswith("---\n") else 1)
    except OSError as error:
        raise SiteError(f"{file}: cannot be read ({error.strerror}).") from None
    except ValueError as error:
        raise SiteError(f"{file}: is not {path.suffix[1:].upper()} ({error}).") from None


def _jekyll_permalinks(named: Mapping[str, Any]) -> dict[str, str]:
    permalinks = {}
    if isinstance(named.get("permalink"), str):
        permalinks[""] = named["permalink"]
    collections = named.get("collections")
    if isinstance(collections, dict):
        for collection, options in collections.items():
            if isinstance(options, dict) and isinstance(options.get("permalink"), str):
                permalinks[str(collection)] = options["permalink"]
    return permalinks


def _jekyll_collections(collections: Any) -> dict[str, bool]:
    """Whether each collection is put out; posts are, unless they are told not to be."""
    if isinstance(collections, list):
        return {str(collection): str(collection) == "posts" for collection in collections}
    if not isinstance(collections, dict):
        return {}
    return {
        str(collection): bool(options.get("output", str(collection) == "posts"))
        if isinstance(options, dict)
        else str(collection) == "posts"
        for collection, options in collections.items()
    }


def _sections(root: Path, folders: Iterable[str]) -> tuple[str, ...]:
    """The folders that are sections of their own, of every language."""
    tops = [root / folder for folder in folders]
    return tuple(sorted({page.parent.relative_to(top).as_posix() for top in tops for page in top.rglob("_index.*")}))


def _jekyll_defaults(defaults: Any) -> Iterator[tuple[str, str, str]]:
    for item in defaults if isinstance(defaults, list) else ():
        scope, values = (_lower(_lower(item).get(part)) for part in ("scope", "values"))
        if isinstance(permalink := values.get("permalink"), str):
            yield str(scope.get("path") or "").strip("/"), str(scope.get("type") or ""), permalink


def _lower(value: Any) -> dict[str, Any]:
    """A mapping with its names in small letters; an empty one for anything else."""
    return {str(key).lower(): item for key, item in value.items()} if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _hugo_permalinks(named: Mapping[str, Any]) -> dict[str, str]:
    found = named.get("permalinks")
    if not isinstance(found, dict):
        return {}
    # Since Hugo 0.131 the sections can stand below the kind of page.
    pages = found.get("page")
    sections = {**found, **pages} if isinstance(pages, dict) else found
    # Hugo knows these names in small letters only, and so finds none for a section with capitals.
    return {str(section).lower(): pattern for section, pattern in sections.items() if isinstance(pattern, str)}
