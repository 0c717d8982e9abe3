"""What stands in the fields of an article, whatever its front matter calls them, and without any."""

import re
from datetime import UTC, datetime
from time import perf_counter

import pytest
from markdown_files import article, without_guess

from recommender.content.site import read_article, read_site
from recommender.errors import ArticleError
from recommender.settings import ADDRESS_PARTS, ArticlesSettings, Settings, settings_from_mapping


def test_a_home_page_is_called_by_its_hero():
    """VitePress' and VuePress', which need no title."""
    page = read_article("---\nlayout: home\nhero: {name: Loom, tagline: Tables that weave}\n---\n")
    assert (page.title, page.excerpt) == ("Loom", "Tables that weave")
    assert read_article("---\nhome: true\nheroText: Loom\n---\n").title == "Loom"


@pytest.mark.parametrize("nothing", ["", "' '", "[]", "[null]", "['', ' ']"])
def test_what_holds_nothing_is_missing(make_site, nothing):
    """Blanks, and a list that a template left with nothing in it: no fault, and the next name is read."""
    names = "title date excerpt tags author language permalink slug published quality recommender".split()
    lines = "".join(f"{name}: {nothing}\n" for name in names)
    site = make_site({"_posts/2021-03-03-tea.md": f"---\n{lines}summary: A cup.\n---\n# Tea\n"})
    corpus = read_site(site)
    (tea,) = corpus
    assert (tea.title, tea.excerpt, tea.published_at) == ("Tea", "A cup.", datetime(2021, 3, 3, tzinfo=UTC))
    assert (corpus.reading.problems, without_guess(corpus.reading.warnings)) == ((), ())


def test_settings(make_site):
    """Settings map fields, leave files out, and give language and address of the site."""
    site = make_site(
        {
            "a.md": "---\nname: Tea\nteaser: A cup.\nsource: {title: Ada}\nexcerpt: no\n---\n",
            "drafts/b.md": article("B"),
            "old/c.md": article("C"),
            "talks/d.md": article("D"),
            "trips/e.md": article("E"),
        }
    )
    settings = Settings(
        articles=ArticlesSettings(
            fields={"title": "name", "excerpt": ("lead", "teaser"), "provider": "source.title", "quality": "stars"},
            exclude=("drafts/**", "old", "/talks/**", "./trips/*.md", "/*.md"),
            site_language="en",
            site_url="https://example.org/",
        )
    )
    corpus = read_site(site, settings)
    (found,) = corpus
    assert (found.title, found.excerpt, found.provider, found.aliases) == (
        "Tea",
        "A cup.",
        "Ada",
        ("https://example.org/a",),
    )
    assert corpus.site_language == "en"
    assert corpus.reading.warnings == (
        "articles.fields reads quality from stars, which no article has. Mend the name in the settings.",
    )


def test_date_of_the_file_name_stands_in(make_site):
    """A date that cannot be read costs an article only where nothing stands in for it."""
    site = make_site(
        {
            "2021-03-03-a.md": article("A", "date: next week"),
            "b.md": article("B", "date: next week"),
            "c.md": article("C", "date: TBD"),
        }
    )
    corpus = read_site(site)
    assert [(one.id, one.published_at) for one in corpus] == [
        ("2021-03-03-a", datetime(2021, 3, 3, tzinfo=UTC)),
        ("c", None),
    ]
    assert [str(problem) for problem in corpus.reading.problems] == [
        "b.md:3: date must be a date, but is 'next week'. Write it like 2021-03-03 or 2021-03-03T07:14:00Z."
    ]
    assert corpus.reading.warnings[:2] == (
        "2021-03-03-a.md:3: date must be a date, but is 'next week'. 2021-03-03 stands in.",
        "c.md:3: date must be a date, but is 'TBD'. The article has no date.",
    )


