"""Where pages of a generator end up, a family at a time; what real builds say stands in test_addresses_built.py."""

from urllib.parse import unquote

import pytest

from recommender import read_site
from recommender.content.generators import read_generator


def addresses(site):
    """The address of each article."""
    return {article.id: article.url for article in read_site(site)}


def test_bridgetown(make_site):
    """Jekyll's rules below `src`, with styles of its own."""
    tea = "---\ntitle: Tea\ncategory: drinks\n---\n"
    files = {"src/_posts/2024-02-03-green-tea.md": tea, "src/_drafts/cup.md": tea}
    for style, place in {"": "/drinks/2024/02/03/green-tea/", "permalink: simple\n": "/drinks/green-tea/"}.items():
        corpus = read_site(make_site({"bridgetown.config.yml": f"url: https://tea.example\n{style}", **files}))
        assert corpus["src/_posts/2024-02-03-green-tea"].url == place


def test_nikola(make_site):
    """The places of `POSTS` and `PAGES`, and other languages below their code."""
    program = "POSTS = (('posts/*.md', 'blog', 'post.tmpl'),)\nPAGES = (('pages/*.md', '', 'page.tmpl'),)\n"
    program += "DEFAULT_LANG = 'en'\nTRANSLATIONS = {DEFAULT_LANG: '', 'es': './es'}\n"
    program += "TRANSLATIONS = {'en': '', 'es': './es'}\n"
    header = "<!--\n.. title: Tea\n.. slug: {}\n-->\n\nTea.\n"
    files = {
        "posts/a.md": header.format("green-tea"),
        "posts/a.es.md": header.format("te-verde"),
        "pages/b.md": "# B\n",
    }
    assert addresses(make_site({"conf.py": program, **files})) == {
        "pages/b": "/b/",
        "posts/a": "/blog/green-tea/",
        "posts/a.es": "/es/blog/te-verde/",
    }


def test_jupyter_book(make_site):
    """A book, whose `_config.yml` is not Jekyll's: pages without front matter, at the places of their files."""
    files = {
        "_toc.yml": "format: jb-book\nroot: intro\nchapters:\n- file: tea/green\n",
        "_config.yml": "html:\n  baseurl: https://tea.example/book/\nsphinx:\n  config:\n    language: en\n",
        "intro.md": "# Of tea\n\nA book.\n",
        "tea/green.md": "# Green tea\n\nIt is green.\n",
        "tea/index.md": "# Teas\n\nAll of them.\n",
    }
    site = make_site(files)
    assert addresses(site) == {"intro": "/intro.html", "tea/green": "/tea/green.html", "tea/index": "/tea/"}
    assert read_generator(site).site_url == "https://tea.example/book"


