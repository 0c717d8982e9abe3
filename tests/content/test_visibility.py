"""What the site's generator makes no page of is never suggested, and is told."""

import json
from datetime import UTC, datetime

import pytest
from markdown_files import article, without_guess

from recommender.articles import NEVER
from recommender.content.site import read_article, read_site
from recommender.settings import ArticlesSettings, Settings


def hidden(site):
    """The ids of the articles that are never suggested, from two readings: of the files, and of the cache."""
    first, second = read_site(site), read_site(site)
    assert list(first) == list(second)
    assert first.reading.warnings == second.reading.warnings
    return [found.id for found in first if found.visible_from == NEVER], first.reading.warnings


def test_pages_that_jekyll_does_not_make(make_site):
    """What Jekyll makes no page of is told with a count, and never suggested, but where it gives its own address."""
    config = "collections: {cups: {output: true}, pots: {output: false}, jars: {}}\ninclude: [_pages]\nexclude: [x/]\n"
    site = make_site(
        {
            "_config.yml": config,
            "_posts/2021-03-03-tea.md": article("Tea"),
            "_posts/undated.md": article("Undated"),
            "_drafts/secret.md": article("Secret", "webUrl: /secret/"),
            "_cups/blue.md": article("Blue"),
            "_cups/_old/red.md": article("Red"),
            "_cups/_odd.md": article("Odd"),
            "_posts/_under/2021-03-05-under.md": article("Under"),
            "_pots/copper.md": article("Copper"),
            "_jars/clay.md": article("Clay"),
            "_jars/elsewhere.md": article("Elsewhere", "webUrl: https://example.org/jar/"),
            "_notes/a.md": article("A"),
            "_pages/b.md": article("B"),
            "x/_posts/2021-03-04-x.md": article("X"),
        }
    )
    assert hidden(site) == (
        [
            "_cups/_odd", "_cups/_old/red", "_drafts/secret", "_jars/clay", "_notes/a",
            "_posts/_under/2021-03-05-under", "_posts/undated", "_pots/copper", "x/_posts/2021-03-04-x",
        ],
        (
            "_pages/b.md outside the articles' folders: not read.",
            "one article excluded in _config.yml, never suggested: x/_posts/2021-03-04-x.md.",
            "one article in _drafts, never suggested: _drafts/secret.md.",
            "one article in _posts with a name that begins with _, never suggested: _posts/_under/2021-03-05-under.md.",
            "one article in _posts without a date in the name, never suggested: _posts/undated.md.",
            "2 articles in a collection that _config.yml does not output, never suggested: "
            "_jars/clay.md, _pots/copper.md.",
            "2 articles in a collection with a name that begins with _, never suggested: "
            "_cups/_odd.md, _cups/_old/red.md.",
            "one article in a folder that is no collection of _config.yml, never suggested: _notes/a.md.",
        ),
    )  # fmt: skip
    assert read_article(site / "_notes/a.md").visible_from == NEVER


@pytest.mark.parametrize("folder", ["stuff", "all/stuff"])
def test_collections_in_a_folder(make_site, folder):
    """Where Jekyll is told a folder of its collections, posts and documents outside of it are no pages."""
    paths = ("_posts/2021-03-03-{}.md", "a/_posts/2021-03-03-{}.md", "_cups/{}.md")
    pages = {top + path.format("tea"): article("Tea") for path in paths for top in ("", f"{folder}/")}
    config = f"collections_dir: {folder}/\ncollections: {{cups: {{output: true}}}}\npermalink: /:title/\n"
    site = make_site({"_config.yml": config, **pages})
    found, warnings = hidden(site)
    assert found == ["_cups/tea", "_posts/2021-03-03-tea", "a/_posts/2021-03-03-tea"]
    assert f"2 articles in _posts outside of {folder}, never suggested: " in "".join(warnings)
    assert read_article(site / f"{folder}/_cups/tea.md").url == "/cups/tea/"
    # The site's top is no such folder.
    top = make_site({"_config.yml": config.replace(f"{folder}/", "./"), "_cups/pot.md": article("Pot")})
    assert read_article(top / "_cups/pot.md").visible_from is None