def test_dates_of_persian_articles(make_site):
    """Are of Iran's calendar where the title has Persian letters or the language is Persian; elsewhere 1402 is 1402."""
    dated = "date: 1402-05-12"
    site = make_site(
        {"a.md": article("چای", dated), "b.md": article("B", dated, "lang: fa"), "c.md": article("C", dated)}
    )
    assert [f"{one.published_at:%Y-%m-%d}" for one in read_site(site)] == ["2023-08-03", "2023-08-03", "1402-05-12"]


def test_published_that_stays_two_days(make_site):
    """Is told of as a date, not as a word that is neither true nor false."""
    (warning,) = read_site(make_site({"a.md": article("A", "published: 1/8/2019")})).reading.warnings
    assert warning.startswith("a.md:3: published must be a date, but is '1/8/2019', which could be two days")


def test_dates_in_the_language_of_the_article(make_site):
    """The name of a month is read in the language that the article names."""
    lines = ("lang: hr", "date: 5. listopada 2021")
    corpus = read_site(
        make_site({"a.md": article("A", *lines), "b.md": article("B", "lang: pl", "date: 5 listopada 2021")})
    )
    assert [one.published_at.month for one in corpus] == [10, 11]


def test_titles_and_entries_as_typed(make_site):
    """A title, and an entry of a list, that YAML takes for a number or a truth value is the text that was typed."""
    texts = {f"{number}.md": article(title) for number, title in enumerate(("1_000", "3.10", "Yes", "2024-01-02"))}
    corpus = read_site(make_site({**texts, "list.md": article("List", "related:", "- 1_000", "- 3.10", "- yes")}))
    assert [one.title for one in corpus] == ["1_000", "3.10", "Yes", "2024-01-02", "List"]
    assert [entry.target for entry in corpus["list"].related] == ["1_000", "3.10", "yes"]
    assert corpus.reading.matched["title"] == 3


def test_titles_in_entries_as_typed(make_site):
    """So is the title of an entry with names, and a date beside it stays one; alone, a truth value is a switch."""
    lists = "related: [{title: no, date: 2024-01-02}, {Numbers: [{title: 3.10}]}]", "see_also: {title: true}"
    (one,) = read_site(make_site({"a.md": article("A", *lists)}))
    assert [(entry.target, entry.published_at is None) for entry in one.related] == [("no", False), ("3.10", True)]


@pytest.mark.parametrize("text", ["+++\ntitle = 3.10\ntags = [2.50]\n+++\n", '{"title": 3.10, "tags": [2.50]}\n'])
def test_a_number_of_toml_or_json_is_as_typed(text):
    """A title and a topic that TOML or JSON takes for numbers keep their last zero."""
    one = read_article(text)
    assert (one.title, one.topics) == ("3.10", ("2.50",))


def test_topics_and_slugs_as_typed(make_site):
    """Topics in a list, an excerpt and a slug are the texts that were typed, which YAML takes for something else."""
    lines = ("tags: [NO, SE, 3.10]", "excerpt: 1_000", "slug: 2024-01-02")
    (one,) = read_site(make_site({"hugo.toml": "", "content/a.md": article("A", *lines)}))
    assert (one.topics, one.excerpt, one.url) == (("NO", "SE", "3.10"), "1_000", "/2024-01-02/")


def test_a_time_as_a_title(make_site):
    """A title that is a time of TOML is a text, with the advice to quote it as TOML does."""
    corpus = read_site(make_site({"a.md": "+++\ntitle = 07:32:00\n+++\n"}))
    assert corpus["a"].title == "07:32:00"
    assert corpus.reading.warnings[0].endswith('Quote it, which is safer: title = "07:32:00".')


def test_values_of_exporters(make_site):
    """WordPress's mapping of an author gives a name, never the address, and text in Ruby's binary form is text."""
    author = ("author:", "  display_name: ''", "  login: ann", "  email: ann@tea.example")
    corpus = read_site(make_site({"a.md": article("!binary |-\n  R3LDvG5lciBUZWU=", *author)}))
    assert (corpus["a"].title, corpus["a"].provider) == ("Grüner Tee", "ann")