def test_mdbook(make_site):
    """The summary says what the book is made of, and what a chapter without a heading is called."""
    files = {
        "book.toml": "[book]\nlanguage = 'en'\n[output.html]\nsite-url = 'https://tea.example/book/'\n",
        "src/SUMMARY.md": "# Summary\n\n[Of tea](README.md)\n\n- [Green *tea*](./tea/green%20tea.md)\n    - [White]()\n"
        '    - [`Black[]`](<tea/black.md> "Hot")\n',
        "src/README.md": "# Of tea\n\nA book.\n",
        "src/tea/green tea.md": "# Green tea\n\nIt is green.\n",
        "src/tea/black.md": "It is black.\n",
        "src/tea/part.md": "# A part\n\nOthers include it.\n",
        "README.md": "# For developers\n\nOf the book.\n",
    }
    site = make_site(files)
    assert addresses(site) == {
        "src/README": "/",
        "src/tea/black": "/tea/black.html",
        "src/tea/green tea": "/tea/green%20tea.html",
    }
    corpus = read_site(site)
    assert (corpus["src/tea/black"].title, corpus.site_language) == ("Black[]", "en")
    assert any(
        "src/tea/part.md left out by the configuration of mdBook" in warning for warning in corpus.reading.warnings
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {".gitbook.yaml": "root: ./docs/\n"},
            {"docs/README": "/", "docs/teas/README": "/teas/", "docs/teas/green": "/teas/green"},
        ),
        (
            {"SUMMARY.md": "* [Green](docs/teas/green.md)\n"},
            {
                "README": "/",
                "docs/README": "/docs/",
                "docs/teas/README": "/docs/teas/",
                "docs/teas/green": "/docs/teas/green",
            },
        ),
        (
            {"docusaurus.config.js": "module.exports = {baseUrl: '/'};\n"},
            {"docs/README": "/docs/", "docs/teas/README": "/docs/teas/", "docs/teas/green": "/docs/teas/green"},
        ),
    ],
    ids=["GitBook", "GitBook, summary", "Docusaurus"],
)
def test_a_readme_is_the_page_of_its_folder(make_site, files, expected):
    """Where the generator says so; the parts of its pages are no articles."""
    parts = ("_coverpage", "_sidebar", "_navbar", "_404", "teas/_Footer")
    names = ("README", "teas/README", "teas/green", *parts)
    pages = {f"docs/{name}.md": f"# Of {name}\n\nTea.\n" for name in names}
    site = make_site({**files, **pages, "README.md": "# At the top\n\nOf the site.\n"})
    assert addresses(site) == expected


def test_sveltekit(make_site):
    """Pages that mdsvex makes are where their folders are, without groups; others where a page shows their folder."""
    config = "export default {kit: {paths: {base: '/club'}}, extensions: ['.svelte', '.md']};\n"
    files = ("src/routes/rowing/+page", "src/routes/(site)/blog/sculling/+page", "src/posts/oars", "notes/tar")
    site = make_site(
        {
            "svelte.config.js": config,
            "src/routes/blog/posts/[slug]/+page.svelte": "",
            **{f"{name}.md": f"---\ntitle: Of {name}\n---\nRow.\n" for name in files},
        }
    )
    assert addresses(site) == {
        "notes/tar": "/club/notes/tar",
        "src/posts/oars": "/club/blog/posts/oars",
        "src/routes/(site)/blog/sculling/+page": "/club/blog/sculling",
        "src/routes/rowing/+page": "/club/rowing",
    }


def test_quartz(make_site):
    """What its patterns name is left out, also in folders; notes are called by their files."""
    config = (
        "const config: QuartzConfig = {configuration: {baseUrl: 'tea.example/garden', locale: 'en-GB',\n"
        "  ignorePatterns: ['private', 'templates', '**/raw', '*.tmp.md']}}\n"
    )
    names = ("index", "Rye & bread", "teas/index", "teas/private/100% green?", "private/a", "teas/raw/b", "c.tmp")
    site = make_site({"quartz.config.ts": config, **{f"content/{name}.md": "Tea.\n" for name in names}})
    assert addresses(site) == {
        "content/Rye & bread": "/Rye--and--bread",
        "content/index": "/",
        "content/teas/index": "/teas/",
        "content/teas/private/100% green?": "/teas/private/100-percent-green",
    }
    corpus = read_site(site)
    assert (corpus["content/Rye & bread"].title, corpus.site_language) == ("Rye & bread", "en-GB")
    assert "https://tea.example/garden/Rye--and--bread" in corpus["content/Rye & bread"].aliases
    assert corpus.reading.warnings[0] == (
        "content/c.tmp.md, content/private/a.md, content/teas/raw/b.md left out by the configuration of "
        "Quartz: no page to it, not read."
    )


def test_docfx(make_site):
    """What lies in folders called `includes` is a part of pages."""
    tea = "---\ntitle: Tea\n---\n"
    paths = ("articles/tea.md", "includes/tea.md", "articles/includes/cup.md")
    config = '{"build": {"sitemap": {"baseUrl": "https://tea.example/"}, "globalMetadata": {"_lang": "de"}}}'
    site = make_site({"docfx.json": config, **dict.fromkeys(paths, tea)})
    assert addresses(site) == {"articles/tea": "/articles/tea"}
    assert (read_generator(site).site_url, read_generator(site).language) == ("https://tea.example", "de")


