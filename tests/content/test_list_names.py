"""Curated lists are found, whatever they are called."""

import csv
import json

import pytest

from recommender.content.jsonl import read_jsonl
from recommender.content.site import read_article, read_site
from recommender.settings import ArticlesSettings, Settings

NAMES = ("tea", "cup", "pot", "kettle", "water", "leaf")


def pages(line):
    """Six pages, each with what a function gives for its own name and the two that follow it."""
    lines = {name: line(name, NAMES[number - 5], NAMES[number - 4]) for number, name in enumerate(NAMES)}
    return {f"{name}.md": f"---\ntitle: About {name}\nurl: /{name}/\n{lines[name]}\n---\n" for name in NAMES}


def lists_of(corpus):
    """What each article's curated list names, as typed."""
    return {article.id: [entry.target for entry in article.related] for article in corpus if article.related}


ALL = {name: [NAMES[number - 5], NAMES[number - 4]] for number, name in enumerate(NAMES)}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("related-posts: [{}, {}]", "related-posts"),
        ("Related_Resources: [{}, {}]", "Related_Resources"),
        ("further_reading: [{}, {}]", "further_reading"),
        ("readNext: [{}, {}]", "readNext"),
        ("extra:\n  related_posts: [{}, {}]", "extra.related_posts"),
        ("meta:\n  related_posts: [{}, {}]", "meta.related_posts"),
        ("params:\n  more:\n    see-also: [{}, {}]", "params.more.see-also"),
        ("goes_well_with: [{}, {}]", "goes_well_with"),
        ("related_topics: [{}, {}]", "related_topics"),
        ("relatedTerms: [{}, {}]", "relatedTerms"),
        ("extra:\n  companions: [{}, {}]", "extra.companions"),
    ],
)
def test_found(make_site, line, name):
    """A list whose entries name articles of the site is a curated list under any name, in a mapping too."""
    corpus = read_site(make_site(pages(lambda _, one, other: line.format(one, other))))
    assert lists_of(corpus) == ALL
    assert corpus.reading.recognised["related"] == {name: 6}
    assert corpus.reading.warnings == ()


@pytest.mark.parametrize("name", ["related_pages", "goes_well_with"])
@pytest.mark.parametrize(
    "entry",
    ["../b/q{}.md", "../b/q{}", "'[Q](../b/q{}.md)'", "path: ../b/q{}.md", "'[[../b/q{}]]'", "../../docs/b/q{}"],
)
def test_found_in_other_folders(make_site, name, entry):
    """A step up to another folder (`../b/q0.md`) counts as much as a path under any name."""
    entries = {
        (own, n): entry.format((n + 1) % 5).replace("b/", other)
        for own, other in (("a", "b/"), ("b", "a/"))
        for n in range(5)
    }
    files = {
        f"docs/{own}/q{n}.md": f"---\ntitle: Of {own} {n}\n{name}:\n- {typed}\n---\n"
        for (own, n), typed in entries.items()
    }
    corpus = read_site(make_site(files))
    assert corpus.reading.recognised["related"] == {name: 10}
    assert corpus.reading.matched["path"] == 10


@pytest.mark.parametrize(
    "line",
    [
        "tags: [{}, {}]",
        "related_topics: [hot {}, cold {}]",
        "contributors: [{}, {}]",
        "translations: [{}, {}]",
        "children: [{}, {}]",
        "menu:\n  main: [{}, {}]",
        "suggested_related: [{}, {}]",
        "ingredients: [hot {}, cold {}]",
        "related_products: [a1-{}, b2-{}]",
        "related: true # {} {}",
        "dissimilar_posts: [{}, {}]",
        "not_related: [{}, {}]",
        "exclude_from_related: [{}, {}]",
        "related_prs: [{}, {}]",
        "related_count: {} # {}",
        "language_versions: [{}, {}]",
    ],
)
def test_not_found(make_site, line):
    """Tags, people, translations, navigation, our own block and lists of other things are no curated lists."""
    corpus = read_site(make_site(pages(lambda _, one, other: line.format(one, other))))
    assert lists_of(corpus) == {}
    assert [warning for warning in corpus.reading.warnings if "list" in warning] == []


def test_our_own_block_has_any_name(make_site):
    """What stands under the name that the settings give our block is never taken for the editors'."""
    from recommender.settings import WritingSettings

    site = make_site(pages(lambda _, one, other: f"read_on: [{one}, {other}]"))
    assert lists_of(read_site(site)) == ALL
    assert lists_of(read_site(site, Settings(writing=WritingSettings(front_matter_name="read_on")))) == {}


@pytest.mark.parametrize("line", ['read_on:\n  - "{}" # 0.81\n  - "{}" # 0.5', 'read_on:\n  - "{}"\n  - "{}" # 0.81'])
def test_a_comment_behind_some_entries_says_nothing(make_site, line):
    """Editors may write what they like behind an entry."""
    assert lists_of(read_site(make_site(pages(lambda _, one, other: line.format(one, other))))) == ALL


