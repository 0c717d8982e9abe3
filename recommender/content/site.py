"""A site -> a `Corpus`; one file or text -> an `Article`."""

import errno
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from recommender.articles import Article, Corpus
from recommender.bounds import Fence
from recommender.cache import SiteCache
from recommender.content import front_matter
from recommender.content.cache import ReadingCache
from recommender.content.exports import EXPORT_ENDINGS, is_export, read_export
from recommender.content.fields import FieldReader, Notes
from recommender.content.file_reader import FileRead, FileReader
from recommender.content.files import FoundFiles, find_files, unread
from recommender.content.gather import gather, with_addresses, with_languages_of_paths, with_unmade
from recommender.content.generators import CONFIG_FILES, Generator, read_generator
from recommender.content.jsonl import AS_LINES, LINES_ENDINGS, is_jsonl, read_jsonl
from recommender.content.languages import around, site_languages
from recommender.content.list_names import likely_names, with_lists
from recommender.content.list_words import fold_name
from recommender.content.paths import ENDINGS, without_ending
from recommender.content.wording import some
from recommender.errors import ArticleError, SiteError, path_of
from recommender.settings import Settings, given_or_default
from recommender.yaml import forget_entries

logger = logging.getLogger(__name__)

#: Called with the number of files done and of all files.
Progress = Callable[[int, int], None]

#: Folders in which sites keep their articles; a file's id begins with the first of them where no site is known.
_CONTENT_FOLDERS = frozenset({"content", "_posts", "_drafts", "_news"})