@pytest.mark.parametrize("config", [{}, {"_config.yml": "lang: en\n"}])
def test_a_folder_that_nothing_builds(make_site, config):
    """A tree without a configuration, or whose configuration would make no page at all, is read as it is."""
    names = {f"_news/{name}.md": article(name) for name in ("tea", "cup")}
    found, warnings = hidden(make_site({**config, **names}))
    assert found == []
    reason = "a folder that is no collection of _config.yml"
    expected = f"_config.yml makes no page of any article (in {reason}). It is taken not to build them."
    assert without_guess(warnings) == ((expected,) if config else ())


@pytest.mark.parametrize("name", ["publishAt", "publish_on", "scheduled_at", "goLive", "embargo", "embargo_until"])
def test_names_of_an_embargo(make_site, name):
    """An article is not suggested before its day, by whatever name that goes; a day before its date is none."""
    lines = {"a": "2999-01-01", "b": "2023-01-01"}
    site = make_site({f"{one}.md": article("A", "date: 2024-01-05", f"{name}: {day}") for one, day in lines.items()})
    assert [one.visible_from for one in read_site(site)] == [datetime(2999, 1, 1, tzinfo=UTC), None]


def test_pages_of_a_theme(make_site):
    """What a theme lists its articles on has a layout and no text, and is never suggested; nor is its title missed."""
    site = make_site(
        {
            "_config.yml": "collections: {tabs: {output: true}}\n",
            "_tabs/archives.md": "---\nlayout: archives\n---\n\n",
            "_tabs/search.md": "---\ntitle: Search\nlayout: search\n---\n",
            "_tabs/tags.md": "---\ntitle: Tags on fish\nlayout: tags\n---\n\nHow to tie a tag to a fish.\n",
            "_tabs/talk.md": "---\ntitle: A talk\nlayout: talk\n---\n",
        }
    )
    found, warnings = hidden(site)
    assert found == ["_tabs/archives", "_tabs/search"]
    assert warnings == (
        "one article with layout: archives and no text, never suggested: _tabs/archives.md.",
        "one article with layout: search and no text, never suggested: _tabs/search.md.",
    )


@pytest.mark.parametrize("line", ["statut: brouillon", "brouillon: true", "estado: Borrador", "bozza: yes"])
def test_drafts_in_other_languages(make_site, line):
    """Are drafts too."""
    assert hidden(make_site({"a.md": article("A", line), "b.md": article("B")}))[0] == ["a"]


def test_parts_of_pages(make_site):
    """What lies in a folder of templates is never suggested, whatever builds the site."""
    files = {f"{place}.md": "---\ntitle: Tea\n---\n" for place in ("_includes/note", "posts/_layouts/old", "posts/tea")}
    for config in ("_config.ts", "eleventy.config.js"):
        hidden = {article.id for article in read_site(make_site({config: "", **files})) if article.visible_from}
        assert hidden == {"_includes/note", "posts/_layouts/old"}


@pytest.mark.parametrize("config", ["hugo.toml", "_config.yml", "mkdocs.yml", ""])
def test_what_pages_are_tied_to_is_no_page(make_site, config):
    """A file of a tag or of settings has no text, here or in its front matter; a page about one has."""
    bare, told = "---\ntitle: Glass\n---\n", "---\ntitle: Glass\n---\nIt is sand.\n"
    blocks = "---\ntitle: Glass\nblocks: [{text: It is sand.}]\n---\n"
    folder = {"hugo.toml": "content", "_config.yml": "_posts", "mkdocs.yml": "docs"}.get(config, "content")
    texts = {"Tags/a": bare, "settings/b": bare, "tags/c": told, "settings/d": blocks, "panes/e": bare}
    files = {f"{folder}/{name.replace('/', '/2024-01-01-')}.md": text for name, text in texts.items()}
    site = make_site(files | ({config: "{}" if config == "mkdocs.yml" else ""} if config else {}))
    assert [name.rpartition("-")[2] for name in hidden(site)[0]] == ["a", "b"]