def test_our_own_block_of_an_earlier_name(make_site):
    """A block of texts has a score behind each, by which it is not taken for a list when the block has another name."""
    text = 'read_on:\n  - "{}" # 0.81\n  - "{}" # 0.50'
    corpus = read_site(make_site(pages(lambda _, one, other: text.format(one, other))))
    assert lists_of(corpus) == {}
    assert any("read_on on 6 articles" in one and "a machine wrote them" in one for one in corpus.reading.warnings)


def test_what_names_the_same_pages_everywhere_is_no_list(make_site):
    """A list that is the same on most articles is the way through a site; pages that list nothing are tags."""
    same = read_site(make_site(pages(lambda *_: "start_here: [tea, cup]")))
    assert lists_of(same) == {}
    guides = {
        f"guide-{name}.md": f"---\ntitle: A guide to {name}\nurl: /guide-{name}/\nuses: [{name}]\n---\n"
        for name in NAMES
    }
    tags = read_site(make_site(pages(lambda *_: "") | guides))
    assert lists_of(tags) == {}
    assert (same.reading.warnings, tags.reading.warnings) == ((), ())


def test_what_names_its_own_article_is_no_list(make_site):
    """A name under which most articles name themselves is no list where a few name others."""
    names = dict(zip(NAMES, ("tea", "cup") * 3, strict=True))
    for lines in (pages(lambda own, *_: f"page: [{own}]"), pages(lambda own, *_: f"page: [{names[own]}]")):
        corpus = read_site(make_site(lines))
        assert (lists_of(corpus), corpus.reading.warnings) == ({}, ())


@pytest.mark.parametrize(("typed", "is_list"), [("[1, 2]", False), ("[issue-1, issue-2]", True)])
def test_numbers_of_issues(make_site, typed, is_list):
    """Issues by number are a tracker's, whatever ids the articles have; a magazine's have names."""
    files = {f"issue-{n}.md": f"---\ntitle: Issue {n}\nid: {n}\nrelated_issues: {typed}\n---\n" for n in (1, 2, 3)}
    assert bool(lists_of(read_site(make_site(files)))) is is_list


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("relatedPosts: [{{slug: {}, score: 0.9}}, {{slug: {}, score: 0.8}}]",
         "its entries carry scores, so a machine wrote them"),
        ("related_items: [{}, big-{}, old-{}]", "only 6 of 18 entries name an article"),
        ("goes_with: [{}, {}, old-{}]", "only 67% of the entries name an article"),
    ],
)  # fmt: skip
def test_told(make_site, line, reason):
    """What may be a curated list, but is not clearly one, is told in one line with the setting that takes it."""
    site = make_site(pages(lambda own, one, other: line.format(one, other, own)))
    name = line.partition(":")[0]
    corpus = read_site(site)
    assert lists_of(corpus) == {}
    assert corpus.reading.warnings == (
        f"{name} on 6 articles looks like curated lists, but {reason}: not read. If editors chose them, say so: "
        f"articles.fields.related: {name}.",
    )
    taken = read_site(site, Settings(articles=ArticlesSettings(fields={"related": name})))
    assert set(lists_of(taken)) == set(NAMES)
    assert [warning for warning in taken.reading.warnings if "looks like" in warning] == []


def test_one_list_on_most_articles(make_site):
    """A list that is the same on half of the articles is navigation, though others have lists of their own."""
    own = {"leaf": "[tea, pot]", "water": "[leaf]"}
    corpus = read_site(make_site(pages(lambda name, *_: f"read_next: {own.get(name, '[tea, cup, pot]')}") | {
        "mug.md": "---\ntitle: Mug\nread_next: [pot, cup, tea]\n---\n"
    }))  # fmt: skip
    assert lists_of(corpus) == {}
    assert [warning for warning in corpus.reading.warnings if "read_next" in warning] == [
        "read_next on 7 articles looks like curated lists, but 5 of them are the same: not read. If editors chose "
        "them, say so: articles.fields.related: read_next."
    ]


def test_two_lists(make_site):
    """Two names are two lists of one article: one after the other, without what stands in both."""
    site = make_site(pages(lambda _, one, other: f"related: [{one}]\nextra:\n  related_readings: [{other}, {one}]"))
    corpus = read_site(site)
    assert lists_of(corpus) == ALL
    assert corpus.reading.recognised["related"] == {"extra.related_readings": 6, "related": 6}
    only = read_site(site, Settings(articles=ArticlesSettings(fields={"related": ("extra.related-readings",)})))
    assert lists_of(only)["tea"] == ["pot", "cup"]