def test_exports_of_databases(make_site):
    """An article is known by its key and address in Sanity, Contentful or Blogger, and a number names nobody."""
    site = make_site(
        {
            "a.md": article("A", "slug: {_type: slug, current: tea}", "_id: 3f6a", "related: [{sys: {id: 5kXw}}]"),
            "b.md": article("B", "sys: {id: 5kXw}", "author: 1", "related: [{_ref: 3f6a}, http://x.example/c.html]"),
            "c.md": article("C", "blogger_orig_url: http://x.example/c.html", "related: [tea]"),
        }
    )
    found = read_site(site)
    assert (found["a"].url, found["b"].provider) == ("/tea", "")
    assert (found.reading.matched["path"], found.reading.matched["url"], found.reading.unmatched) == (3, 1, ())
    assert not any("author" in warning for warning in found.reading.warnings)


def test_notes(make_site):
    """A page without front matter and heading is a note where it links as one or its name is a title as typed."""
    notes = {
        "Rye bread.md": "A dense loaf. #baking\n\n## Flour\n\nDark.\n",
        "Trips/Lake - day 2.md": "- stove\n",
        "Kayak.md": "---\nrelated: ['[[Rye bread]]', '[[Lake - day 2#Stove|the trip]]']\n---\nOf plywood.\n",
        "2024-03-01.md": "Baked [[Rye bread]].\n",
        "plain.md": "Words only, if [[ -f x ]].\n",
        "_Sidebar.md": "A list: [[Kayak]].\n",
        "Empty.md": "\n",
    }
    corpus = read_site(make_site(notes))
    assert {one.id: (one.title, one.excerpt) for one in corpus} == {
        "Rye bread": ("Rye bread", "A dense loaf. #baking"),
        "Trips/Lake - day 2": ("Lake - day 2", ""),
        "Kayak": ("Kayak", ""),
        "2024-03-01": ("2024-03-01", "Baked Rye bread."),
    }
    assert corpus.reading.matched["unmatched"] == 0
    made = read_site(make_site({**notes, "eleventy.config.js": ""}))
    assert [one.id for one in made] == ["Kayak"], "a generator's pages may be put together of parts"


def test_pages_without_front_matter(make_site):
    """A page without front matter is called by its heading, and its first paragraph is its excerpt."""
    site = make_site(
        {
            "README.md": "# All about tea\n\nHow to read this.\n",
            "notes/green.md": "<!-- seen -->\n\n# Green *tea* #\n\n![cup](c.png)\n\nSteep [it](it.md).\nThen pour.\n",
            "notes/black.md": "Black tea\n=========\n\n- a list\n\nBoil it.\n",
            "notes/start.md": "import Box from 'box'\n\n# Notes\n",
            "notes/rest.md": "A word first.\n\n```\n# no heading\n```\n\n# The rest\n",
            "notes/none.md": "Words only.\n",
            "lib/README.md": "# A script\n",
            "notes/parts/how.md": "## How to\n\nA part of a page.\n",
        }
    )
    corpus = read_site(site, Settings(articles=ArticlesSettings(address="/:path/")))
    assert {one.id: (one.title, one.excerpt, one.body) for one in corpus} == {
        "notes/green": ("Green tea", "Steep it. Then pour.", "\n![cup](c.png)\n\nSteep [it](it.md).\nThen pour.\n"),
        "notes/black": ("Black tea", "Boil it.", "\n- a list\n\nBoil it.\n"),
        "notes/start": ("Notes", "", ""),
        "notes/rest": ("The rest", "A word first.", "A word first.\n\n```\n# no heading\n```\n\n# The rest\n"),
    }
    assert corpus.reading.warnings == (
        "README.md, lib/README.md, notes/none.md, notes/parts/how.md without front matter: not an article.",
    )