def test_docusaurus_with_further_plugins(make_site):
    """Docs and blogs that stand among the plugins are read, each with its route, versions and translations."""
    config = """export default {
      presets: [['classic', {docs: {routeBasePath: '/'}, blog: {path: 'news', routeBasePath: 'news'}}]],
      plugins: [
        [require.resolve('@docusaurus/plugin-content-docs'), {id: 'crew', path: './people', routeBasePath: 'crew'}],
        ['@docusaurus/plugin-client-redirects', {id: 'other', path: 'elsewhere'}],
        ['@docusaurus/plugin-content-blog', {id: 'log', path: 'log'}],
      ],
    };"""
    tea = "---\ntitle: Tea\n---\n"
    expected = {
        "crew_versioned_docs/version-1/cook": "/crew/cook",
        "docs/mast": "/mast",
        "i18n/fr/docusaurus-plugin-content-docs-crew/current/cook": "/fr/crew/next/cook",
        "log/2024-01-02-fog": "/blog/2024/01/02/fog",
        "news/2024-01-02-race": "/news/2024/01/02/race",
        "people/cook": "/crew/next/cook",
    }
    files = {"docusaurus.config.js": config, "crew_versions.json": '["1"]'}
    assert addresses(make_site(files | {f"{path}.md": tea for path in expected})) == expected


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        # As AstroPaper has it.
        (["posts/[...slug]/index.astro", "tags/[tag]/[...page].astro"], ["/posts/en/tea/", "/posts/fr/the/"]),
        (["archive/[id].astro", "blog/[...slug].astro: render(entry)"], ["/blog/en/tea/", "/blog/fr/the/"]),
        (["[lang]/blog/[...slug].astro"], ["/en/blog/tea/", "/fr/blog/the/"]),
        (["[...locale]/blog/[slug].astro", "[...locale]/[tag].astro"], ["/blog/tea/", "/fr/blog/the/"]),
        (["blog/[tag]/[slug].astro"], ["/en/tea/", "/fr/the/"]),
    ],
)
def test_astro_pages(make_site, pages, expected):
    """The page that shows a collection's entries tells their addresses, in whichever folders, of a language or not."""
    schema = (
        'const TOP = "src/data";\nexport const posts = defineCollection({loader: glob({base: `./${TOP}/posts`})});\n'
    )
    files = {f"src/pages/{page.partition(':')[0]}": f"getCollection('posts') {page}" for page in pages}
    tea = "---\ntitle: Tea\n---\n"
    config = "export default {i18n: {defaultLocale: 'en', locales: ['en', 'fr']}};\n"
    site = {"astro.config.ts": config, "src/content.config.ts": schema, **files}
    found = addresses(make_site({**site, "src/data/posts/en/tea.md": tea, "src/data/posts/fr/the.md": tea}))
    assert list(found.values()) == expected


@pytest.mark.parametrize(
    "schema",
    [
        'const teas = defineCollection({loader: glob({base: "./notes"})});\nexport const collections = {tea: teas};',
        'export const collections = { tea: defineCollection({ loader: glob({ base: "./notes" }) }) };\n',
    ],
)
def test_names_of_astro_collections(make_site, schema):
    """A collection is called as it is exported, whatever its constant is called, below the folder of the sources."""
    tea = "---\ntitle: Tea\n---\n"
    pages = {"app/content.config.ts": schema, "app/pages/cups/[id].astro": "getCollection('tea')"}
    site = make_site({"astro.config.ts": "export default {srcDir: './app'};\n", **pages, "notes/tea.md": tea})
    assert addresses(site) == {"notes/tea": "/cups/tea/"}


