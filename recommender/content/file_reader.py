"""One file of a site -> an article."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from recommender.articles import Article
from recommender.bounds import Fence
from recommender.cache import digest
from recommender.content import front_matter
from recommender.content.fields import FieldReader, Notes
from recommender.content.files import File, unread
from recommender.content.front_matter import FrontMatter
from recommender.content.generators import Generator
from recommender.content.headings import NO_OPENING, Opening, note_opening, opening_of, plain, without_code
from recommender.content.languages import SiteLanguages
from recommender.content.paths import dated, name_date, named_language, slug, titleized, without_ending
from recommender.content.values import Origin
from recommender.content.wording import fault_of_ours
from recommender.errors import FrontMatterError, RecommenderError, SiteError

#: What a repository holds for those who work on it, the table of contents of a book, and the parts of wikis' pages.
#: Ordinary words only where they are shouted; behind what is not, a version or a language.
_OF_THE_REPOSITORY = re.compile(
    r"(?:.*/)?(?:readme(?:[._-](?P<language>[\w-]+))?|(?-i:SUMMARY)|_(?:sidebar|navbar|coverpage|header|footer|404))\.\w+"
    r"|(?-i:CHANGE(?:LOG|S)|HISTORY|History|AUTHORS|CONTRIBUTING|SECURITY|SUPPORT|GOVERNANCE)(?:[._-][\w.-]+)?\.\w+"
    r"|(?:changelog|contributing|contributors|maintainers|code_of_conduct|agents|claude|licen[cs]e(?:[._-][\w-]+)?"
    r"|issue_template|pull_request_template)(?:[._-](?:v?\d[\w.]*|[a-z]{2,3}(?:[_-][a-z]{2,4})?))?\.\w+",
    re.IGNORECASE,
)
#: A page without front matter or a heading is a note where it links as notes do, or its name is a title as typed.
_WIKI_LINK = re.compile(r"(?<![`\w/=(])\[\[[\w#][^\[\]\n\"']*\]\](?![(`])")
#: Folders in which Logseq keeps its pages.
_OF_LOGSEQ = frozenset({"pages", "journals"})
#: The title of what note takers make new notes from.
_OF_A_TEMPLATE = re.compile(
    r"(?>(?:(?:\{\{\s*+(?:title|name|file|date|time|value)\b[^{}]*+\}\}|<%[^%]*+%>)[\s_-]*+)+)", re.IGNORECASE
)
_TEMPLATE = "{}: a template, whose title is to be filled in: not an article."
#: A title to be filled in, where a date is to be, too: {Title of the page}, <YYYY-MM-DD>.
_TO_FILL_IN = re.compile(r"\{[^{}]+\}|<[^<>]+>|\[[^][]+\]")
_DAY_TO_FILL_IN = re.compile(r"[{<[][^][{}<>]*(?:y{4}|date|day)[^][{}<>]*[]}>]", re.IGNORECASE)
#: What programs that keep folders alike call the other of two versions.
_OF_A_CONFLICT = re.compile(r"\.sync-conflict-\d|\([^()/]*conflicted copy[^()/]*\)", re.IGNORECASE)
_TITLE = re.compile(r"^title[ \t]*[:=]", re.IGNORECASE | re.MULTILINE)
_COMMENTED = re.compile(r"^title:[ \t]+(#[^\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FileRead:
    """What came of one of a site's files."""

    path: str
    article_id: str
    digest: str = ""  #: SHA-256 of the bytes that were read; "" for a file that cannot be read.
    article: Article | None = None  #: None for a file without front matter, and for one with a problem.
    notes: Notes = field(default_factory=Notes)
    problem: RecommenderError | None = None  #: Why the file could not be used.