def test_marks(tmp_path):
    """What front matter asks of suggestions is read, and what rules ask, in any spelling; a wrong word is told of."""
    (tmp_path / "tea.md").write_text(
        "---\ntitle: Tea\nrecommender: [background, evergren]\nSponsored: no\nsponsored: yes\n"
        "SEO: {is-ad: true}\nms.kind: Advert\n---\n"
    )
    (tmp_path / "cup.md").write_text("---\ntitle: Cup\nrecommender: show-none\n---\n")
    never = [{"sponsored": True}, {"seo.is_ad": True}, {"ms.kind": "advert"}]
    settings = settings_from_mapping({"rules": {"never": never}, "articles": {"address": "/:slug/"}})
    for _ in range(2):  # read, and taken from what was kept
        corpus = read_site(tmp_path, settings)
        asked = ("ms.kind: advert", "seo.is_ad: true", "sponsored: false", "sponsored: true")
        assert [article.marks for article in corpus] == [("show-none",), ("background", *asked)]
        assert corpus.reading.warnings == (
            "tea.md:3: recommender must be one or more of show-none, never-suggest, background, follow-up, evergreen, "
            "but is 'evergren'. It is left out.",
        )


@pytest.mark.parametrize(
    "values",
    [
        # Each mark has a sentence that names its line.
        "pad: |\n" + f"  {'x' * 98}\n" * 3_000 + f"recommender: [{'x, ' * 1_000}]\n",
        # Each list is read as typed.
        f"pad: [{'a, ' * 40_000}]\n" + "".join(f"related{number}: [1]\n" for number in range(60)),
    ],
)
def test_long_front_matter_is_gone_through_once(values):
    """What many values of an article need of its front matter is found once: else one file occupied a run for long."""
    started = perf_counter()
    assert read_article(f"---\ntitle: Tea\n{values}---\n").title == "Tea"
    assert perf_counter() - started < 5


def test_what_a_site_says_of_many_pages(make_site):
    """Jekyll's defaults count where a page says nothing of a field, under any name; never for titles and texts."""
    config = (
        "defaults:\n"
        "- {scope: {path: _posts/de, type: posts}, values: {lang: de, author: Orla, title: Tee, tags: [warm]}}\n"
        "- {scope: {path: '', type: posts}, values: {lang: en, excerpt: A post., draft: true}}\n"
    )
    post = "---\ntitle: T\n{}\n---\n"
    site = make_site(
        {
            "_config.yml": config,
            "_posts/2021-03-03-a.md": post.format("draft: false"),
            "_posts/2021-03-03-b.md": post.format("draft: false\nlanguage: fr"),
            "_posts/de/2021-03-03-c.md": post.format("author: Finn\ntags: [cold]"),
            "_posts/de/2021-03-03-d.md": "---\nx: 1\n---\n",
        }
    )
    found = read_site(site)
    assert [(one.title, one.language, one.provider, one.topics, one.is_published, one.excerpt) for one in found] == [
        ("T", "en", "", (), True, ""),
        ("T", "fr", "", (), True, ""),
        ("T", "de", "Finn", ("cold",), False, ""),
        ("D", "de", "Orla", ("warm",), False, ""),
    ]


def test_what_a_folder_says_of_its_pages(make_site):
    """The data file of a folder counts for Eleventy's pages in it and below, the nearest first."""
    site = make_site(
        {
            "eleventy.config.js": "export default () => {};\n",
            "blog/blog.json": '{"lang": "de", "author": "Orla", "tags": "posts"}',
            "blog/old/old.11tydata.json": '{"draft": true, "lang": "fr"}',
            "blog/tea.md": "---\ntitle: Tea\n---\n",
            "blog/old/cup.md": "---\ntitle: Cup\n---\n",
            "pot.md": "---\ntitle: Pot\n---\n",
        }
    )
    found = read_site(site)
    assert [(one.title, one.language, one.provider, one.topics, one.is_published) for one in found] == [
        ("Cup", "fr", "Orla", (), False),
        ("Tea", "de", "Orla", (), True),
        ("Pot", "", "", (), True),
    ]


