"""Which words are names, by how editors write them inside sentences, and which letters, numbers and verbs are."""

import pytest

from recommender import Article, Corpus, Recommender
from recommender.vectors.text import analyzer_for, names_in
from recommender.vectors.tfidf import FieldVectorizer


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        ("We asked Lipton about tea.", "lipton", True),
        ("We asked Lipton about tea.", "tea", False),
        ("Tea is good. Tea is warm: Tea is cheap.", "tea", False),  # only ever at the start of a sentence
        ("they said “Tea” and (Tea) and - Tea", "tea", False),  # what a quotation starts with may have a capital
    ],
)
def test_a_capital_inside_a_sentence_makes_a_name(text, term, expected):
    """At the start of one every word has a capital."""
    assert (term in names_in([(text, analyzer_for("en"), "")] * 3)) == expected


def test_a_word_must_be_met_often_enough_and_nearly_always_with_a_capital():
    """Twice is chance; and a word that is written both ways is a word."""
    met, word = (f"we met {name} here" for name in ("Assam", "assam"))
    for texts, expected in (([met] * 2, False), ([met] * 3, True), ([*[met] * 3, word], False)):
        assert ("assam" in names_in([(text, analyzer_for("en"), "") for text in texts])) == expected


def test_the_words_of_titles_and_excerpts_are_marked():
    """By the excerpts, for titles have capitals everywhere; character n-grams and topics are no names."""
    articles = [
        Article(id=f"a{n}", title="Why Assam Tea Is Strong", excerpt="The tea from Assam is strong.", topics=("Assam",))
        for n in range(3)
    ]
    vectorizer = FieldVectorizer(language="en").fit(articles)
    vectorizer.fit_comparison(articles)
    marked = vectorizer.term_names[: len(vectorizer.is_name)][vectorizer.is_name].tolist()
    assert len(vectorizer.is_name) == vectorizer.n_words
    assert marked == ["assam"]


UNRELATED = [
    "Growing garlic in pots",
    "Rain floods the harbour",
    "The ferry has a new captain",
    "Choir sings for a roof",
]


def are_shown(one, other, *topics):
    """Whether two articles with these titles, among others, are shown under each other."""
    titles = [one, other, *UNRELATED]
    articles = [Article(id=title, title=title, topics=topics if title in (one, other) else ()) for title in titles]
    recommender = Recommender().fit(Corpus(articles, site_language="en"))
    found = {title: [each.article_id for each in recommender.suggest(title)] for title in (one, other)}
    assert (other in found[one]) == (one in found[other])
    return other in found[one]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Errors in Go", "Tests with Go", True),
        ("Where to Go at Easter", "How to Go Vegan", False),
        ("Where you go at Easter", "Now you can go vegan", False),
        ("Errors in C", "Pointers in C", True),
        ("X sues a rival", "Stars leave X for a rival's place", True),
        ("Vitamin D tablets", "Councils ask more of Band D", False),
        ("Malcolm X remembered", "A lawyer of Generation X", False),
        ("Man, 34, held over theft of church lead", "Number 34 bus diverted for six weeks", False),
        ("Repairs of the 737", "A 737 has landed on a field", True),
    ],
)
def test_a_letter_a_number_or_go_relates_articles_where_it_is_a_name(one, other, expected):
    """Not as a verb, as an age, or behind the noun that it belongs to."""
    assert are_shown(one, other) == expected


@pytest.mark.parametrize("topic", ["go", "r", "R", "IT", "who"])
def test_a_topic_is_a_name_however_short(topic):
    """Where a text would have a verb, a letter or a pronoun."""
    one, other = "Patterns that scale", "A table for each case"
    assert are_shown(one, other, topic)
    assert not are_shown(one, other)