def test_constants_of_configurations(make_site):
    """A name stands for the text or the mapping that the file gives it; what is worked out is told of."""
    tea = "---\ntitle: Tea\n---\n"
    names = "const base = '/shed/';\nconst docs = {path: 'leaf', routeBasePath: 'pot'};\n"
    config = "export default {baseUrl: base, presets: [['classic', {docs: docs}]]};\n"
    site = make_site({"docusaurus.config.js": names + config, "leaf/tea.md": tea})
    assert addresses(site) == {"leaf/tea": "/shed/pot/tea"}
    make_site({"docusaurus.config.js": "export default {baseUrl: baseOf(site)};\n"})
    told = "docusaurus.config.js: baseUrl is worked out, expected a text"
    assert [one.startswith(told) for one in read_site(site).reading.warnings].count(True) == 1


def test_starlight(make_site):
    """The collection that Starlight shows is the top of the site, translations with it, whatever packages are named."""
    config = "export default defineConfig({integrations: [starlight({title: 'Tea'})]});\n"
    top = "src/content/docs"
    tea = "---\ntitle: Tea\n---\n"
    files = ("index.mdx", "guides/Green Tea.md", "fr/guides/green-tea.md")
    site = make_site({"astro.config.mjs": config, **{f"{top}/{file}": tea for file in files}})
    assert addresses(site) == {
        f"{top}/fr/guides/green-tea": "/fr/guides/green-tea/",
        f"{top}/guides/Green Tea": "/guides/green-tea/",
        f"{top}/index": "/",
    }
    home = "one article that every page leads to, the home page, never suggested: src/content/docs/index.mdx."
    assert read_site(site).reading.warnings == (home,)


@pytest.mark.parametrize(
    ("file", "config", "pages"),
    [
        (
            "docs/.vitepress/config.js",
            "{base: '/shed/', locales: {root: {lang: 'en'}, de: {lang: 'de'}}}",
            {"docs/index": "/shed/", "docs/de/index": "/shed/de/", "docs/tea": "/shed/tea.html"},
        ),
        (
            "docs/.vuepress/config.js",
            "{base: '/shed/', locales: {'/de/': {lang: 'de'}}}",
            {"docs/README": "/shed/", "docs/de/README": "/shed/de/", "docs/tea": "/shed/pot.html"},
        ),
        (
            "docs/.vuepress/config.js",
            "{base: '/shed/', permalink: '/:regular'}",
            {"docs/README": "/shed/", "docs/oak/cup": "/shed/oak/cup.html", "docs/tea": "/shed/pot.html"},
        ),
        (
            "docusaurus.config.js",
            "{baseUrl: '/shed/', presets: [['classic', {docs: {routeBasePath: '/'}}]]}",
            {"docs/index": "/shed/", "docs/tea": "/shed/tea"},
        ),
        (
            "astro.config.mjs",
            "{base: '/shed', integrations: [starlight({locales: {root: {lang: 'en'}, de: {lang: 'de'}}})]}",
            {
                "src/content/docs/index": "/shed/",
                "src/content/docs/de/index": "/shed/de/",
                "src/content/docs/tea": "/shed/tea/",
            },
        ),
        (
            "nuxt.config.ts",
            "{app: {baseURL: '/shed/'}}",
            {"content/index": "/shed", "content/cup": "/shed/cup", "content/tea": "/shed/pot.html"},
        ),
        ("next.config.js", "{basePath: '/shed'}", {"app/page": "/shed", "app/tea/page": "/shed/tea"}),
        ("gatsby-config.js", "{pathPrefix: '/shed'}", {"src/pages/index": "/shed/", "src/pages/tea": "/shed/pot.html"}),
    ],
)
def test_a_base(make_site, file, config, pages):
    """All addresses begin with a site's base, those of the front matter too, and its home page is no suggestion."""
    own = {"vuepress": "permalink: /pot.html\n", "nuxt": "path: /pot.html\n", "gatsby": "path: /pot.html\n"}
    line = next((line for name, line in own.items() if name in file), "")
    tea = {path: f"---\ntitle: Tea\n{line if path.endswith('/tea') else ''}---\n" for path in pages}
    site = read_site(make_site({file: f"export default {config}", **{f"{path}.md": tea[path] for path in tea}}))
    assert {article.id: article.url for article in site} == pages
    home = [path for path, url in pages.items() if url.strip("/") in ("shed", "shed/de")]
    assert sorted(article.id for article in site if article.visible_from) == sorted(home)


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ("categories: [[Wood, Wet & Dry]]", "/Wood/Wet-Dry/grose-elan/"),
        ("categories: [[Wood, Wet], [Big Stone]]", "/Big-Stone/grose-elan/"),
        ("categories: [Wood, Wet]", "/Wood/Wet/grose-elan/"),
        ("category: 木，石", "/木，石/grose-elan/"),
        ("categories: Wet Wood, Stone", "/Wet-Wood-Stone/grose-elan/"),
        ("", "/none/grose-elan/"),
    ],
)
def test_categories_of_hexo(make_site, lines, address):
    """An address has the last of a post's hierarchies, and titles and categories with hyphens for blanks and marks."""
    config = "permalink: :category/:post_title/\ndefault_category: none\n"
    post = f"---\ntitle: Größe & élan!\n{lines}\n---\n"
    (article,) = read_site(make_site({"_config.yml": config, "source/_posts/tea.md": post}))
    assert unquote(article.url) == address