@dataclass(frozen=True, slots=True)
class FileReader:
    """Makes articles of files."""

    fields: FieldReader
    languages: SiteLanguages

    def read(self, root: Path, file: File, fence: Fence) -> FileRead:
        """What comes of a file of a site; a problem is kept, for the others go on."""
        path, article_id = file.path, file.article_id
        digest_ = ""
        notes = Notes()
        try:
            raw = fence.read(root / path)
            digest_ = digest(raw)
            article = self.article(front_matter.decode(raw, path), path, article_id, notes)
        except SiteError as error:
            return FileRead(path, article_id, digest_, notes=notes, problem=error)
        except OSError as error:
            return FileRead(path, article_id, problem=unread(path, error))
        except Exception as error:  # noqa: BLE001 - whatever happens in one file costs that file only
            return FileRead(path, article_id, problem=SiteError(fault_of_ours(path, "be read", error)))
        return FileRead(path, article_id, digest_, article, notes)

    def article(self, text: str, path: str, article_id: str, notes: Notes) -> Article | None:
        """
        The article that a file's text describes, or None where it has neither front matter nor a heading
        and is no note, and with a warning for a template of notes.

        What the front matter does not say, the path below the site does: title, date and language; "" is that of a text
        without a file. Raises FrontMatterError or ArticleError where front matter or a value cannot be used.
        """
        where, generator = path or "text", self.fields.generator
        place = self._place(text, path, where, notes)
        # Jekyll copies files without front matter as they are.
        if place is None and (generator.title == "Jekyll" or _is_of_the_repository(path, generator)):
            return None
        try:
            values: Mapping[str, Any] = front_matter.read(text, place, where, notes.warnings) if place else {}
        except FrontMatterError:
            # Without quotation marks, {{title}} is no YAML.
            if place is None or not _is_to_fill_in(text[place.start : place.end]):
                raise
            notes.warnings.append(_TEMPLATE.format(where))
            return None
        body = text[place.body :] if place else text
        if place and not values and not body.strip():
            return None
        opening = NO_OPENING
        if (title := self.fields.title_in(values)) is None:
            if place:
                _note_comment(text, place, where, notes)
            found = self._opening(body, path, place)
            if found is None:
                return None
            opening, body, title = found, body[found.body :], found.title
            values = values or dict(found.told)
        if _is_template(str(title).strip(), values):
            notes.warnings.append(_TEMPLATE.format(where))
            return None
        if _OF_A_CONFLICT.search(path):
            notes.warnings.append(
                f"{where}: the other version of a file that was edited twice: not an article. Settle it."
            )
            return None
        return self.fields.read(
            values,
            Origin(where, text, place),
            notes,
            article_id=article_id,
            path=path,
            body=body,
            opening=opening,
            default_title=titleized(slug(path, self.languages.suffixes).removesuffix(".html")),
            default_language=self.languages.of(path),
            default_date=name_date(path) or dated(path),
        )

    def _place(self, text: str, path: str, where: str, notes: Notes) -> FrontMatter | None:
        """Where a text's front matter lies; FrontMatterError where the site's generator does not see it."""
        place, generator = front_matter.split(text, where), self.fields.generator
        if place is None:
            return None
        above = text[: place.start].removeprefix("\ufeff")
        if generator.file and "<!--" in above and place.syntax != "headers":
            if _TITLE.search(text, place.start, place.end) and not _is_of_the_repository(path, generator):
                notes.warnings.append(
                    f"{where}:1: a comment stands above the front matter, so that {generator.title} sees none. Move it "
                    "below."
                )
            return None
        if generator.file and above[:1].isspace() and not generator.takes_blank_lines:
            raise FrontMatterError(
                f"{where}:1: a blank line stands above the front matter, so that {generator.title} sees none. Take the "
                "line out."
            )
        # Words and two colons are properties of Logseq's notes, and prose elsewhere.
        is_prose = place.syntax == "properties" and (generator.file or _is_of_the_repository(path, generator))
        return None if is_prose else place

    def _opening(self, body: str, path: str, place: FrontMatter | None) -> Opening | None:
        """How a page without a title opens, by its heading or what else it is called; None for no article."""
        generator = self.fields.generator
        has_properties = place is not None and place.syntax == "properties"
        # A page of Logseq is called by its file.
        is_named = has_properties and not _OF_LOGSEQ.isdisjoint(path.split("/")[:-1])
        headed = None if is_named else opening_of(body)
        if headed and headed.title:
            return headed
        if (title := generator.called(path)) is not None:
            opening = note_opening(body, plain(title), "nav")
        elif has_properties:
            opening = note_opening(body, _title_of_logseq(path), "name of the file")
        else:
            # Notes, which are called by their file, are of no generator.
            opening = _note_opening(body, path) if place is None and not generator.file else None
        return opening or headed or (NO_OPENING if place else None)


def _note_comment(text: str, place: FrontMatter, where: str, notes: Notes) -> None:
    """Warn of a title that a comment has eaten: ``title: #1 of our tests``."""
    if commented := _COMMENTED.search(text, place.start, place.end):
        at = f"{where}:{front_matter.key_line(text, place, 'title')}"
        shown = "#..." if len(commented[1]) > 80 or set('"\\') & {*commented[1]} else commented[1].rstrip()
        notes.warnings.append(f'{at}: title is empty, for # begins a comment. Quote it: title: "{shown}".')


def _is_template(title: str, values: Mapping[str, Any]) -> bool:
    """Whether a title, and but for the words of note takers a date too, is to be filled in."""
    days = (value for value in values.values() if isinstance(value, str) and _DAY_TO_FILL_IN.fullmatch(value.strip()))
    return bool(_OF_A_TEMPLATE.fullmatch(title) or (_TO_FILL_IN.fullmatch(title) and any(days)))


def _is_to_fill_in(front: str) -> bool:
    """Whether front matter that cannot be read has a title to be filled in, or without a title nothing else."""
    lines = (line.partition(":") for line in front.splitlines())
    values = {name.strip().lower(): value.strip() for name, _, value in lines}
    told = [values["title"]] if "title" in values else [*filter(None, values.values())]
    return bool(told) and all(map(_OF_A_TEMPLATE.fullmatch, told))


def _is_of_the_repository(path: str, generator: Generator) -> bool:
    """Whether a file is for those who work on the site; a README can also be the page of its folder."""
    folder, _, name = path.rpartition("/")
    # At the top too, where the pages begin there.
    is_index = (folder != "" or "" in generator.roots) and re.split(r"[._-]", name)[0] in generator.index_names
    found = _OF_THE_REPOSITORY.fullmatch(path)
    return found is not None and not is_index and named_language(found["language"] or "en") != ""


def _note_opening(text: str, path: str) -> Opening | None:
    """How a note opens, which is called by its file; None for any other page without front matter and heading."""
    name = without_ending(path.rpartition("/")[2]).strip()
    is_typed = " " in name or name not in (name.lower(), name.upper())
    # A wiki's sidebar and footer are parts of its pages.
    is_note = not name.startswith("_") and (is_typed or _WIKI_LINK.search(without_code(text)))
    return note_opening(text) if is_note else None


def _title_of_logseq(path: str) -> str:
    """The title of a page by its file, which has ``___`` or ``%2F`` for a slash."""
    name = without_ending(path.rpartition("/")[2]).replace("___", "/")
    title = unquote(name)
    return title if title.isprintable() and "\ufffd" not in title else name
