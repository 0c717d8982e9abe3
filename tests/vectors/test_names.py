"""Which words are names, by how editors write them inside sentences."""

import pytest

from recommender import Article
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