@pytest.mark.parametrize(
    ("config", "lines", "address"),
    [
        ("", "Title: Größe – “Élan”’s ™ 🎉 2.0", "/grosse-elans-tm-20.html"),
        ("", "Title: Привет, мир", ""),
        ("", "Title: Привет, мир\nSlug: privet", "/privet.html"),
        ("", "Title: Price in €", ""),
        ("", "Title: Tea × cup", ""),
        ("", "Title: ¿Qué es el «té»?", "/que-es-el-te.html"),
        ("", "Title: Tea → cup · pot", "/tea-cup-pot.html"),
        ("SLUGIFY_USE_UNICODE = True\n", "Title: Привет, Élan", "/привет-élan.html"),
        ("ARTICLE_URL = '{category}/{slug}/'\n", "Title: Tea\nCategory: 茶", ""),
    ],
)
def test_slugs_of_pelican(make_site, config, lines, address):
    """Slugs are ASCII; where Pelican asks a table how letters are spelled in it, there is no address."""
    (article,) = read_site(
        make_site({"pelicanconf.py": f"PATH = 'content'\n{config}", "content/a.md": f"{lines}\n\nA.\n"})
    )
    assert unquote(article.url) == address


@pytest.mark.parametrize(
    ("config", "address"), [("", "/pages/tee-de.html"), ("PAGE_LANG_URL = '{lang}/{slug}/'\n", "/de/tee/")]
)
def test_pages_of_pelican_in_another_language(make_site, config, address):
    """They have the pattern of translations, as articles have theirs."""
    files = {"content/pages/a.md": "Title: Tea\n\nA.\n", "content/pages/b.md": "Title: Tee\nLang: de\n\nB.\n"}
    site = make_site({"pelicanconf.py": f"PATH = 'content'\n{config}", **files})
    assert addresses(site) == {"content/pages/a": "/pages/tea.html", "content/pages/b": address}


@pytest.mark.parametrize(
    ("title", "slugified", "slug"),
    [
        ("Größe & Tiefe", "groesse-and-tiefe", "grosse-and-tiefe"),
        ("It's 100% élan: a b", "its-100-elan-a-b", "it's-100percent-elan:-a-b"),
    ],
)
def test_slugs_of_eleventy(make_site, title, slugified, slug):
    """Both of its filters that make a slug of a title are known, the present one and the one before."""
    page = f'---\ntitle: "{title}"\npermalink: "/{{{{ title | slugify }}}}/{{{{ title | slug }}}}/"\n---\n'
    (article,) = read_site(make_site({"eleventy.config.js": "", "tea.md": page}))
    assert unquote(article.url) == f"/{slugified}/{slug}/"


