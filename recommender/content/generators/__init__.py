"""
Site generators: how their configuration is recognised, and what address they give a file.

To add one, write its class and put it into `GENERATORS`.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

from recommender.content.generators.astro import Astro
from recommender.content.generators.base import Generator, text_of
from recommender.content.generators.books import DocFx, GitBook, JupyterBook, MdBook, Quartz
from recommender.content.generators.docusaurus import Docusaurus
from recommender.content.generators.eleventy import Eleventy
from recommender.content.generators.hexo import Hexo
from recommender.content.generators.hugo import Hugo
from recommender.content.generators.jekyll import Bridgetown, Jekyll
from recommender.content.generators.mkdocs import MkDocs
from recommender.content.generators.pelican import Nikola, Pelican
from recommender.content.generators.scripted import Ember, Gatsby, Metalsmith, Next, Nuxt, SvelteKit
from recommender.content.generators.sources import Sources
from recommender.content.generators.statie import Statie
from recommender.content.generators.vuepress import VitePress, VuePress
from recommender.content.generators.zola import Zola
from recommender.content.paths import ENDINGS, named_language
from recommender.content.wording import fault_of_ours, some

__all__ = ["CONFIG_FILES", "GENERATORS", "Generator", "read_generator"]

#: Asked in this order. One whose configuration has the name of another's comes before it.
GENERATORS: tuple[type[Generator], ...] = (
    JupyterBook, Hexo, Jekyll, Bridgetown, Zola, Hugo, Docusaurus, Astro, VitePress, VuePress, MkDocs, MdBook, Pelican,
    Nikola, Statie, Gatsby, Next, Nuxt, Eleventy, Metalsmith, Ember, Quartz, DocFx, GitBook, SvelteKit,
)  # fmt: skip
#: Files that tell who the authors are: of Docusaurus, and in a folder of data.
_AUTHORS = ("authors.yml", "authors.yaml", "authors.json")
#: Files that other programs and people have too.
_SHARED = frozenset({"package.json", "SUMMARY.md"})
#: Folders that are looked at for a site's configuration.
_MOST_FOLDERS = 100
#: The places in which each looks for its configuration.
_PLACES = [(kind, file) for kind in GENERATORS for file in kind.config_files]
#: Every place in which a configuration may lie, but those in a hidden folder and those that other programs share.
CONFIG_FILES = tuple(dict.fromkeys(file for _, file in _PLACES if file not in _SHARED))


def read_generator(root: Path) -> Generator:
    """The configuration of the site in a folder; one that cannot be read is a warning, and counts as empty."""
    root = root.absolute()
    sources = Sources(root)
    for kind, file in _PLACES:
        try:
            if sources.has(file) and kind.claims(sources, file):
                generator = replace(kind.read(sources, file), file=file)
                break
        except Exception as error:  # noqa: BLE001 - whatever a configuration holds, the articles can be read
            generator = kind(file=file)
            sources.warnings[file] = fault_of_ours(file, "be read", error)
            break
    else:
        generator = Generator(warnings=_sites_below(sources))
    return replace(
        generator,
        site_url=generator.site_url.rstrip("/"),
        language=named_language(generator.language),
        people=_people(sources, generator),
        warnings=(*sources.warnings.values(), *generator.warnings),
    )


def _people(sources: Sources, generator: Generator) -> dict[str, str]:
    """By what posts call their authors, what is told to be their names."""
    tops = dict.fromkeys(("", "content", "src/content", *generator.roots))
    files = [f"{top}/{name}".strip("/") for top in (generator.data_folder, *tops) for name in _AUTHORS]
    files += [generator.authors_file] if generator.authors_file else []
    people: dict[str, str] = {}
    for told in map(sources.mapping, files):
        keyed = told["authors"] if isinstance(told.get("authors"), dict) else told
        people |= {str(key): text_of(one, "name").strip() for key, one in keyed.items() if isinstance(one, dict)}
    return {normalize("NFC", key): name for key, name in people.items() if name}


def _sites_below(sources: Sources) -> tuple[str, ...]:
    """A warning where most of a folder's articles lie in sites below it, whose configuration is then not read."""
    found: dict[str, tuple[str, str]] = {}
    places = [place for place in _PLACES if place[1] not in _SHARED]
    for folder in sources.folders(".")[:_MOST_FOLDERS]:
        inner = Sources(sources.root / folder)
        # Whatever a configuration holds, as above.
        with suppress(Exception):
            if not folder.startswith(".") and sources.holds(folder):
                kind, file = next(place for place in places if inner.has(place[1]) and place[0].claims(inner, place[1]))
                found[folder] = (f"{folder}/{file}", kind.title)
    n_inside = sum(1 for folder in found for _ in sources.files(folder, *ENDINGS))
    if not n_inside or 2 * n_inside < sum(1 for _ in sources.files("", *ENDINGS)):
        return ()
    files = some([file for file, _ in found.values()])
    titles = " and ".join(sorted({title for _, title in found.values()}))
    sites = " or ".join(str(sources.root / folder) for folder in [*found][:3])
    return (
        f"{sources.root}: the site lies below, and {files} is not read: addresses may be wrong, and what is written "
        f"lies where {titles} does not look. Name the site: {sites}.",
    )