@pytest.mark.parametrize(
    ("typed", "found"), [("[{tag: {a: b}}]", "holds a mapping"), ("[]", ""), ("true", "is the truth value true")]
)
def test_topics_that_are_none(make_site, typed, found):
    """What stands in the place of topics is named, in a list its first item."""
    site = make_site({"a.md": f"---\ntitle: A\ntags: {typed}\n---\n"})
    told = [f"a.md:3: tags must be a list of texts, but {found}. It is left out."] if found else []
    assert [warning for warning in read_site(site).reading.warnings if "tags" in warning] == told


def test_templates_of_a_vault(make_site):
    """A file whose title is to be filled in is no article; a day to be filled in is no date, and no problem."""
    site = make_site(
        {
            "Moby Dick.md": "A whale. [[Billy Budd]]\n",
            "Draft note.md": '---\ncreated: "{{date:YYYY-MM-DD}}"\n---\nA sailor.\n',
            "Helpers.md": '---\ntitle: "{{#each}}"\n---\nRepeats.\n',
            "Late.md": "---\ntitle: A day late\ncreated: {{date}}\n---\nA captain.\n",
            "Templates/Book.md": '---\ntitle: "{{date}} - {{title}}"\ndate: "{{date}}"\n---\nNotes.\n',
            "Templates/Bare.md": "---\ntitle: {{title}}\ntags: []\n---\n",
            "Templates/Clock.md": "---\ncreated: {{date}} {{time}}\n---\nNotes.\n",
            "Lost.md": "---\nby: Ada\ndate: {{date}}\n---\n# A day lost\n",
            "Templates/Daily.md": "---\ncreated: <% tp.date.now() %>\n---\n# <% tp.file.title %>\n\nPlan.\n",
        }
    )
    found = read_site(site)
    assert [article.title for article in found] == ["Draft note", "{{#each}}", "Moby Dick"]
    assert [str(problem).partition(": ")[0] for problem in found.reading.problems] == ["Late.md:3", "Lost.md:3"]
    assert without_guess(found.reading.warnings)[:5] == (
        "Draft note.md:2: created must be a date, but is '{{date:YYYY-MM-DD}}'. The article has no date.",
        "Templates/Bare.md: a template, whose title is to be filled in: not an article.",
        "Templates/Book.md: a template, whose title is to be filled in: not an article.",
        "Templates/Clock.md: a template, whose title is to be filled in: not an article.",
        "Templates/Daily.md: a template, whose title is to be filled in: not an article.",
    )
    with pytest.raises(ArticleError, match=r"^Templates/Book.md: a template, whose title is to be filled in: not an"):
        read_article(site / "Templates/Book.md", site=site)


@pytest.mark.parametrize("brackets", ["{}", "<>", "[]"])
def test_forms_to_be_filled_in(make_site, brackets):
    """A title in brackets beside a day in some is a form; without one a title, and such a day is no date."""
    title, day, tag = (brackets[0] + text + brackets[1] for text in ("What is seen", "YYYY-MM-DD", "details"))
    corpus = read_site(
        make_site(
            {
                "form.md": f'---\ntitle: "{title}"\ncreated: "{day}"\n---\nSteps.\n',
                "box.md": f'---\ntitle: "{tag}"\nlabel: "{title}"\n---\nA box.\n',
                "tea.md": f'---\ntitle: Tea\ncreated: "{day}"\n---\nLeaves.\n',
            }
        )
    )
    assert [(article.title, article.published_at) for article in corpus] == [(tag, None), ("Tea", None)]
    assert (corpus.reading.problems, without_guess(corpus.reading.warnings)) == (
        (),
        (
            "form.md: a template, whose title is to be filled in: not an article.",
            f"tea.md:3: created must be a date, but is '{day}'. The article has no date.",
        ),
    )