def read_site(
    site: Path | str,
    settings: Settings | None = None,
    *,
    strict: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Corpus:
    """
    The articles of a site, their curated lists matched.

    Parameters
    ----------
    site
        The folder of a site; or a file with an article a line (``.jsonl``, ``.jsonl.gz``) or a row (``.csv``, ``.tsv``,
        ``.parquet``), a feed (``.rss``, ``.atom``, ``.xml``) or an export of WordPress (``.xml``).
    settings
        Without any, the usual names are read.
    strict
        Raise the first problem instead of going on without the article.
    fresh
        Parse every file, also where an earlier reading of the same bytes is in the cache.
    progress
        Called with the number of files done and of all files.

    Returns
    -------
    Corpus
        ``corpus.reading`` tells what was read, from which names, how the curated lists were matched, and every problem.

    Raises
    ------
    SiteError
        There is no such site, or it holds no article file; with `strict`, any problem.
    """
    settings = given_or_default(settings)
    root = path_of(site, "site", SiteError)
    if is_jsonl(root):
        return read_jsonl(root, settings, strict=strict)
    if is_export(root):
        return read_export(root, settings, strict=strict)
    if not root.is_dir():
        raise SiteError(no_site(root))
    corpus = _read_folder(root, settings, fresh, progress)
    if strict and corpus.reading.problems:
        raise corpus.reading.problems[0]
    return corpus


def read_article(
    path_or_text: Path | str, settings: Settings | None = None, *, site: Path | str | None = None
) -> Article:
    """
    One article: a file, or the text of one.

    Parameters
    ----------
    path_or_text
        A path, or a text with front matter.
    settings
        Without any, the usual names are read.
    site
        The folder of the site. Without it, the folder above the file that holds a generator's configuration.

    Returns
    -------
    Article
        Its id is that which `read_site` gives it. For a text it is the title as a slug.

    Raises
    ------
    SiteError
        There is no such file, or it cannot be read; FrontMatterError and ArticleError are of this kind.
    """
    settings = given_or_default(settings)
    no_name = f"{repr(str(path_or_text)[:40])[1:-1]} …: is no name of a file. A text has at least two lines."
    if isinstance(path_or_text, str) and ("\n" in path_or_text or "\r" in path_or_text):
        root, path, text = Path(site) if site is not None else None, "", path_or_text
    elif "\0" in str(path_or_text):
        raise SiteError(no_name)
    else:
        file = path_of(path_or_text, "path_or_text", SiteError)
        root = Path(site) if site is not None else _root(file)
        path = _path_below(root, file)
        try:
            if file.is_dir():
                raise SiteError(f"{file}: is a folder, expected a Markdown file, or text. To read a site: read_site.")
            fence = Fence.around(root or file.parent, settings.articles.outside, settings.articles.max_megabytes)
            text = front_matter.decode(fence.read(file), path)
        except FileNotFoundError:
            no_file = f"{file}: there is no such file. Name a Markdown file, or give the text of one."
            raise SiteError(no_file) from None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise SiteError(no_name) from None
            raise unread(str(file), error) from None
    generator = read_generator(root) if root is not None else Generator()
    reader = FileReader(FieldReader(settings, generator), site_languages(around(root, path), generator))
    notes = Notes()
    article = reader.article(text, path, without_ending(path), notes)
    forget_entries()
    if article is None:
        raise ArticleError(
            next(reversed(notes.warnings), None)
            or f"{path or 'text'}: has neither front matter nor a heading. Begin it with a line of three dashes and "
            "title: Tea."
        )
    names = likely_names(notes, settings.articles.fields.get("related", ()), generator.list_name)
    (article,) = with_lists([article], notes, names)
    for name, found in notes.lists.get(article.id, {}).items():
        notes.warnings += found.complaints if fold_name(name) in names else ()
    for warning in notes.warnings:
        logger.warning(warning)
    made, _ = with_unmade(with_languages_of_paths([article], notes, generator, settings.articles), generator, notes)
    if not path:
        (article,) = made
        return replace(article, id=re.sub(r"[\W_]+", "-", article.title.casefold()).strip("-") or article.title)
    (article,), _, _ = with_addresses(made, notes, generator, settings.articles)
    return article


def _read_folder(root: Path, settings: Settings, fresh: bool, progress: Progress | None) -> Corpus:
    generator = read_generator(root)
    fence = Fence.around(root, settings.articles.outside, settings.articles.max_megabytes)
    found = find_files(root, settings.articles.include, settings.articles.exclude, generator, fence)
    if not found.files and not found.problems:
        if (n := found.n_excluded) and not found.others:
            raise SiteError(f"{root}: holds no article but {n:,} that articles.exclude leaves out. Mend the setting.")
        others = f" {found.others}" if found.others else ""
        named = next((f"the file {file}, or " for file in sorted(root.iterdir()) if is_export(file)), "")
        raise SiteError(
            f"{root}: holds no article.{others} Name {named}the folder of a site: one with files ending in "
            f"{', '.join(ENDINGS)}."
        )
    languages = site_languages([file.path for file in found.files], generator)
    store = SiteCache.of(root, settings.articles.cache)
    cache = ReadingCache(store, settings, generator, languages) if store else None
    if cache is not None and not fresh:
        cache.load()
    reader = FileReader(FieldReader(settings, generator), languages)
    reads: list[FileRead] = []
    n_new = 0
    for file in found.files:
        before = cache.find(root, file, fence) if cache is not None else None
        n_new += before is None
        reads.append(before or reader.read(root, file, fence))
        if progress is not None:
            progress(len(reads), len(found.files))
    forget_entries()
    corpus = _corpus(root, found, reads, generator, settings)
    if cache is not None:
        cache.save(reads, n_new=n_new)
    return corpus


def _corpus(
    root: Path, found: FoundFiles, reads: Sequence[FileRead], generator: Generator, settings: Settings
) -> Corpus:
    notes = Notes()
    for read in reads:
        notes.add(read.notes)
    warnings = list(found.warnings)
    # Each new Hugo site has archetypes, from which it makes new pages; nobody misses them.
    pages = [path for path in found.pages if not (generator.title == "Hugo" and path.startswith("archetypes/"))]
    if pages:
        # Who has more pages than posts may mean the pages.
        cure = " To read some, name them in articles.include." if len(pages) > len(reads) else ""
        warnings.append(f"{some(pages)} outside the articles' folders: not read.{cure}")
    # A file that is no article, and has a warning, has told why.
    bare = [read.path for read in reads if read.article is None and read.problem is None and not read.notes.warnings]
    if bare and len(bare) == len(reads) and not found.problems:
        files = "the one file there is cannot" if len(bare) == 1 else f"none of the {len(bare):,} files can"
        raise SiteError(
            f"{root}: {files} be read as an article: {some(bare)} {'has' if len(bare) == 1 else 'have'} neither "
            "front matter nor a heading. Begin an article with a line of three dashes, title: Tea, and three dashes."
        )
    if bare:
        warnings.append(f"{some(bare)} without front matter: not an article.")
    return gather(
        [read.article for read in reads if read.article is not None],
        notes,
        settings=settings.articles,
        generator=generator,
        n_files=found.n_all,
        problems=[*found.problems, *(read.problem for read in reads if read.problem is not None)],
        warnings=warnings,
    )


def no_site(root: Path) -> str:
    """What is said of a path where a site should be."""
    if not root.exists():
        return f"{root}: there is no such folder. Name the folder of a site, or a .jsonl file with an article a line."
    if root.suffix.lower() == ".json":
        return f"{root}: is one JSON document, expected lines. Make them, and name their file: {AS_LINES}."
    return (
        f"{root}: is a file, expected the folder of a site. Name the folder that it lies in: {root.parent}; or a file "
        f"of articles, which ends in {', '.join((*LINES_ENDINGS, *EXPORT_ENDINGS))}."
    )


def _root(file: Path) -> Path | None:
    """The folder of the site that a file belongs to, as far as the folders above it tell."""
    folders = file.absolute().parents
    for folder in folders:
        if any((folder / name).is_file() for name in ("recommender.yaml", *CONFIG_FILES)):
            return folder
    for folder in reversed(folders):
        if folder.name in _CONTENT_FOLDERS:
            return folder.parent
    return next((folder for folder in folders if (folder / ".git").exists()), None)


def _path_below(root: Path | None, file: Path) -> str:
    if root is None:
        return file.name
    for spelled in (Path.absolute, Path.resolve):
        if spelled(file).is_relative_to(spelled(root)):
            return spelled(file).relative_to(spelled(root)).as_posix()
    raise SiteError(f"{file}: does not lie in the site {root}. Name a file of the site.")
