"""Which words are names, by how editors write them inside sentences, and which letters, numbers and verbs are."""

import pytest

from recommender import Article, Corpus, Recommender
from recommender.text.function_words import without_rubric
from recommender.text.names import names_in
from recommender.text.words import analyzer_for
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
    assert len(vectorizer.is_name) == len(vectorizer.field("words").columns)
    assert marked == ["assam"]


UNRELATED = [
    "Growing garlic in pots",
    "Rain floods the harbour",
    "The ferry has a new captain",
    "Choir sings for a roof",
]


def are_shown(one, other, *topics, language="en"):
    """Whether two articles with these titles, among others, are shown under each other."""
    titles = [one, other, *UNRELATED]
    articles = [Article(id=title, title=title, topics=topics if title in (one, other) else ()) for title in titles]
    recommender = Recommender().fit(Corpus(articles, site_language=language))
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
        ("Plots in R", "R: joining two tables", True),
        ("X sues a rival", "Stars leave X for a rival's place", True),
        ("Vitamin D tablets", "Councils ask more of Band D", False),
        ("X hides its likes", "Leaving X", True),
        ("Malcolm X remembered", "A lawyer of Generation X", False),
        ("Man, 34, held over theft of church lead", "Number 34 bus diverted for six weeks", False),
        ("Deploy a shop with Next.js", "Draw a globe with Three.js", False),
        ("Streams in Node", "Unit tests for Node.js", True),
        ("Repairs of the 737", "A 737 has landed on a field", True),
    ],
)
def test_a_letter_a_number_or_go_relates_articles_where_it_is_a_name(one, other, expected):
    """Not as a verb, as an age, or behind the noun that it belongs to."""
    assert are_shown(one, other) == expected


def test_the_verb_is_no_name_on_a_site_about_the_language():
    """Of the same articles those about Go are found, and what its verb begins or ends is not."""
    about = ["Errors in Go", "Tests written with Go", "Go generics, explained"]
    verbs = [
        "Go to the polls",
        "Where Did My Money Go?",
        "Here We Go Again: Rail Strikes",
        "Let It Go: a Hall Is Sold",
        "How to Go Vegan",
    ]
    articles = [Article(id=title, title=title) for title in (*about, *verbs, *UNRELATED)]
    for title, suggestions in Recommender().fit(Corpus(articles, site_language="en")).suggest_all():
        shown = {one.article_id for one in suggestions}
        assert shown == ({*about} - {title} if title in about else set())


@pytest.mark.parametrize("topic", ["go", "r", "R", "IT", "who"])
def test_a_topic_is_a_name_however_short(topic):
    """Where a text would have a verb, a letter or a pronoun."""
    one, other = "Patterns that scale", "A table for each case"
    assert are_shown(one, other, topic)
    assert not are_shown(one, other)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "Correction: the school timetable", "Correction: a rescue at sea"),
        ("en", "Opinion – Let the cafe stay", "Opinion – A bench for each street"),
        ("de", "[Korrektur] Der Fahrplan", "[Korrektur] Ein Rezept mit Kohl"),
        ("fr", "Édito : Le vélo", "Édito : Sauvons la gare"),
        ("ja", "【訂正】大学の学費", "【訂正】新しい駅"),
        ("de", "Pressemitteilung Nr. 12: Neue Halle", "Pressemitteilung Nr. 13: Bad im Winter zu"),
    ],
)
def test_what_a_text_is_relates_nothing_before_its_title(language, one, other):
    """Two corrections have nothing in common, nor have two opinions."""
    assert not are_shown(one, other, language=language)


def test_the_parts_of_a_series_are_related_whatever_it_is_called():
    """Words that every text has are a name where they stand before the number of a part."""
    assert are_shown("What we have, part 1: a start", "What we have, part 2: the end")
    assert are_shown("Things of old (1/3)", "Things of old (2/3)")
    said = str(Recommender().fit(Corpus(
        [Article(id=title, title=title) for title in ("What we have, part 1", "What we have, part 2", *UNRELATED)]
    )).suggest("What we have, part 1")[0].reason)  # fmt: skip
    assert "both name What we have in the title" in said


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("Opinion: let it stay", "let it stay"),
        ("Kubernetes: let it stay", "Kubernetes: let it stay"),
        ("Correction of the map", "Correction of the map"),
        ("Video", "Video"),
        ("Review 3:2", "Review 3:2"),
        (" " * 100_000, ""),
        ("速報：駅が開く", "駅が開く"),
        ("Live 12: the new browser", "Live 12: the new browser"),
        ("Analysis: limits of sequences", "Analysis: limits of sequences"),
        ("Quiz: set a time limit", "Quiz: set a time limit"),
        ("Review | Tea of Today", "Review | Tea of Today"),
    ],
)
def test_a_title_without_what_the_text_is(title, rest):
    """A subject before the colon stays, and so does a word of the title itself."""
    assert without_rubric(title, "ja" if title[0] == "速" else "en") == rest