@pytest.mark.parametrize("typed", ["[green tea] [cups]", "[green tea], [cups]", "[green tea, cups]"])
def test_topics_in_brackets(make_site, typed):
    """Quoted, as the message about a text behind a bracket says: one topic in each, or between commas."""
    (article,) = read_site(make_site({"_news/tea.md": f'---\ntitle: Tea\ntags: "{typed}"\n---\n'}))
    assert article.topics == ("green tea", "cups")


def test_a_topic_that_is_a_page():
    """It is called by the name of the file."""
    text = "---\ntitle: Green tea\ntags: [{tag: content/tags/tea.md}, {category: pots}]\n---\n"
    assert read_article(text).topics == ("tea", "pots")


@pytest.mark.parametrize(
    ("config", "told", "post"),
    [
        ({"_config.yml": ""}, {"_data/authors.yml": "ida: {name: Ida Holm}"}, "_posts/2024-01-01-a.md"),
        ({"hugo.toml": ""}, {"data/authors.json": '{"ida": {"name": "Ida Holm"}, "ann": "Ann"}'}, "content/a.md"),
        (
            {"docusaurus.config.js": "module.exports = {};"},
            {"blog/authors.yml": "ida: {name: Ida Holm}\nann: 1"},
            "blog/2024-01-01-a.md",
        ),
        ({"mkdocs.yml": ""}, {"docs/blog/.authors.yml": "authors: {ida: {name: Ida Holm}}"}, "docs/blog/posts/a.md"),
        (
            {"mkdocs.yml": "plugins: [{blog: {blog_dir: ., authors_file: '{blog}/us.yml'}}]"},
            {"docs/us.yml": "authors: {ida: {name: Ida Holm}}"},
            "docs/posts/a.md",
        ),
        ({"_config.yml": ""}, {"_data/authors.yml": "[ida"}, "_posts/2024-01-01-a.md"),
    ],
)
def test_authors_in_a_file(make_site, config, told, post):
    """A key of a file of authors is the name that this gives; other texts, and a file that is none, change nothing."""
    site = make_site(config | told | {post: "---\ntitle: Tea\ndate: 2024-01-01\nauthors: [ida, Ann]\n---\n"})
    (article,) = read_site(site)
    name = "ida" if "[ida" in [*told.values()] else "Ida Holm"
    assert article.provider == f"{name}, Ann"


def test_the_other_version_of_a_file_is_no_article(make_site):
    """Programs that keep folders alike keep both of two edits; people settle that."""
    names = [
        "a.md",
        "a.sync-conflict-20240305-101010-ABC.md",
        "a (Ida's conflicted copy 2024-03-05).md",
        "a conflict.md",
    ]
    found = read_site(make_site({name: f"---\ntitle: {name}\n---\n" for name in names}))
    assert [article.id for article in found] == ["a", "a conflict"]
    told = [warning for warning in found.reading.warnings if "edited twice" in warning]
    assert told[-1] == f"{names[1]}: the other version of a file that was edited twice: not an article. Settle it."
    assert len(told) == 2


