"""Articles that were read -> a `Corpus`: addresses, curated lists matched, and a `Reading` that tells all."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from recommender.articles import NEVER, Article, Corpus, Reading, RelatedEntry
from recommender.bounds import LONGEST_ADDRESS
from recommender.content.fields import NO_FACTS, Notes, PageFacts
from recommender.content.generators import Generator
from recommender.content.generators.base import SAFE, filled
from recommender.content.generators.jekyll import Jekyll
from recommender.content.languages import detect_language, is_prose_in, language_of_text, not_in_their_language
from recommender.content.list_names import choose_names, likely_names, with_lists, with_parted_texts
from recommender.content.list_words import fold_name
from recommender.content.matching import EntryMatcher
from recommender.content.paths import named_language, slug
from recommender.content.permalinks import address_by, infer_patterns, path_parts
from recommender.content.related_lists import EntryNames, entry_shape
from recommender.content.urls import canonical_url, is_address
from recommender.content.wording import fault_of_ours, some
from recommender.errors import RecommenderError, shortened
from recommender.settings import ArticlesSettings

logger = logging.getLogger(__name__)

#: The page for addresses that are none, at the top of a site or of a language; errors/404.md tells of it.
_NOT_FOUND = re.compile(
    r"(?:(?:website|site|src|source|contents?|_?pages|docs)/)*(?:(?P<language>[\w-]+)/)?404(?:/index)?\.\w+",
    re.IGNORECASE,
)
#: What stands before the path of an address.
_HOST = re.compile("^(?:https?:)?//[^/]*")
#: The rule that addresses have where none tells them.
_GUESSED = "path of the file"
#: Looking for the nearest name costs a comparison with every article, so only so many entries get a "did you mean".
_MOST_SUGGESTIONS = 100
#: Characters of a body that its language is told by, with its title and excerpt.
_TELLING_CHARACTERS = 1_000
#: Entries that a sentence about most of them shows.
_MOST_EXAMPLES = 5


def gather(
    articles: Sequence[Article],
    notes: Notes,
    *,
    settings: ArticlesSettings,
    generator: Generator,
    n_files: int,
    problems: Sequence[RecommenderError],
    warnings: Sequence[str],
) -> Corpus:
    """
    The corpus of a site: of articles as they were read, each with an id of its own, and of what was noticed meanwhile.

    `n_files` counts the files or lines looked at. What the settings say comes before what the generator does.
    """
    articles = with_languages_of_paths(articles, notes, generator, settings)
    pages, unmade = with_unmade(articles, generator, notes)

    def placed(names: Collection[str]) -> tuple[list[Article], Counter[str], list[Article]]:
        return with_addresses(with_lists(pages, notes, names), notes, generator, settings)

    # Lists show how the site writes its addresses, and addresses show which lists name its articles.
    names = likely = likely_names(notes, settings.fields.get("related", ()), generator.list_name)
    articles, patterns, guessed = placed(names)
    language = _site_language(articles, generator, settings)
    matcher = EntryMatcher(articles if notes.lists else (), language)
    passed_over: list[str] = []
    if "related" not in settings.fields:
        names, passed_over = choose_names(articles, notes, matcher, generator.list_name)
    if names != likely:
        articles, patterns, guessed = placed(names)
        matcher = EntryMatcher(articles, language)
    articles = with_parted_texts(articles, matcher)
    articles.sort(key=lambda article: article.id)
    entry_names = _noted(names, notes)
    matched, strays = _matched(articles, matcher)
    articles = _with_languages(articles, language, notes)
    recognised = _recognised(notes)
    n_blocks = sum(recognised.pop("block", {}).values())
    if patterns:
        recognised.setdefault("url", {}).update(patterns)
    reading = Reading(
        n_files=n_files,
        problems=tuple(problems),
        recognised=recognised,
        matched=matched,
        unmatched=tuple(_unmatched(strays, matcher)),
        n_blocks=n_blocks,
    )
    sentences = [
        # Addresses are looked for twice where names of lists depend on them, and tell the same twice.
        *(*generator.warnings, *warnings, *unmade, *dict.fromkeys(notes.warnings)),
        *_bare_ones(articles, notes),
        *_guesses(guessed, articles, generator),
        *passed_over,
        *_unused_names(settings, recognised),
        *_shared_addresses(articles),
        *_lists_of_something_else(reading, strays),
    ]
    reading = replace(reading, warnings=tuple(map(shortened, sentences)))
    shape = entry_shape(articles, entry_names)
    corpus = Corpus(articles, site_language=language, entry_shape=shape, reading=reading)
    _log(corpus)
    return corpus


def _noted(names: Collection[str], notes: Notes) -> Counter[EntryNames]:
    """How often which names stand in the entries of the lists that are read; what these complain of is noted."""
    entry_names: Counter[EntryNames] = Counter()
    for lists in notes.lists.values():
        for name, found in lists.items():
            if fold_name(name) in names:
                entry_names.update(found.names)
                notes.warnings += found.complaints
                notes.names["related", name] += bool(found.entries)
    return entry_names


def _recognised(notes: Notes) -> dict[str, dict[str, int]]:
    """Our field -> the names that it was read from, commonest first -> how many articles."""
    recognised: dict[str, dict[str, int]] = {}
    for (ours, theirs), n_articles in sorted(notes.names.items(), key=lambda item: (-item[1], item[0])):
        if n_articles:
            recognised.setdefault(ours, {})[theirs] = n_articles
    return recognised


def with_languages_of_paths(
    articles: Sequence[Article], notes: Notes, generator: Generator, settings: ArticlesSettings
) -> list[Article]:
    """The articles; those that have their language from their path, and whose text is plainly the site's, without."""
    told = [one for one in articles if notes.facts.get(one.id, NO_FACTS).language_of_path]
    language = _site_language(articles, generator, settings) if told else ""
    texts = ((one.path, one.language, _beginning(one)) for one in told)
    mistaken = not_in_their_language(texts, language, generator)
    return [replace(one, language="") if one.path in mistaken else one for one in articles]


