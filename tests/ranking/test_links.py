"""Links between articles' texts, as a reader's approval counts them."""

import dataclasses

import pytest

from recommender import Article, Corpus, Recommender, load_model

_GREEN, _BLACK = "Brewing green tea in a pot", "Brewing black tea in a pot"


def article(name: str, title: str, body: str = "") -> Article:
    """An article with an address."""
    return Article(id=name, title=title, url=f"/{name}/", body=body)


SITE = [
    article("green", _GREEN, "Kettles of [tin](/tin/) and [more](/gears/)."),
    article("tin", "Kettles of tin for tea"),
    article("zinc", "Kettles of zinc for tea"),
    article("gears", "Gears and chains"),
    *(article(f"hill-{number}", f"A ride up hill number {number}") for number in range(8)),
]


def scores(rec: Recommender, asked: Article | str) -> dict[str, float]:
    """The score of each article that has anything in common."""
    return {one.article_id: one.score for one in rec.suggest(asked, k=20, min_score=0)}


@pytest.fixture
def rec() -> Recommender:
    """A site with two links."""
    return Recommender().fit(Corpus(SITE))


def test_a_link_raises_the_chance_in_both_directions(rec):
    """Tin and zinc are as near by their words; and it is said why."""
    found = scores(rec, "green")
    assert found["tin"] > 1.2 * found["zinc"]
    assert scores(rec, "tin")["green"] > 1.2 * scores(rec, "zinc")["green"]
    assert "this article links to it in its text" in rec.explain("green", "tin").sentences
    assert "it links to this article in its text" in rec.explain("tin", "green").sentences
    assert rec.explain("green", "tin").signals["linked"] > 0
    assert "linked" not in rec.explain("green", "zinc").signals


def test_a_link_to_what_has_nothing_in_common_suggests_nothing(rec):
    """It may be a word of thanks."""
    assert "gears" not in scores(rec, "green")


def partners(*articles: Article, asked: str) -> set[str]:
    """The articles with a link between them and one of a site, by what is said of them."""
    rec = Recommender().fit(Corpus(articles))
    return {one.id for one in articles if one.id != asked and "linked" in rec.explain(asked, one.id).signals}


def test_what_every_page_links_to_is_no_nearer_unless_it_links_back():
    """Such as how to install it."""
    needed = article("tin", "Kettles of tin", "See [number 3](/tea-3/).")
    linking = [article(f"tea-{number}", f"Tea number {number}", "First see [tin](/tin/).") for number in range(6)]
    assert partners(needed, *linking, asked="tin") == {"tea-3"}
    assert partners(needed, *linking, asked="tea-3") == {"tin"}
    assert partners(needed, *linking, asked="tea-4") == set()
    assert partners(needed, *linking[:3], asked="tin") == {"tea-0", "tea-1", "tea-2"}


def test_a_list_of_links_is_nearer_only_to_what_links_back():
    """An archive, or a newsletter."""
    teas = [article(f"tea-{number}", f"Tea number {number}") for number in range(15)]
    back = dataclasses.replace(teas[3], body="Also in the [archive](/archive/).")
    archive = article("archive", "Tea, all of it", " ".join(f"[{one.id}]({one.url})" for one in teas))
    assert partners(*teas[:3], back, *teas[4:], archive, asked="archive") == {"tea-3"}
    assert partners(*teas[:3], back, *teas[4:], archive, asked="tea-5") == set()


def test_a_linked_article_is_looked_at_however_many_are_nearer():
    """It may share less than hundreds do; that nobody may suggest is not, and an update changes no state in use."""
    many = [article(f"tea-{number}", f"Brewing green tea {number} in a pot") for number in range(300)]
    hidden = dataclasses.replace(article("zinc", "A pot of zinc"), is_published=False)
    asked = article("green", "Brewing green tea in a pot", "In [tin](/tin/) or [zinc](/zinc/).")
    rec = Recommender().fit(Corpus([*many, article("tin", "A pot of tin"), hidden, asked]))
    found = [one.article_id for one in rec.suggest("green", k=400, min_score=0)]
    assert "tin" in found
    assert "zinc" not in found
    before = rec._fitted().state
    rec.update(removed=["tin"])
    assert before.links.links["green"] == ("tin", "zinc")
    assert before.links.linked_from["tin"] == ("green",)


def test_links_of_drafts_updates_and_saved_models_are_those_of_the_batch(rec, tmp_path):
    """A removed article's links are gone, and a changed one's are read again."""
    draft = article("black", _BLACK, "In [tin](/tin/), once more.")
    as_draft = scores(rec, draft)
    assert as_draft["tin"] > 1.2 * as_draft["zinc"]
    rec.update(added=[draft])
    assert scores(rec, "black") == as_draft
    assert scores(rec, "tin")["black"] > 1.2 * scores(rec, "zinc")["black"]
    rec.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert scores(loaded, "tin") == scores(rec, "tin")
    for one in (rec, loaded):
        one.update(added=[dataclasses.replace(draft, body="In tin, once more.")], removed=["green"])
        assert "linked" not in one.explain("tin", "black").signals


def test_an_edited_article_is_told_of_the_links_that_it_has_now(rec):
    """As a draft under its own id it is asked about as it is typed, not as it was read."""
    answering = article("tin", "Kettles of tin for tea", "Better than the [green](/green/) one.")
    assert "the two link to each other in their text" in rec.explain(answering, "green").sentences
    assert "this article links to it in its text" not in rec.explain(article("green", _GREEN), "tin").sentences