def test_the_nearest_cascade_counts(make_site):
    """A section's cascade holds for its language, and one that is nearer to a page overrides it."""
    hide, show = ("---\ncascade: {build: {render: WORD}}\n---\n".replace("WORD", word) for word in ("never", "always"))
    pages = dict.fromkeys(
        ("parts/a.md", "parts/a.es.md", "parts/sold/b.md", "parts/sold/c.es.md"), "---\ntitle: T\n---\n"
    )
    sections = {"parts/_index.md": hide, "parts/sold/_index.md": show, "parts/sold/_index.es.md": hide}
    files = {f"content/{name}": text for name, text in (pages | sections).items()}
    warnings = read_site(make_site({"hugo.yaml": "languages: {en: {}, es: {}}", **files})).reading.warnings
    assert [one.partition("cascade in ")[2] for one in warnings if "cascade" in one] == [
        "content/parts/_index.md, never suggested: content/parts/a.md.",
        "content/parts/sold/_index.es.md, never suggested: content/parts/sold/c.es.md.",
    ]


def test_the_status_that_pelican_takes_for_granted(make_site):
    """A status in Pelican's configuration is that of what has none, however a file spells the name."""
    config = "DEFAULT_METADATA = {'status': 'draft'}\n"
    files = {"content/a.md": "Title: A\n\nText.\n", "content/b.md": "Title: B\nStatus: published\n\nText.\n"}
    site = read_site(make_site({"pelicanconf.py": config, **files}))
    assert [article.is_published for article in site] == [False, True]


def test_days_of_visibility(make_site):
    """An embargo and an expiry are read, and what Hugo does not list."""
    site = make_site(
        {
            "content/a.md": article("A", "date: 2024-01-05", "publishDate: 2999-01-01"),
            "content/b.md": article("B", "date: 2024-01-05", "expiryDate: 2024-02-01", "pubDate: 2023-01-01"),
            "content/c.md": article("C", "date: 2024-01-05", "expiryDate: soon"),
            "content/d.md": article("D", "_build: {render: never}"),
            "content/e.md": article("E", "build: {list: never}"),
            "content/f.md": article("F", "headless: true"),
            "content/g/index.md": article("G", "headless: true"),
            "content/h.md": article("H", "build: 7", "_build: {list: local}"),
        }
    )
    found, warnings = hidden(site)
    assert found == ["content/d", "content/e", "content/g/index"]
    assert without_guess(warnings) == (
        "3 articles hidden by headless or _build, never suggested: content/d.md, content/e.md, content/g/index.md.",
        "content/c.md:4: expiryDate must be a date, but is 'soon'. It is left out.",
    )
    corpus = read_site(site)
    assert corpus["content/a"].visible_from == datetime(2999, 1, 1, tzinfo=UTC)
    assert corpus["content/b"].visible_until == datetime(2024, 2, 1, tzinfo=UTC)
    assert (corpus["content/b"].visible_from, corpus["content/c"].visible_until) == (None, None)


#: Docusaurus' documentation, its blog, and a second documentation.
_DOCUSAURUS = """module.exports = {
  presets: [["classic", {docs: {exclude: ["**/*.{wip,tmp}.md", "old/**"]}, blog: {exclude: ["a?.md"]}}]],
  plugins: [["@docusaurus/plugin-content-docs", {id: "more", path: "more", exclude: ["/b.md", "c.md"]}]],
};"""