def _site_language(articles: Sequence[Article], generator: Generator, settings: ArticlesSettings) -> str:
    configured = settings.site_language or generator.language
    return configured or detect_language(_beginning(one) for one in articles if not one.language)


def _with_languages(articles: Sequence[Article], site_language: str, notes: Notes) -> list[Article]:
    """The articles; those that are in another language by their text, and do not say so, with it."""
    bare = [article for article in articles if not article.language]
    found = {}
    for article in bare:
        text = _beginning(article)
        # Where there is much code in a text, its title tells.
        telling = article.title if not is_prose_in(text, site_language) else ""
        if code := language_of_text(text, site_language) or language_of_text(telling, site_language):
            found[article.id] = code
    commonest, n_in_it = next(iter(Counter(found.values()).most_common(1)), ("", 0))
    if 2 * n_in_it > len(bare):
        # The configuration was left at its default: so are texts in it that are too short to tell.
        own = site_language.split("-")[0]
        found |= {
            one.id: commonest for one in bare if one.id not in found and detect_language([_beginning(one)]) != own
        }
    if found:
        codes = ", ".join(sorted({*found.values()}))
        notes.warnings.append(
            f"{some(sorted(found))} in another language than the site by the text ({codes}): related to articles of "
            f"that language only. Where that is wrong, say so: lang: {site_language}."
        )
    return [replace(one, language=found[one.id]) if one.id in found else one for one in articles]


def _beginning(article: Article) -> str:
    """Enough of an article to tell its language by."""
    return f"{article.title}\n{article.excerpt}\n{article.body[:_TELLING_CHARACTERS]}"


def with_addresses(
    articles: Sequence[Article], notes: Notes, generator: Generator, settings: ArticlesSettings
) -> tuple[list[Article], Counter[str], list[Article]]:
    """The articles with their addresses, how many come from which rule, and those whose address is a guess."""
    site_url = settings.site_url.rstrip("/") or generator.site_url
    bare = [article for article in articles if not article.url and article.path]
    patterns = infer_patterns((entry.target for article in articles for entry in article.related), bare)
    counted: Counter[str] = Counter()
    placed: list[Article] = []
    guessed: list[Article] = []
    for article in articles:
        told, rule, named = article.url, "", ""
        if not told and article.path:  # One without a file keeps what it has.
            told, rule, named = _address(article, patterns, notes, generator, settings)
        elif generator.file and not told.startswith("/") and not is_address(told):
            # Every generator takes such an address from the site's root.
            told = f"/{told}"
        is_below = told.startswith("/") and not (rule and settings.address)
        url = generator.placed(told, article.language) if is_below else told
        aliases = [*article.aliases, named, told]
        if site_url and url.startswith("/"):
            aliases += [site_url + url, _HOST.sub("", site_url) + url]
        elif site_url and url.startswith(f"{site_url}/"):
            aliases.append(url.removeprefix(site_url))
        others = tuple(alias for alias in dict.fromkeys(aliases) if alias not in ("", url))
        if (url, others) != (article.url, article.aliases):
            article = replace(article, url=url, aliases=others)
        placed.append(article)
        if url and rule:
            counted[rule] += 1
        if url and rule == _GUESSED and article.visible_from != NEVER:
            guessed.append(article)
    return placed, counted, guessed


