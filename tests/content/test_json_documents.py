"""Articles in one document of JSON: an export of Ghost, what an API answers, a list of objects wherever it lies."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.content.site import read_site
from recommender.errors import SiteError

GHOST = {
    "db": [
        {
            "meta": {"version": "5.0"},
            "data": {
                "newsletters": [{"id": "1", "name": "Weekly"}],
                "posts": [
                    {"id": "65", "slug": "tea", "title": "Tea", "html": "<p>Hot.</p>", "status": "published"},
                    {"id": "66", "slug": "cup", "title": "Cup", "custom_excerpt": "Of clay.", "status": "draft"},
                ],
                "posts_authors": [{"post_id": "65", "author_id": "9"}],
                "posts_tags": [{"post_id": "65", "tag_id": tag} for tag in "34567"],
                "tags": [
                    {"id": "3", "name": "drinks", "visibility": "public"},
                    {"id": "4", "name": "#wide"},
                    {"id": "5", "name": "teaser", "visibility": "internal"},
                ],
                "users": [{"id": "9", "name": "Ada Brew"}],
            },
        }
    ]
}


def test_an_export_of_ghost(write):
    """Posts are called by their slugs, and have the tags that readers see, and authors, from other tables."""
    tea, cup = sorted(read_site(write("ghost.json", json.dumps(GHOST))), key=lambda article: article.title)[::-1]
    assert (tea.id, tea.topics, tea.provider, tea.body) == ("tea", ("drinks",), "Ada Brew", "<p>Hot.</p>")
    assert (cup.id, cup.excerpt, cup.topics) == ("cup", "Of clay.", ())


@pytest.mark.parametrize(
    "document",
    [
        [{"id": "tea", "title": "Tea"}, {"id": "cup", "title": "Cup"}],
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "tea", "title": "Tea"}, {"id": "cup"}]},
        {"data": {"total": 2, "articles": [{"slug": "tea", "headline": "Tea"}, {"slug": "cup", "headline": "Cup"}]}},
    ],
)
def test_a_json_document(write, document):
    """A list of objects is read wherever it lies; an object without a title costs itself only."""
    assert read_site(write("articles.json", json.dumps(document)))["tea"].title == "Tea"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no list of articles"),
        ('{"tea": {"url": "/tea/"}}', "holds no list of articles"),
        ("[" * 2000 + "]" * 2000, "nested"),
        ('[{"id": 1, "title": "Tea"}, {"id": 2, "title": "Cup"}, 7]', "item 3: must be an object"),
    ],
)
def test_a_json_document_without_articles(write, text, message):
    """Says what is wrong with it, and what to write."""
    with pytest.raises(SiteError, match=message):
        read_site(write("articles.json", text), strict=True)


_NAMES = (
    "posts",
    "posts_tags",
    "tags",
    "users",
    "db",
    "id",
    "title",
    "name",
    "slug",
    "post_id",
    "tag_id",
    "related",
    "url",
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.floats(allow_nan=False) | st.sampled_from(("tea", "cup", "1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=5),
    max_leaves=20,
)


@given(_JSON)
@example([[5]])
@example({"posts": [{"id": {"a": 1}, "title": "Tea"}], "posts_tags": 5, "tags": True})
def test_any_json(tmp_path_factory, document):
    """Whatever a document of JSON holds, it is articles, problems, or an error of ours."""
    file = tmp_path_factory.mktemp("any") / "a.json"
    file.write_text(json.dumps(document))
    try:
        corpus = read_site(file)
    except SiteError:
        return
    assert len(corpus) + len(corpus.reading.problems) == corpus.reading.n_files


@pytest.mark.parametrize(
    "document",
    [
        [
            {
                "id": 7,
                "slug": "tea",
                "title": {"rendered": "Tea &#038; cups"},
                "excerpt": {"rendered": "<p>A cup.</p>\n"},
                "content": {"rendered": "<p>Hot.</p>"},
                "tags": [5, 6],
                "see_also": ["cup"],
            },
            {"id": 8, "slug": "cup", "title": {"rendered": "Cup"}},
        ],
        {
            "data": [
                {
                    "id": 7,
                    "attributes": {
                        "slug": "tea",
                        "title": "Tea & cups",
                        "excerpt": "A cup.",
                        "content": "<p>Hot.</p>",
                        "see_also": {"data": [{"id": 8, "attributes": {"slug": "cup", "title": "Cup"}}]},
                    },
                },
                {"id": 8, "attributes": {"slug": "cup", "title": "Cup"}},
            ],
            "meta": {"pagination": {"page": 1}},
        },
    ],
    ids=["WordPress", "Strapi"],
)
def test_what_an_api_wraps(write, document):
    """Articles as WordPress and Strapi give them to programs are called by their slugs, and read as plain ones."""
    corpus = read_site(write("a.json", json.dumps(document)))
    tea = corpus["tea"]
    assert (tea.title, tea.excerpt, tea.body, tea.topics) == ("Tea & cups", "A cup.", "<p>Hot.</p>", ())
    assert (corpus.ids, corpus.reading.n_entries_found) == (("cup", "tea"), 1)