@pytest.mark.parametrize(
    ("config", "excluded", "others"),
    [
        (
            {
                "eleventy.config.js": "export default c => ({dir: {input: 'src'}})",
                ".eleventyignore": "# Of us\nsrc/b/\n./src/old-*.md\n!src/b/tea.md\n",
                "src/.eleventyignore": "c.md\n",
            },
            "src/b/tea src/old-tea src/c",
            "src/tea src/e/c src/e/old-tea",
        ),
        (
            {
                "docusaurus.config.js": _DOCUSAURUS,
                "more_versions.json": '["1"]',
            },
            "docs/old/tea docs/cup.wip docs/e/cup.tmp blog/ab more/b more/c more_versioned_docs/version-1/c",
            "docs/tea docs/new/old/tea docs/ab docs/b blog/cup.wip more/ab more/e/c",
        ),
        (
            {
                # What stands among the options of a plugin is none of VitePress'.
                "docs/.vitepress/config.ts": "({srcExclude: ['**/TODO.{md,mdx}', 'c', ''], "
                "themeConfig: {search: {srcExclude: ['d']}}})",
            },
            "docs/a/TODO docs/c/b",
            "docs/a/c docs/d",
        ),
        ({"docs/.vuepress/config.js": "({pagePatterns: ['**/*.md', '!old/**']})"}, "docs/old/b", "docs/a/old"),
        (
            {"_toc.yml": "root: tea\n", "_config.yml": "exclude_patterns: [old/*]\n"},
            "_build/html/_sources/tea old/b",
            "tea a/old/b",
        ),
        (
            {
                "_toc.yml": "root: tea\nparts: [{chapters: [{file: a/b.md, sections: [{glob: 'c/*'}]}]}]\n",
                "_config.yml": "only_build_toc_files: true\n",
            },
            "cup a/c",
            "tea a/b c/d c/e",
        ),
        ({"mkdocs.yml": "plugins: [{exclude: {glob: [old/*, '*.x.md']}}]\n"}, "docs/old/a/b docs/a.x", "docs/a/old"),
    ],
    ids=["Eleventy", "Docusaurus", "VitePress", "VuePress", "Jupyter Book", "Jupyter Book, contents", "MkDocs"],
)  # fmt: skip
def test_what_a_configuration_excludes(make_site, config, excluded, others):
    """It is no page, so it is not read, and one sentence names it; what only looks like it is."""
    pages = {f"{name}.md": f"# Of {name}\n\nHot.\n" for name in (*excluded.split(), *others.split())}
    corpus = read_site(make_site(config | pages))
    assert {article.id for article in corpus} == set(others.split())
    (told,) = (warning for warning in corpus.reading.warnings if "left out by" in warning)
    assert told.startswith(sorted(excluded.split())[0])


def test_jekyll_makes_no_page_without_front_matter(make_site):
    """On a Jekyll site a file without front matter is no article, whatever its heading."""
    corpus = read_site(make_site({"_config.yml": "title: Tea\n", "a.md": article("A"), "b.md": "# B\n"}))
    assert corpus.ids == ("a",)


@pytest.mark.parametrize(
    "line",
    [
        "hide: true", "isHidden: true", "is_private: yes", "deleted: true", "publication_status: unpublished",
        "routable: false", "render: false", "params: {hidden: true}", "extra: {hidden: true}",
        "ignorePublish: true", "unlist: true", "eleventyExcludeFromCollections: true", "publish: draft",
        "published: Draft", "redirect_to: [https://elsewhere.example/cup]", "deleted_at: 2024-03-03",
        "trashedAt: 1709424000", "moderation_state: draft", "workflow_state: in review", "publish_status: private",
        "article_status: draft", "publicationState: draft", "withdrawn: true", "trashed: t", "embargo: true",
        "embargoed: true", "is_embargoed: true", "saveAsDraft: true", "ignorePost: true", "status: skip",
    ],
)  # fmt: skip
def test_what_hides_a_page(line):
    """A page that its front matter hides, or says not to make, is never suggested."""
    assert read_article(article("Tea", line)).visible_from == NEVER


