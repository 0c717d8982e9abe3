from collections import Counter
from datetime import UTC, datetime
from time import perf_counter

import pytest

from recommender.articles import Article, EntryShape, RelatedEntry
from recommender.content.related_lists import entry_shape, find_lists, read_entries, target_kind
from recommender.content.values import Origin
from recommender.suggestions import Reason, Suggestion


def listing(*entries):
    """An article with this list."""
    return Article("list", related=entries)


SEED_NAMES = {
    "title": "title",
    "excerpt": "excerpt",
    "published_at": "publishedDateTime",
    "url": "webUrl",
    "provider": "provider.name",
    "quality": "quality",
}


TEA_AND_KETTLE = [RelatedEntry(target="tea"), RelatedEntry(target="kettle")]


def address(url):
    """An entry that is no more than an address."""
    return RelatedEntry(url=url, target=url)


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        ("/tea/", [RelatedEntry(target="/tea/")]),
        ("/tea/\n/kettle/\n", [RelatedEntry(target="/tea/"), RelatedEntry(target="/kettle/")]),
        (["https://a.org/tea"], [RelatedEntry(url="https://a.org/tea", target="https://a.org/tea")]),
        (["[Tea](/tea/)"], [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ([{"Tea": "a start"}], [RelatedEntry(target="Tea: a start")]),
        ([{"Tea": "/tea/"}], [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ({"Tea": "/tea/"}, [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ({"title": "Tea"}, [RelatedEntry("Tea", target="Tea")]),
        ({"show": True, "show_images": False}, []),
        ({"post": False, "project": True, "publication": True, "talk": True, "event": True, "docs": True}, []),
        ([{"title": "Tea", "slug": "tea"}], [RelatedEntry("Tea", target="tea")]),
        ([{"path": "tea.md"}], [RelatedEntry(target="tea.md")]),
        ([{"Title": "Tea", "Link": "/tea/"}], [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ([{"title": 2024, "href": "/tea/"}], [RelatedEntry("2024", url="/tea/", target="/tea/")]),
        ([{"title": "Tea", "provider": "Ada"}], [RelatedEntry("Tea", provider="Ada", target="Tea")]),
        ([{"title": "Tea", "provider": {"domain": "a.org"}}], [RelatedEntry("Tea", provider="a.org", target="Tea")]),
        ([{"title": "Tea", "provider": {"id": 1}}], [RelatedEntry("Tea", target="Tea")]),
        ([2024, None, ""], [RelatedEntry(target="2024")]),
        (["[[]]", "  ", "tea", "[[ ]]"], [RelatedEntry(target="tea")]),
        ("[[]]", []),
        ([], []),
        (7, [RelatedEntry(target="7")]),
        ("- tea\n- kettle", [RelatedEntry(target="tea"), RelatedEntry(target="kettle")]),
        (
            ["/tea/, /cup/", "/tea/, cup", "/tea/, Cup, /pot/"],
            [
                RelatedEntry(target="/tea/, /cup/"),
                RelatedEntry(target="/tea/, cup"),
                RelatedEntry(target="/tea/, Cup, /pot/"),
            ],
        ),
        ("https://a.org/tea, https://a.org/cup", [address("https://a.org/tea"), address("https://a.org/cup")]),
        (
            "[[tea]] and [[kettle|the kettle]]",
            [RelatedEntry(target="[[tea]]"), RelatedEntry(target="[[kettle|the kettle]]")],
        ),
        ([["tea"], [["kettle"]]], [RelatedEntry(target="[[tea]]"), RelatedEntry(target="[[kettle]]")]),
        ("<https://a.org/tea> (long)", [address("https://a.org/tea")]),
        ("See [Tea](<my tea.md>).", [RelatedEntry("Tea", url="my tea.md", target="my tea.md")]),
        (["![A cup](/cup.png)"], [RelatedEntry(target="![A cup](/cup.png)")]),
        ([{"/tea/": "Tea"}], [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ([{"web-url": "/tea/"}], [RelatedEntry(url="/tea/", target="/tea/")]),
        ({"title": "Further on", "description": "Two more.", "links": ["tea", "kettle"]}, TEA_AND_KETTLE),
        ([{"title": "Further on", "links": "tea\n- kettle"}], TEA_AND_KETTLE),
        ({"posts": "/tea/", "items": "- /kettle/"}, [RelatedEntry(target="/tea/"), RelatedEntry(target="/kettle/")]),
        (
            {"tea": "Tea", "links": "Links I like"},
            [RelatedEntry(target="tea: Tea"), RelatedEntry(target="links: Links I like")],
        ),
        ([{"hot": "tea\nkettle\n"}], TEA_AND_KETTLE),
        ({"title": "Hot", "items": "tea, kettle"}, [RelatedEntry(target="tea, kettle")]),
        (
            ["https://o.org/a | tea", "https://o.org/a|tea; https://o.org/b?c=1;2"],
            [
                *(
                    here := [
                        RelatedEntry("", "", "https://o.org/a", target="https://o.org/a"),
                        RelatedEntry(target="tea"),
                    ]
                ),
                *here,
                RelatedEntry("", "", "https://o.org/b?c=1;2", target="https://o.org/b?c=1;2"),
            ],
        ),
        ({"items": [{"text": "Tea", "href": "/tea/"}]}, [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ({"sections": [{"title": "Hot", "items": ["tea"]}, {"title": "Tools", "items": ["kettle"]}]}, TEA_AND_KETTLE),
        ([{"heading": "Hot", "links": ["tea"]}, {"heading": "Tools", "children": ["kettle"]}], TEA_AND_KETTLE),
        ({"Hot": ["tea"], "Tools": ["kettle"]}, TEA_AND_KETTLE),
        ({"title": "Nothing yet", "links": []}, []),
        ([{"title": "Nothing yet", "links": None}], []),
        ([{"slug": "tea", "pages": [12], "children": [{"slug": "kettle"}]}], TEA_AND_KETTLE),
        ({"path": "tea", "items": [{"slug": "kettle", "posts": None}]}, TEA_AND_KETTLE),
        ([{"slug": "tea", "links": ["https://tea.example"]}, {"slug": "kettle", "cups": ["blue"]}], TEA_AND_KETTLE),
        ([{"link": {"text": "Tea", "href": "/tea/"}}], [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ([{"title": "Tea", "tags": ["hot"]}], [RelatedEntry("Tea", target="Tea")]),
        ([{"title": "Tea", "url": "/tea/", "parts": ["a"]}], [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ([{"filepath": "tea.md", "overwrite_title": ""}], [RelatedEntry(target="tea.md")]),
        ([{"file_path": "tea.md", "description": "A cup."}], [RelatedEntry("", "A cup.", target="tea.md")]),
        ([{"relation": "extends", "target": "tea"}], [RelatedEntry(target="tea")]),
        ([{"title": "Tea", "href": "/tea/", "target": "_self"}], [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ([{"route": "/tea/"}], [RelatedEntry(url="/tea/", target="/tea/")]),
        ([{"adr": 2, "rel": "extends"}], [RelatedEntry(target="2\nextends")]),
        ([{"note": "[[tea]]", "why": "it is hot", "weight": 3}], [RelatedEntry(target="[[tea]]\nit is hot\n3")]),
        (
            [{"Tea": "/tea/", "Cup": "/cup/"}],
            [RelatedEntry("Tea", "", "/tea/", target="/tea/"), RelatedEntry("Cup", "", "/cup/", target="/cup/")],
        ),
        (
            {"tea": "Green tea", "kettle": "The kettle"},
            [RelatedEntry(target="tea: Green tea"), RelatedEntry(target="kettle: The kettle")],
        ),
        (
            {"Hot": {"tea": "Green tea", "kettle": "The kettle"}},
            [RelatedEntry(target="tea: Green tea"), RelatedEntry(target="kettle: The kettle")],
        ),
    ],
)
def test_forms(value, entries):
    """Curated lists are read in every form that sites use, and a heading is never an entry."""
    read = read_entries(value, UTC)
    assert (read.entries, read.complaints) == (tuple(entries), ())


def test_embedded_entry():
    """An embedded entry keeps all that it carries, and its names in the site's order."""
    item = {
        "webUrl": "https://a.org/tea",
        "title": "Tea",
        "excerpt": "A cup.",
        "publishedDateTime": datetime(2021, 3, 2, tzinfo=UTC),
        "provider": {"name": "The Kettle", "domain": "kettle.example"},
        "quality": 28,
        "images": [],
    }
    entries, names, n_scored, complaints = read_entries([item], UTC)
    assert (n_scored, complaints) == (0, ())
    assert entries == (
        RelatedEntry(
            "Tea", "A cup.", "https://a.org/tea", item["publishedDateTime"], "The Kettle", "https://a.org/tea"
        ),
    )
    shape = entry_shape([listing(*entries)], Counter(names))
    assert (shape.kind, list(shape.names.items())) == (
        "mapping",
        [
            ("url", "webUrl"),
            ("title", "title"),
            ("excerpt", "excerpt"),
            ("published_at", "publishedDateTime"),
            ("provider", "provider.name"),
            ("quality", "quality"),
        ],
    )


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (True, "must be a list, but is the truth value true. It is left out."),
        ([True], "entry 1 must be text or a mapping, but is the truth value true. It is left out."),
        (["/tea/", {"colour": 3}], "entry 2 has neither a title nor an address. It is left out."),
        (
            [{"title": "Tea", "date": "2021-02-30"}],
            "entry 1 has '2021-02-30' for date, which is no date. It is kept without one.",
        ),
    ],
)
def test_complaints(value, complaint):
    """What cannot be used is told, with the entry's number."""
    assert read_entries(value, UTC).complaints == (complaint,)


def test_a_list_has_an_end():
    """A few lines of references that stand for millions of entries are read up to a number, and told."""
    value = ["tea", "kettle"]
    for _ in range(6):
        value = [value] * 9
    read = read_entries(value, UTC)
    assert len(read.entries) == 1_000
    assert read.complaints == ("holds more than 1,000 entries. The others are left out.",)


def test_scores():
    """What a machine wrote is told by the numbers of similarity beside its entries; a figure of merit is none."""
    items = [{"slug": "tea", "score": 0.9}, {"slug": "cup", "Similarity": 1}, {"slug": "pot", "quality": 3}]
    assert read_entries(items, UTC).n_scored == 2


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("https://a.org/tea", "url"), ("/tea/", "path"), ("posts/tea.md", "file"), ("tea.md", "file"),
        ("../tea.md", "path"),
        ("tea", "slug"),
        ("Green tea: a start", "title"), ("2021-03-03-tea", "name"),
    ],
)  # fmt: skip
def test_target_kind(target, kind):
    """A text in a curated list is an address, a path, a slug, the name of a file or a title."""
    assert target_kind(target) == kind


def test_shape_of_texts():
    """A site that lists texts has the shape of most of them."""
    articles = [listing(RelatedEntry(target="tea"), RelatedEntry(target="kettle"), RelatedEntry(target="/cup/"))]
    assert entry_shape(articles, Counter()) == EntryShape("text", target="slug")


@pytest.mark.parametrize(
    ("target", "folder"),
    [
        ("posts/tea.md", ("", "content/")), ("content/posts/tea.md", ("", "")), ("/posts/tea.md", ("/", "content/")),
        ("./tea.md", ("./", "content/posts/")),
    ],
)  # fmt: skip
def test_shape_of_paths(target, folder):
    """Lists of paths of files say where these begin."""
    articles = [listing(RelatedEntry(target=target)), Article("content/posts/tea", "content/posts/tea.md")]
    assert entry_shape(articles, Counter()) == EntryShape("text", target="file", folder=folder)


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("[[tea]]", "[[Tin cup]]"), ("[[tea|a cup]]", "[[Tin cup|Cup (2)]]"), ("[[Red tea]]", "[[Tin cup]]"),
        ("@/notes/tea.md", "@/notes/Tin cup.md"), ("[Tea](tea.md)", "[Cup (2)](<Tin cup.md>)"),
        ('{{< ref "notes/tea.md" >}}', '{{< ref "notes/Tin cup.md" >}}'), ("[Tea](/a/)", "[Cup (2)](/notes/cup/)"),
        ("{{ '/notes/tea/' | relative_url }}", "{{ '/notes/cup/' | relative_url }}"),
        ("{doc}`../tea`", "/notes/cup/"), ("../tea", "/notes/cup/"), ("aa3-tea", "bb4-cup"), (101, 102),
    ],
)  # fmt: skip
def test_form_of_ours(typed, ours):
    """What stands around an entry stands around ours too, and an article is called by its id where lists do so."""
    name = "Red tea" if typed == "[[Red tea]]" else "tea"
    tea = Article(f"content/notes/{name}", f"content/notes/{name}.md", "Tea", url="/notes/tea/",
        aliases=("/old/", "101" if typed == 101 else "aa3-tea"),
        related=read_entries([typed], UTC).entries)  # fmt: skip
    cup = Article("content/notes/Tin cup", "content/notes/Tin cup.md", "Cup [2]", url="/notes/cup/",
        aliases=("102" if typed == 101 else "bb4-cup",))  # fmt: skip
    shape = entry_shape([tea, cup], Counter())
    assert Suggestion.of(1, cup, Reason(0.5, 0.5), shape).as_related_entry() == ours


def test_paths_of_no_file():
    """Where no file is called so, an address is the better guess."""
    assert entry_shape([listing(RelatedEntry(target="posts/tea.md"))], Counter()) == EntryShape("text", target="url")


def test_shape_without_lists():
    """A site without curated lists gets the shape of the seed's format."""
    assert entry_shape([], Counter()) == EntryShape()
    assert dict(EntryShape().names) == SEED_NAMES


def test_shape_with_paths():
    """Where entries name articles by path or slug, ours go under the same name."""
    read = read_entries([{"title": "Tea", "slug": "tea"}], UTC)
    shape = entry_shape([listing(*read.entries)], Counter(read.names))
    assert shape == EntryShape("mapping", {"url": "slug", "title": "title"}, "slug")


def test_shape_with_names_of_two_words():
    """A title and an address whose names say of what are one entry, and ours has these names."""
    read = read_entries([{"postTitle": "Green tea", "postUrl": "/tea/"}], UTC)
    assert [(entry.title, entry.url) for entry in read.entries] == [("Green tea", "/tea/")]
    shape = entry_shape([listing(*read.entries)], Counter(read.names))
    assert (shape.kind, dict(shape.names)) == ("mapping", {"title": "postTitle", "url": "postUrl"})


def test_shape_with_names_of_its_own():
    """Where entries have names of the site's own, the first of them is the way to the article."""
    read = read_entries([{"adr": "0002-tea", "rel": "extends"}], UTC)
    shape = entry_shape([listing(*read.entries)], Counter(read.names))
    assert shape == EntryShape("mapping", {"url": "adr", "title": "title"}, "slug")


def test_a_shape_has_a_title_and_an_address():
    """What the lists lack is there under its usual name, so that a template can show the entry."""
    shape = entry_shape([listing(RelatedEntry(url="/a", target="/a"))], Counter({(("url", "url"),): 1}))
    assert shape.names == {"title": "title", "url": "url"}
    shape = entry_shape([listing(RelatedEntry("A", target="A"))], Counter({(("title", "name"),): 1}))
    assert shape.names == {"title": "name", "url": "webUrl"}


@pytest.mark.parametrize(
    ("n_lists", "n_articles", "is_learned"), [(1, 11, False), (4, 100, False), (5, 100, True), (1, 10, True)]
)
def test_a_few_lists_do_not_name_the_entries_of_a_whole_site(n_lists, n_articles, is_learned):
    """One list that an editor wrote does not rename what the templates show."""
    articles = [listing(RelatedEntry("A", url="/a", target="/a"))] * n_lists + [listing()] * (n_articles - n_lists)
    shape = entry_shape(articles, Counter({(("title", "name"), ("url", "link")): n_lists}))
    assert (shape.names["url"] == "link") is is_learned


@pytest.mark.parametrize("part", ["[[", "[[a", "[a](", "[a](<", "[a](b ", "[[a|", "a \n", "https://a.org, "])
def test_a_hostile_text_costs_what_its_length_costs(part):
    """Links that are opened and never closed are looked for once."""
    begun = perf_counter()
    read_entries([part * 40_000], UTC)
    assert perf_counter() - begun < 5


def test_names_without_end():
    """Of fifty thousand names that each could hold a list the first two hundred are looked at."""
    values = {f"related{n}": ["/tea/"] for n in range(50_000)}
    found = find_lists(values, (), frozenset(), UTC, Origin("tea.md"), {})
    assert list(found) == list(values)[:200]