def _address(
    article: Article, patterns: Mapping[int, str], notes: Notes, generator: Generator, settings: ArticlesSettings
) -> tuple[str, str, str]:
    """The address of an article that gives none, by which rule, and the one in the lists of editors, if another."""
    facts = notes.facts.get(article.id, NO_FACTS)
    if settings.address:
        return _filled(settings.address, article, facts, generator), f"articles.address: {settings.address}", ""
    pattern = "" if facts.permalink else patterns.get(len(path_parts(article.path)), "")
    named = address_by(pattern, article, facts.slug)
    # A pattern in the front matter is Jekyll's, on a site without a configuration too.
    rules = Jekyll() if facts.permalink and not generator.file else generator
    if url := _told(rules.url, article, facts, notes):
        return url, f"rules of {rules.title}", named
    if named:
        return named, f"as in the curated lists: {pattern}", ""
    return _told(generator.guess, article, facts, notes), _GUESSED, ""


def with_unmade(articles: Sequence[Article], generator: Generator, notes: Notes) -> tuple[list[Article], list[str]]:
    """
    The articles, those marked that are no pages which readers find, and a sentence for each reason.

    An article that gives its own address, before any are inferred, is taken at its word where the generator would make
    no page: a folder without pages of its own is what a site of links to elsewhere looks like. So is one whose
    configuration would make no page at all; its articles are left as they are. A status that all articles have keeps
    none of them from the readers of another: they are unpublished, and no more.
    """
    facts = {article.id: notes.facts.get(article.id, NO_FACTS) for article in articles}
    reasons = {one.id: reason for one in articles if (reason := _hiding(one, facts[one.id], generator))}
    sentences = []
    rest = [article for article in articles if article.id not in reasons]
    by_status = {one.id: status for one in rest if (status := facts[one.id].status)}
    if 1 < len(by_status) == len(rest):
        names = "; ".join(sorted(set(by_status.values())))
        sentences.append(f"{len(rest):,} articles {names}, which are all: articles.suggest_unpublished decides.")
        by_status = {}
    reasons |= by_status
    unbuilt: dict[str, str] = {}
    for article in articles:
        is_open = article.id not in reasons and not article.url and article.path
        if is_open and (reason := _told(generator.unmade, article, facts[article.id], notes)):
            unbuilt[article.id] = reason
    if 1 < len(unbuilt) == len(articles) - len(reasons):
        names = "; ".join(sorted(set(unbuilt.values())))
        sentences.append(f"{generator.file} makes no page of any article ({names}). It is taken not to build them.")
        unbuilt = {}
    reasons |= unbuilt
    by_reason: dict[str, list[str]] = {}
    for article in articles:
        if article.id in reasons:
            by_reason.setdefault(reasons[article.id], []).append(article.path or article.id)
    for reason, paths in sorted(by_reason.items()):
        count = "one article" if len(paths) == 1 else f"{len(paths):,} articles"
        sentences.append(f"{count} {reason}, never suggested: {some(sorted(paths))}.")
    marked = [
        replace(article, is_published=False, visible_from=NEVER) if article.id in reasons else article
        for article in articles
    ]
    return marked, sentences


def _hiding(article: Article, known: PageFacts, generator: Generator) -> str:
    """What keeps readers from an article whatever others say, as in "2 articles ..."; "" where nothing does."""
    if "_drafts" in article.path.split("/")[:-1]:
        return "in _drafts"
    if known.hidden:
        return known.hidden
    if (page := _NOT_FOUND.fullmatch(article.path)) and (not page[1] or named_language(page[1])):
        return "called 404"
    if article.path and generator.is_home(article.path):
        return "that every page leads to, the home page"
    return known.unpublished if generator.file and not is_address(article.url) else ""


def _told(rule: Callable[[Article, PageFacts], str], article: Article, facts: PageFacts, notes: Notes) -> str:
    """What a generator's rule says of an article; "" where that is no address, and with a warning where it fails."""
    try:
        told = rule(article, facts)
    except Exception as error:  # noqa: BLE001 - whatever happens in one article costs that article only
        notes.warnings.append(fault_of_ours(article.path, "be given an address", error))
        return ""
    return told if len(told) <= LONGEST_ADDRESS else ""


def _filled(address: str, article: Article, facts: PageFacts, generator: Generator) -> str:
    """The address of an article by the setting's pattern; "" where it asks for what the article lacks."""
    place = Generator().guess(article, NO_FACTS).strip("/")
    known = {
        "path": place,
        "folders": place.rpartition("/")[0],
        "slug": quote(facts.slug.strip("/").rpartition("/")[2] or slug(article.path, (article.language,)), safe=SAFE),
        "language": article.language or generator.language,
    }
    found = re.match("https?://|//", address)
    start = found[0] if found else ""
    url = filled(address.removeprefix(start), known, article.published_at)
    return start + re.sub("//+", "/", url) if url else ""