@pytest.mark.parametrize("line", ["saveAsDraft: true", "ignorePost: true"])
def test_hashnodes_words_beside_a_generator(make_site, line):
    """Where a generator builds the site they forbid the copy at Hashnode, and the page is there for its readers."""
    corpus = read_site(make_site({"hugo.toml": "title = 'Tea'\n", "content/a.md": article("A", line)}))
    assert (corpus["content/a"].is_published, corpus["content/a"].visible_from) == (True, None)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ({"deletedAt": "2024-03-03T07:14:00Z"}, "deletedAt"), ({"deleted_at": 1709424000}, "deleted_at"),
        ({"status": "In progress"}, "status: in-progress"), ({"status": "on hold"}, "status: on-hold"),
        ({"article_status": "killed"}, "article_status: killed"), ({"status": "withdrawn"}, "status: withdrawn"),
        ({"embargo": True}, "embargo: true"), ({"removed": "y"}, "removed: true"),
    ],
)  # fmt: skip
def test_what_hides_a_row(write, line, name):
    """So is a row of a database, and that is told once, with a count."""
    rows = [{"id": "tea", "title": "Tea", **line}, {"id": "cup", "title": "Cup", "published_at": "2024-03-03"}]
    corpus = read_site(write("a.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows)))
    assert [one.id for one in corpus if one.visible_from == NEVER] == ["tea"]
    assert without_guess(corpus.reading.warnings) == (f"one article with {name}, never suggested: tea.",)


@pytest.mark.parametrize(
    "values",
    [
        {"is_live": False}, {"live": False}, {"published_at": None, "created_at": "2024-03-03"}, {"status": 0},
        {"deletedAt": "0001-01-01T00:00:00Z"}, {"deletedAt": {"Time": "0001-01-01T00:00:00Z", "Valid": False}},
        {"deleted_at": "1970-01-01 00:00:00"}, {"deleted_at": "9999-12-31"}, {"deleted_at": 0},
    ],
)  # fmt: skip
def test_what_hides_no_row(write, values):
    """A live report, a date that nobody found, a state whose meaning nobody knows, a moment that never was."""
    assert read_site(write("a.jsonl", json.dumps({"id": "tea", "title": "Tea", **values})))["tea"].visible_from is None


@pytest.mark.parametrize("value", ["f", "F", "n", "N"])
def test_truth_values_of_databases(write, value):
    """PostgreSQL writes t and f."""
    corpus = read_site(write("a.csv", f"id,title,published\ntea,Tea,t\ncup,Cup,{value}\n"))
    assert [one.is_published for one in corpus] == [False, True]


def test_days_of_visibility_are_read_like_the_date():
    """In the order of the article's language and by its calendar; what could be two days says so."""
    german = read_article("---\ntitle: Tee\nlang: de\nexpires: 5/6/2022\nembargo: 7.6.22\n---\n")
    days = datetime(2022, 6, 5, tzinfo=UTC), datetime(2022, 6, 7, tzinfo=UTC)
    assert (german.visible_until, german.visible_from) == days
    persian = read_article("---\ntitle: چای\ndate: 1402/05/12\nexpires: 1412/05/12\n---\n")
    assert persian.visible_until == datetime(2033, 8, 2, tzinfo=UTC)


def test_an_expiry_that_could_be_two_days(make_site):
    """It is left out, and the warning names the setting that tells which is meant."""
    _, warnings = hidden(make_site({"tea.md": article("Tea", "expires: 5/6/2022"), "cup.md": article("Cup")}))
    assert without_guess(warnings) == (
        "tea.md:3: expires must be a date, but is '5/6/2022', which could be two days (articles.site_language: en-US "
        "or en-GB says which is meant). It is left out.",
    )


@pytest.mark.parametrize("line", ["expires: never", "expires: false", "embargo: false", "embargo: Never"])
def test_words_for_no_day(make_site, line):
    """Are no faults."""
    found, warnings = hidden(make_site({"tea.md": article("Tea", line), "cup.md": article("Cup")}))
    assert (found, without_guess(warnings)) == ([], ())


def test_words_for_no_publication_are_no_faults(make_site):
    """What `publish: draft` means is told once."""
    found, warnings = hidden(make_site({"tea.md": article("Tea", "publish: draft"), "cup.md": article("Cup")}))
    assert (found, without_guess(warnings)) == (
        ["tea"],
        ("one article with publish: draft, never suggested: tea.md.",),
    )


def test_a_status_that_all_articles_have(make_site):
    """It makes them unpublished and no more, but for what something else hides; where one has none, it hides."""
    pages = {f"{name}.md": article(name, "status: review") for name in ("tea", "cup")}
    pages["pot.md"] = article("Pot", "state: draft\ngoLive: 2999-01-01")
    site = make_site(pages | {"404.md": article("Lost"), "jug.md": article("Jug", "status: draft\nhidden: true")})
    found, warnings = hidden(site)
    told = "3 articles with state: draft; with status: review, which are all: articles.suggest_unpublished decides."
    assert (found, told in warnings) == (["404", "jug"], True)
    pot, tea = (read_site(site)[name] for name in ("pot", "tea"))
    assert (pot.is_published, pot.visible_from.year, tea.is_published, tea.visible_from) == (False, 2999, False, None)
    assert hidden(make_site({"mug.md": article("Mug")}))[0] == ["404", "cup", "jug", "pot", "tea"]


def test_the_name_that_tells_what_is_published(make_site):
    """Whoever names one in the settings means no status beside it."""
    settings = Settings(articles=ArticlesSettings(fields={"published": "ready"}))
    pages = {
        "tea.md": article("Tea", "status: draft"),
        "cup.md": article("Cup", "ready: draft"),
        "mug.md": article("M"),
    }
    assert [one.id for one in read_site(make_site(pages), settings) if one.visible_from == NEVER] == ["cup"]


def test_a_redirection_to_the_site_itself(make_site):
    """An address of the site's own is a page here, one of another site what is written elsewhere."""
    lines = {"old": "https://tea.example/cup/", "other": "https://tea.example.org/cup/"}
    pages = {f"content/{name}.md": article(name, f"redirect: {address}") for name, address in lines.items()}
    assert hidden(make_site({"hugo.toml": "baseURL = 'https://tea.example/'", **pages}))[0] == ["content/old"]


def test_pages_for_what_is_not_found(make_site):
    """The page 404 at the top is one that nobody looks for; one below, or about the number, is."""
    lost = ("404.md", "src/content/english/404.md", "src/docs/pt-br/404/index.md")
    found, warnings = hidden(
        make_site(
            {path: article("Lost") for path in (*lost, "2024-03-03-404.md", "http-404.md", "src/docs/templates/404.md")}
        )
    )
    assert found == ["404", "src/content/english/404", "src/docs/pt-br/404/index"]
    assert f"3 articles called 404, never suggested: {', '.join(lost)}." in warnings


def test_the_home_page_of_a_site(make_site):
    """Where rules tell which it is, every page leads to it; a section's first page is a page like others."""
    assert hidden(make_site({"index.md": article("Tea"), "cup.md": article("Cup")}))[0] == []
    paths = ("index.md", "de/index.md", "guides/index.md", "tea.md")
    pages = {f"docs/{path}": article("Tea") for path in paths}
    config = (
        "site_name: Tea\nplugins:\n- i18n:\n    languages:\n    - locale: en\n      default: true\n    - locale: de\n"
    )
    found, warnings = hidden(make_site({"mkdocs.yml": config, **pages}))
    assert found == ["docs/de/index", "docs/index"]
    assert any("that every page leads to, the home page, never suggested" in warning for warning in warnings)


@pytest.mark.parametrize("line", ["isPublic: false", "dg-publish: false", "is_public: no"])
def test_what_is_not_published(line):
    """Names that say so mean the same as `published: false`."""
    assert not read_article(article("Tea", line)).is_published


@pytest.mark.parametrize(
    "line",
    [
        "hide: [navigation, toc]", "hide: false", "render: true", "render: webc", "dg-publish: true", "visible: false",
        "active: false", "archived: true", "status: in progress", "status: withdrawn", "status: held",
        "status: on hold", "status: 1", "status: 0", "state: 0", "deleted_at:", "deleted_at: 0000-00-00 00:00:00",
        "deleted_at: false", "deleted_at: -0001-11-30 00:00:00", "saveAsDraft: false", "status: offline",
        "expires: true",
        "live: https://tea.example", "live: false", "publish: true", "redirect_to: []", "redirect: https://elsewhere.example/cup",
    ],
)  # fmt: skip
def test_what_hides_no_page(line):
    """A page that is in no menu, or old, is there for its readers."""
    found = read_article(article("Tea", line))
    assert (found.is_published, found.visible_from) == (True, None)
