from collections import Counter
from datetime import UTC, datetime

import pytest

from recommender.articles import EntryShape, RelatedEntry
from recommender.content.entries import EntryNames, entry_shape, read_entries, target_kind

SEED_NAMES = {
    "title": "title",
    "excerpt": "excerpt",
    "published_at": "publishedDateTime",
    "url": "webUrl",
    "provider": "provider.name",
    "quality": "quality",
}


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
        ([{"title": "Tea", "slug": "tea"}], [RelatedEntry("Tea", target="tea")]),
        ([{"path": "tea.md"}], [RelatedEntry(target="tea.md")]),
        ([{"Title": "Tea", "Link": "/tea/"}], [RelatedEntry("Tea", url="/tea/", target="/tea/")]),
        ([{"title": 2024, "href": "/tea/"}], [RelatedEntry("2024", url="/tea/", target="/tea/")]),
        ([{"title": "Tea", "provider": "Ada"}], [RelatedEntry("Tea", provider="Ada", target="Tea")]),
        ([{"title": "Tea", "provider": {"domain": "a.org"}}], [RelatedEntry("Tea", provider="a.org", target="Tea")]),
        ([{"title": "Tea", "provider": {"id": 1}}], [RelatedEntry("Tea", target="Tea")]),
        ([2024, None, ""], [RelatedEntry(target="2024")]),
        ([], []),
    ],
)
def test_forms(value, entries):
    """Curated lists are read in every form that sites use."""
    assert read_entries(value, UTC) == (tuple(entries), [])


def test_embedded_entry():
    """An embedded entry keeps all that it carries, and its names in the site's order."""
    names: EntryNames = Counter()
    item = {
        "webUrl": "https://a.org/tea",
        "title": "Tea",
        "excerpt": "A cup.",
        "publishedDateTime": datetime(2021, 3, 2, tzinfo=UTC),
        "provider": {"name": "The Kettle", "domain": "kettle.example"},
        "quality": 28,
        "images": [],
    }
    entries, complaints = read_entries([item], UTC, names)
    assert complaints == []
    assert entries == (
        RelatedEntry(
            "Tea", "A cup.", "https://a.org/tea", item["publishedDateTime"], "The Kettle", "https://a.org/tea"
        ),
    )
    shape = entry_shape([entries], names)
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
        (7, "must be a list, but is the number 7. It is left out."),
        ([["tea"]], "entry 1 must be text or a mapping, but is a list. It is left out."),
        ([True], "entry 1 must be text or a mapping, but is the truth value true. It is left out."),
        (["/tea/", {"colour": ["green"]}], "entry 2 has neither a title nor an address. It is left out."),
        (
            [{"title": "Tea", "date": "2021-02-30"}],
            "entry 1 has '2021-02-30' for date, which is no date. It is kept without one.",
        ),
    ],
)
def test_complaints(value, complaint):
    """What cannot be used is told, with the entry's number."""
    assert read_entries(value, UTC)[1] == [complaint]


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("https://a.org/tea", "url"), ("/tea/", "path"), ("posts/tea.md", "path"), ("tea.md", "path"), ("tea", "slug"),
        ("Green tea: a start", "title"), ("{% post_url 2021-03-03-tea %}", "slug"),
    ],
)  # fmt: skip
def test_target_kind(target, kind):
    """A text in a curated list is an address, a path, a slug or a title."""
    assert target_kind(target) == kind


def test_shape_of_texts():
    """A site that lists texts has the shape of most of them."""
    lists = [(RelatedEntry(target="tea"), RelatedEntry(target="kettle"), RelatedEntry(target="/cup/"))]
    assert entry_shape(lists, Counter()).target == "slug"
    assert entry_shape(lists, Counter()).kind == "text"


def test_shape_without_lists():
    """A site without curated lists gets the shape of the seed's format."""
    assert entry_shape([], Counter()) == EntryShape()
    assert dict(EntryShape().names) == SEED_NAMES


def test_shape_with_paths():
    """Where entries name articles by path or slug, ours go under the same name."""
    names: EntryNames = Counter()
    entries, _ = read_entries([{"title": "Tea", "slug": "tea"}], UTC, names)
    assert dict(entry_shape([entries], names).names) == {"url": "slug", "title": "title"}


def test_a_shape_has_a_title_and_an_address():
    """What the lists lack is there under its usual name, so that a template can show the entry."""
    shape = entry_shape([(RelatedEntry(url="/a", target="/a"),)], Counter({(("url", "url"),): 1}))
    assert shape.names == {"title": "title", "url": "url"}
    shape = entry_shape([(RelatedEntry("A", target="A"),)], Counter({(("title", "name"),): 1}))
    assert shape.names == {"title": "name", "url": "webUrl"}


@pytest.mark.parametrize(
    ("n_lists", "n_articles", "is_learned"), [(1, 11, False), (4, 100, False), (5, 100, True), (1, 10, True)]
)
def test_a_few_lists_do_not_name_the_entries_of_a_whole_site(n_lists, n_articles, is_learned):
    """One list that an editor wrote does not rename what the templates show."""
    lists = [(RelatedEntry("A", url="/a", target="/a"),)] * n_lists + [()] * (n_articles - n_lists)
    shape = entry_shape(lists, Counter({(("title", "name"), ("url", "link")): n_lists}))
    assert (shape.names["url"] == "link") is is_learned