@pytest.mark.parametrize(
    ("folder", "name", "first", "second", "listed"),
    [
        ("_episodes", "episode_id", "008-why-kilns", "010-glazes", "related: [010-glazes]"),
        ("stories", "story_id", "US-3.6.3-05", "US-3.6.3-03", "related_stories: [US-3.6.3-03]"),
        ("book", "chapter", "7.9", "7.10", "related_chapters: [7.10]"),
        ("_posts", "episode", "15", "16", "relatedEpisodes: [16]"),
        ("notes", "issueNumber", "15", "16", "see_also_issues: ['16']"),
    ],
)
def test_ids_under_a_name_of_their_own(make_site, folder, name, first, second, listed):
    """A list may name articles by their ids, under a name that the folder or the list itself has."""
    back = listed.replace(second, first)
    corpus = read_site(make_site({
        f"{folder}/2021-03-0{number}-{title}.md": f"---\ntitle: {title}\n{name}: {one}\nweight: {number}\n{line}\n---\n"
        for number, title, one, line in ((1, "kilns", first, listed), (2, "clay", second, back))
    }))  # fmt: skip
    assert (corpus.reading.matched["path"], corpus.reading.unmatched) == (2, ())
    assert [article.aliases for article in corpus] == [(first,), (second,)]


@pytest.mark.parametrize("line", ["author_id: 7", "weight: 3", "story: About tea", "related_count: 3\ncount: 3"])
def test_what_is_no_id(make_site, line):
    """A name that says something else than what the article is gives it no id."""
    (article,) = read_site(make_site({"stories/tea.md": f"---\ntitle: Tea\n{line}\n---\n"}))
    assert article.aliases == ()


def test_entries_that_only_the_site_explains(make_site):
    """A comma parts a text that names no article, a colon its slug from a title; a number means an article's id."""
    site = make_site(
        {
            "tea.md": "---\ntitle: Tea\nid: 11\nrelated: cup, pot\n---\n",
            "cup.md": "---\ntitle: Cup\nrelated: [Salt, fat, 11]\n---\n",
            "pot.md": "---\ntitle: Pot, jug\nid: 12\nrelated: [11, 'Salt, fat']\n---\n",
            "salt.md": "---\ntitle: Salt, fat\nrelated: ['Pot, jug', 'tea; cup']\n---\n",
            "mug.md": "---\ntitle: Mug\nrelated:\n- cup: The one with a saucer\n---\n",
        }
    )
    for _ in range(2):
        corpus = read_site(site)
        assert lists_of(corpus) == {
            "tea": ["cup", "pot"],
            "cup": ["Salt", "fat", "11"],
            "pot": ["11", "Salt, fat"],
            "salt": ["Pot, jug", "tea", "cup"],
            "mug": ["cup"],
        }
    assert corpus.reading.matched == {"url": 0, "path": 8, "title": 2, "external": 0, "unmatched": 1}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Leeks, rows and rain; Leek soup", ["Leeks, rows and rain", "Leek soup"]),
        ("Leek soup | Leeks, rows and rain", ["Leek soup", "Leeks, rows and rain"]),
        ("Rust; blight", ["Rust; blight"]),
        ("3, rust; Leek soup", ["3", "rust", "Leek soup"]),
        ("3, 4", ["3", "4"]),
        ("Gone, far away; Leek soup", ["Gone, far away", "Leek soup"]),
        ("Leek soup, Rust & rot", ["Leek soup", "Rust & rot"]),
        ("Leek soup & rain, Rust & rot", ["Leek soup", "rain", "Rust & rot"]),
        ("https://e.example/a|https://e.example/b", ["https://e.example/a", "https://e.example/b"]),
    ],
)
def test_titles_with_marks(tmp_path, name, text, expected):
    """Semicolons and bars part titles before commas and these before ampersands, and none the title of an article."""
    rows = [
        {"id": str(number), "title": title, "related": text if number == 1 else ""}
        for number, title in enumerate(
            ["Asked", "Leeks, rows and rain", "Rust; blight", "Leek soup", "Rust & rot"], start=1
        )
    ]
    with (tmp_path / name).open("w", newline="") as file:
        if name == "a.csv":
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(f"{json.dumps(row)}\n" for row in rows)
    assert lists_of(read_site(tmp_path / name))["1"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cup (with a saucer, or two)", ["cup"]), ("mugs/cup.md - with a saucer", ["mugs/cup.md"]),
        ("cup – why", ["cup"]),
        ("/cup/ — with a saucer", ["/cup/"]), ("ADR-0002 (raw/canonical)", ["ADR-0002"]), ("cup.md §3", ["cup.md"]),
        ("cup (with a saucer, or two), salt", ["cup", "salt"]), ("salt, cup – why", ["salt", "cup"]),
        ("cup (with a saucer), salt (fine)", ["cup", "salt"]), ("cup - why, salt - and how", ["cup", "salt"]),
        ("Cup - a history", ["Cup - a history"]), ("jug (none)", ["jug (none)"]), ("cup - salt", ["cup - salt"]),
    ],
)  # fmt: skip
def test_remarks(make_site, text, expected):
    """What stands behind a place or a slug is a remark; a title is never cut, nor what names nothing."""
    titles = {"mugs/cup": "Cup", "adr/0002-feed": "Feed", "salt": "cup - salt", "tea": "Tea"}
    files = {f"{path}.md": f"---\ntitle: {title}\nurl: /{path[5:]}/\n---\n" for path, title in titles.items()}
    files["tea.md"] = f"---\ntitle: Tea\nrelated: ['{text}']\n---\n"
    assert lists_of(read_site(make_site(files))) == {"tea": expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hot/cup cold/cup.md hot/pot", ["hot/cup", "cold/cup.md", "hot/pot"]),
        ("cold/cup.md, hot/pot", ["cold/cup.md", "hot/pot"]), ("hot/cup hot/jug/", ["hot/cup", "hot/jug/"]),
        ("Hot/Cup hot/pot", ["Hot/Cup", "hot/pot"]), ("cup/saucer mug/lid", ["cup/saucer mug/lid"]),
        ("cups and/or a pot", ["cups and/or a pot"]),
    ],
)  # fmt: skip
def test_paths_between_blanks(make_site, text, expected):
    """Paths between blanks are an entry each, where one of them names an article, though the last one's slug does."""
    paths = ("hot/cup", "cold/cup", "hot/pot")
    files = {f"{path}.md": f"---\ntitle: The {path.replace('/', ' ')}\n---\n" for path in paths}
    files["tea.md"] = f"---\ntitle: Tea\nrelated: >\n  {text.replace(' ', chr(10) + '  ')}\n---\n"
    assert lists_of(read_site(make_site(files))) == {"tea": expected}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{adr: salt, rel: extends}", ["salt"]),
        ("{rel: extends, adr: salt}", ["salt"]),
        ("{weight: 10, note: '[[Cup]]'}", ["[[Cup]]"]),
        ("{Salt: salt, Cup: cup}", ["salt", "cup"]),
        ("{title: Cup, target: _blank}", ["Cup"]),
        ("{adr: adr-9, rel: extends}", ["adr-9"]),
    ],
)
def test_entries_with_names_of_their_own(make_site, entry, expected):
    """Those of the values that name an article are meant; where none does, the first is told of."""
    files = {f"{name}.md": f"---\ntitle: {name.title()}\n---\n" for name in ("cup", "salt")}
    files["tea.md"] = f"---\ntitle: Tea\nrelated: [{entry}]\n---\n"
    assert lists_of(read_site(make_site(files))) == {"tea": expected}