@pytest.mark.parametrize(
    ("files", "addresses_"),
    [
        (
            {"astro.config.mjs": "{trailingSlash: 'never'}", "src/pages/posts/[slug].astro": "getCollection('blog')"},
            {"src/content/blog/third/index": "/posts/third", "src/content/blog/tea": "/posts/tea"},
        ),
        (
            {"next.config.mjs": "", "app/docs/[[...slug]]/page.tsx": ""},
            {
                "content/docs/index": "/docs",
                "content/docs/reindex": "/docs/reindex",
                "content/docs/(guide)/cup": "/docs/cup",
                "content/docs/pots (old)/(big)/pot": "/docs/pots%20(old)/pot",
            },
        ),
        ({"docusaurus.config.js": ""}, {"docs/pots/tea{slug: ../../begin}": "/docs/begin"}),
        (
            {"zola.toml": "default_language = 'en'\n[languages.fr]\n"},
            {"content/tea.fr{path: fr/the}": "/fr/the/", "content/cup.fr": "/fr/cup/"},
        ),
    ],
)
def test_places_of_pages(make_site, files, addresses_):
    """An index stands for its folder, a group of pages has no part in an address, and what a page says is the whole."""
    for place in addresses_:
        path, _, line = place.rstrip("}").partition("{")
        files = files | {f"{path}.md": f"---\ntitle: Tea\n{line}\n---\n"}
    site = make_site(files)
    assert addresses(site) == {place.partition("{")[0]: address for place, address in addresses_.items()}


def test_nuxt(make_site):
    """Numbers that sort are no part of an address, an index stands for its folder, and drafts are never suggested."""
    tea = "---\ntitle: Tea\n---\n"
    paths = ("index", "2.0", "3.Über Uns_x", "_box/note")
    paths += ("1.Hot Drinks/index", "1.Hot Drinks/2.green-tea", "1.Hot Drinks/3.2024-tea.draft")
    site = make_site({"nuxt.config.ts": "", **{f"content/{path}.md": tea for path in paths}})
    assert addresses(site) == {
        "content/1.Hot Drinks/2.green-tea": "/hot-drinks/green-tea",
        "content/1.Hot Drinks/3.2024-tea.draft": "/hot-drinks/2024-tea",
        "content/1.Hot Drinks/index": "/hot-drinks",
        "content/_box/note": "/_box/note",
        "content/index": "/",
        "content/2.0": "/2.0",
        "content/3.Über Uns_x": "/uber-uns_x",
    }
    assert read_site(site).reading.warnings == (
        "one article that every page leads to, the home page, never suggested: content/index.md.",
        "one article with a name that begins with _, never suggested: content/_box/note.md.",
        "one article with a name that ends in .draft, never suggested: content/1.Hot Drinks/3.2024-tea.draft.md.",
    )


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("user/pages/02.blog/eel-soup/item.md", "/blog/eel-soup"),
        ("user/pages/02.blog/eel-soup/item.de.md", "/de/blog/eel-soup"),
        ("user/pages/01.home/default.md", "/home"),
        ("user/pages/soup.md", "/user/pages/soup"),
        ("content/collections/blog/2024-01-04.tin-mine.md", "/blog/tin-mine"),
        ("content/collections/blog/2024-01-04-1530.choir.md", "/blog/choir"),
        ("docs/2.x/1.0/2024-01-04.de.md", "/docs/2.x/1.0/2024-01-04.de"),
    ],
)
def test_a_guess_without_what_sorts(make_site, path, address):
    """Numbers and dates before a dot are no part of the likeliest address; a version is."""
    (article,) = read_site(make_site({path: "---\ntitle: Tea\n---\n"}))
    assert article.url == address
