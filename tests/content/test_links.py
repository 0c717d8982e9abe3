"""What the text of an article links to."""

import pytest

from recommender import Article
from recommender.content.links import linked_articles
from recommender.content.matching import EntryMatcher

TEA = Article(id="docs/tea", path="docs/tea.md", title="Tea", url="/docs/tea/")
CUP = Article(id="docs/cup", path="docs/cup.md", title="The cup", url="/docs/cup/")


def linked(body: str) -> list[str]:
    """The ids that the text of the article on tea links to."""
    article = Article(id=TEA.id, path=TEA.path, title=TEA.title, url=TEA.url, body=body)
    return linked_articles(article, EntryMatcher([article, CUP]))


@pytest.mark.parametrize(
    "body",
    [
        "See [cups](/docs/cup/).",
        "See [cups](cup.md#handles) and [again](cup.md).",
        "See [`cups`](<cup.md> 'of clay').",
        "See [[cup]], or [[The cup|cups]].",
        'See [cups]({{< relref "cup.md" >}}).',
        "See [cups]({% link docs/cup.md %}).",
        "See [cups](@/docs/cup.md), or [again](@site/docs/cup.md).",
        "See [cups]({{ site.baseurl }}{% link docs/cup.md %}).",
        'See <a class="x" href="/docs/cup/?from=tea">cups</a>.',
        "See <a href='{{ site.baseurl }}/docs/cup/'>cups</a>.",
        "See [cups].\n\n[cups]: ../docs/cup.md",
        "See [cups].\n\n[cups]: <../docs/cup.md> (of clay)",
        "See [cups].\n\n[cups]: {% link docs/cup.md %}",
        "See [cups](../cup/).",
        'See <Link to="/docs/cup/">cups</Link>.',
        "See [[The cup#Handles]].",
        "In the previous part ← [cups](cup.md) → the next.",
        "Previous posts told of [cups](cup.md); the next post will too.",
        "- Previous: [cups](cup.md), and next week's",
        "<pre-order>[cups](cup.md)</pre-order>",
        "<pre>[tins](tin.md)</pre> See [cups](cup.md). <!-- What <!-- is left --> out",
    ],
)
def test_a_link_in_each_form_names_its_article_once(body):
    """Of Markdown, HTML, wikis and generators."""
    assert linked(body) == ["docs/cup"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "No link, though it names the cup and docs/cup.md.",
        "![a cup](cup.md)",
        "![[cup]]",
        "[cups](#cup), [write](mailto:cup@example.org), [elsewhere](https://example.org/docs/cup)",
        "[itself](tea.md)",
        "[The cup](the-bowl.md), [x](<The cup>)",
        "[api](/api/cup), [code](../src/cup)",
        "[Ida]: cup of tea",
        "`[[cup]]`, \\[cups](cup.md), <!-- [cups](cup.md) -->",
        "[broken](https://[cup), [odd](http://:cup)",
        "```\n[cups](cup.md)\n```",
        '<pre class="code">\n[cups](cup.md)\n\n<a href="cup.md">cups</a>\n</pre>',
        "Previous: [The bowl](bowl.md) | Next: [The cup](cup.md)",
        "- **[Previous](bowl.md)** · **[Next page](cup.md)**",
        "[← Previous: The bowl](bowl.md) [Next →](cup.md)",
        "Next: [The cup](cup.md) / Previous: [The bowl](bowl.md)",
        "[← Der Napf](bowl.md) | [Die Tasse →](cup.md)",
    ],
)
def test_what_leads_to_no_other_article_is_no_link(body):
    """Pictures, what others embed, places, other sites, code, the pages before and behind; a title counts in wikis."""
    assert linked(body) == []


def test_a_link_by_slug_alone_is_one_in_wikis_and_templates_only():
    """A path in a text may be that of anything; one of the site names its folders."""
    far = Article(id="b/notes/far", path="b/notes/far.md", title="Far", url="")
    article = Article(id="a/tea", path="a/tea.md", title="Tea")
    matcher = EntryMatcher([article, far])

    def found(body: str) -> list[str]:
        return linked_articles(Article(id="a/tea", path="a/tea.md", title="Tea", body=body), matcher)

    assert found("[far](far.md)") == found("[far](/x/far.md)") == []
    assert found("[[far]]") == found('{{< ref "far" >}} [far]({{< ref "far.md" >}})') == ["b/notes/far"]
    assert found("[far](/notes/far.md)") == ["b/notes/far"]


@pytest.mark.parametrize("opening", ["<!--", "<pre>", "←", "previous ", "[[", "[a]("])
def test_thousands_of_openings_that_nothing_closes_take_no_time(opening):
    """Each is looked at once, and what is linked behind them is found."""
    assert linked(f"{opening * 50_000}\n\n[cups](cup.md)") == ["docs/cup"]