def test_lists_that_lead_nowhere(make_site):
    """Where under half of the entries name an article, that is told with five examples, and nothing is learned."""
    corpus = read_site(make_site(pages(lambda _, one, other: f"related: [{one}, class-{one}, class-{other}]")))
    assert not corpus.reading.lists_teach
    assert corpus.reading.warnings == (
        "curated lists: only 6 of 18 entries name an article, so nothing is learned from them. No article is called "
        "'class-pot', 'class-kettle', 'class-water', 'class-leaf', 'class-tea'. Name the lists that hold articles: "
        "articles.fields.related.",
    )
    assert read_site(make_site(pages(lambda _, one, other: f"related: [{one}, class-{other}]"))).reading.lists_teach


def test_pages_elsewhere_say_nothing_against_lists(make_site):
    """Entries that lead to another site are neither found nor missing."""
    away = "{title: A, url: 'https://a.example/'}, {title: B, url: 'https://b.example/'}"
    corpus = read_site(make_site(pages(lambda _, one, __: f"related: [{one}, {away}]")))
    assert (corpus.reading.matched["external"], corpus.reading.lists_teach) == (12, True)


def test_a_draft_alone(tmp_path):
    """An article that is read alone has the lists whose names say what they are."""
    draft = read_article("---\ntitle: Tea\nextra:\n  related-posts: [cup]\ngoes_with: [pot]\n---\n")
    assert [entry.target for entry in draft.related] == ["cup"]


def test_lines(tmp_path):
    """Lists in a file of lines are found as in front matter, also where a line has no id but its address."""
    file = tmp_path / "articles.jsonl"
    lines = [f'{{"title": "{name}", "url": "/{name}", "readNext": ["/{ALL[name][0]}"]}}' for name in NAMES]
    file.write_text("\n".join(lines), "utf-8")
    corpus = read_jsonl(file)
    assert lists_of(corpus)["/tea"] == ["/cup"]
    assert corpus.reading.matched["url"] == 6