def test_a_title_by_a_file_that_is_called_by_its_day_or_has_two_endings(make_site):
    """A day stays as it is typed, and `.html` is no part of a title."""
    files = dict.fromkeys(("2024-09-08.md", "brass-lamp.html.md", "red-tea.md"), "---\ntags: [tea]\n---\nText.\n")
    assert [article.title for article in read_site(make_site(files))] == ["2024-09-08", "Brass Lamp", "Red Tea"]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("tags: [{label: Tea, permalink: /t}, pots]", "topics", ("Tea", "pots")),
        ("tags: {topics: [tea, green tea], level: easy, hot: true}", "topics", ("tea", "green tea", "easy")),
        ("tags: {name: Tea, posts: [cup, pot]}", "topics", ("Tea",)),
        ("tags: 茶，杯、壶", "topics", ("茶", "杯", "壶")),
        ("primary_author: {name: Ida Holm, slug: ida}", "provider", "Ida Holm"),
        ("author: {slug: ida, last_name: Holm, first_name: Ida}", "provider", "Ida Holm"),
        ("authors: [{name: {given: Ida, family: Holm}}, Jo]", "provider", "Ida Holm, Jo"),
        ("authors: {ida: {name: Ida Holm}, jo: {name: Jo Berg, url: /jo/}}", "provider", "Ida Holm, Jo Berg"),
        ("author: By <a href='/ida'>Ida Holm</a> &amp; Co; Jo <b>Berg</b>", "provider", "Ida Holm & Co, Jo Berg"),
        ("authors: Holm, Ida; Berg, Jo", "provider", "Holm, Ida; Berg, Jo"),
        ("author: {displayName: '', username: ida, email: ida@tea.example}", "provider", "ida"),
        ("authors: [{fullName: Ida Holm}, {full_name: Jo Berg}]", "provider", "Ida Holm, Jo Berg"),
        ("author: {name: ida@tea.example, slug: ida}", "provider", "ida"),
        ("author: {id: 3, email: ida@tea.example}", "provider", ""),
        ("author: {data: {id: 3, attributes: {name: Ida Holm}}}", "provider", "Ida Holm"),
        ("topics: [cre\u0300me, cr\u00e8me]", "topics", ("cr\u00e8me",)),
        ("params: {excerpt: Of tea}", "excerpt", "Of tea"),
        ("excerpt: {rendered: Of tea, protected: false}", "excerpt", "Of tea"),
        ("inLanguage: fr", "language", "fr"),
        ("params: {summary: Of tea}", "excerpt", "Of tea"),
    ],
)
def test_names_that_generators_have(line, name, value):
    """Docusaurus' tags with labels, Ghost's first author, parts of a name, and what Hugo keeps in `params`."""
    assert getattr(read_article(f"---\ntitle: Tea\n{line}\n---\n"), name) == value


def test_a_post_of_wordpress(make_site):
    """The title of WordPress's REST API is read; a mapping of categories is part of no address."""
    post = "---\ntitle: {rendered: Tea, raw: x}\ncategories: {category: [Pots]}\n---\n"
    (found,) = read_site(make_site({"_config.yml": "", "_posts/2021-03-03-tea.md": post}))
    assert (found.title, found.url, found.topics) == ("Tea", "/2021/03/03/tea.html", ("Pots",))


def test_a_key_of_an_author_in_either_form(make_site):
    """An accent may stand by itself in the key of a file of authors, or in a post."""
    post = "---\ntitle: Tea\nauthor: ren\u00e9e\n---\n"
    site = make_site({"hugo.toml": "", "data/authors.yml": "rene\u0301e: {name: Ida}", "content/a.md": post})
    assert read_site(site)["content/a"].provider == "Ida"


def test_a_name_with_blanks_and_signs_in_an_address(make_site):
    """An address by the setting or by the site's lists can be opened, whatever the file is called."""
    lists = {f"blog/{one}.md": f"---\ntitle: {one}\nrelated: [/b/{other}/]\n---\n" for one, other in ("ab", "ba")}
    site = make_site({**lists, "blog/why c#.md": "---\ntitle: Why\n---\n"})
    for settings in (Settings(), Settings(articles=ArticlesSettings(address="/b/:slug/"))):
        assert [article.url for article in read_site(site, settings)] == ["/b/a/", "/b/b/", "/b/why%20c%23/"]


@pytest.mark.parametrize("part", ADDRESS_PARTS)
def test_parts_of_an_address(make_site, part):
    """What the setting may ask for is filled."""
    site = make_site({"tea/2021-03-03-green.md": "---\ntitle: Green\nlang: fr\n---\n"})
    (found,) = read_site(site, Settings(articles=ArticlesSettings(address=f"/x/:{part}/")))
    assert re.fullmatch("/x/[^:]+/", found.url)