def _bare_ones(articles: Sequence[Article], notes: Notes) -> Iterator[str]:
    """The sentences that tell which articles have no title, or no address, of their own."""
    if notes.untitled:
        yield f"{some(notes.untitled)} without a title: called by the name of the file."
    bare = [article.path for article in articles if article.path and not article.url and article.visible_from != NEVER]
    if bare:
        yield f"{some(bare)} without an address: the site's pattern asks for what is not known. Set articles.address."


def _guesses(guessed: Sequence[Article], articles: Sequence[Article], generator: Generator) -> Iterator[str]:
    """The sentence that tells which addresses are guesses, and what to do."""
    # One article alone is suggested nowhere; and another folder may be the site, which is told.
    if not guessed or len(articles) == 1 or (generator.warnings and not generator.file):
        return
    why = f"{generator.file} does not tell" if generator.file else "no configuration of a site generator tells"
    n = len(guessed)
    count = "the address of one article" if n == 1 else f"the addresses of {n:,} articles"
    yield (
        f"{why} {count}: taken for the path of the file, as {guessed[0].url} for {guessed[0].path}. Open it on the "
        f"site; where it is another, set articles.address, such as /blog/:slug/ or /:path/."
    )


def _matched(
    articles: Sequence[Article], matcher: EntryMatcher
) -> tuple[dict[str, int], list[tuple[Article, RelatedEntry]]]:
    """How the entries of all curated lists were matched, and those that were not, with the articles that list them."""
    counted = dict.fromkeys(("url", "path", "title", "external", "unmatched"), 0)
    unmatched = []
    for article in articles:
        for entry in article.related:
            how = matcher.match(entry, article).how
            counted[how] += 1
            if how == "unmatched":
                unmatched.append((article, entry))
    return counted, unmatched


def _unmatched(strays: Sequence[tuple[Article, RelatedEntry]], matcher: EntryMatcher) -> Iterator[str]:
    """A sentence for each entry that names no article."""
    for number, (article, entry) in enumerate(strays):
        why = matcher.why_unmatched(entry, is_near=number < _MOST_SUGGESTIONS)
        yield shortened(f"{article.path or article.id}: the curated list names {entry.target!r}, but {why}")


def _lists_of_something_else(reading: Reading, strays: Sequence[tuple[Article, RelatedEntry]]) -> Iterator[str]:
    """The sentence that tells of lists most of whose entries name no article."""
    if reading.lists_teach:
        return
    n_all = reading.n_entries_found + len(strays)
    examples = list(dict.fromkeys(repr(entry.target) for _, entry in strays))[:_MOST_EXAMPLES]
    yield (
        f"curated lists: only {reading.n_entries_found:,} of {n_all:,} entries name an article, so nothing is "
        f"learned from them. No article is called {', '.join(examples)}. Name the lists that hold articles: "
        "articles.fields.related."
    )


def _shared_addresses(articles: Sequence[Article]) -> Iterator[str]:
    """A sentence for each address that several articles have as their own."""
    by_url: dict[str, list[Article]] = {}
    for article in articles:
        if article.url:
            by_url.setdefault(canonical_url(article.url), []).append(article)
    for sharing in by_url.values():
        if len(sharing) > 1:
            names = [article.path or article.id for article in sharing]
            count = "two" if len(names) == 2 else f"{len(names):,}"
            places = f"{', '.join(names[:-1])} and {names[-1]}"
            first = next((one.path or one.id for one in sharing if one.is_published), names[0])
            yield f"{count} articles have the URL {sharing[0].url}: {places}. Suggestions will name {first}."


def _unused_names(settings: ArticlesSettings, recognised: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """A sentence for each setting of `articles.fields` that no article follows."""
    for ours, theirs in settings.fields.items():
        if ours not in recognised:
            names = theirs if isinstance(theirs, str) else ", ".join(theirs)
            yield f"articles.fields reads {ours} from {names}, which no article has. Mend the name in the settings."


def _log(corpus: Corpus) -> None:
    """Say how many articles a corpus has, and how its curated lists were matched."""
    reading = corpus.reading
    now = datetime.now(UTC)
    n_drafts = sum(not article.is_published for article in corpus)
    n_future = sum(any(day and NEVER > day > now for day in (one.published_at, one.visible_from)) for one in corpus)
    n_expired = sum(article.visible_until is not None and article.visible_until <= now for article in corpus)
    rare = [(n_future, "with a date in the future, "), (n_expired, "expired, ")]
    told = "".join(f"{n:,} {what}" for n, what in rare if n) + f"{len(reading.problems):,} with problems"
    logger.info(f"articles: {len(corpus):,} read, {n_drafts:,} drafts, {told}")
    if any(reading.matched.values()):
        logger.info("curated lists: %s", ", ".join(f"{n:,} {how}" for how, n in reading.matched.items() if n))
