"""Articles as rows of numbers: fields of text, and what they are about."""

import dataclasses

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender import Article, Corpus, Recommender
from recommender.articles import RelatedEntry
from recommender.settings import FieldSettings, LettersSettings, VectorsSettings
from recommender.text import templates
from recommender.text.templates import common_topics
from recommender.text.words import analyzer_for, char_ngrams
from recommender.vectors.counts import FIELD_NAMES
from recommender.vectors.meaning import N_MEANING
from recommender.vectors.tfidf import FieldVectorizer

ARTICLES = [
    Article(id="a", title="Green tea", excerpt="Water below the boil.", topics=("Tea",)),
    Article(id="b", title="Black tea", excerpt="Boiling water, four minutes.", topics=("Tea",)),
    Article(id="c", title="City bicycle", excerpt="Three gears.", topics=("Bicycles", "City life")),
    Article(id="d", title="", excerpt=""),
]
KINDS = {field.name: field.type for field in dataclasses.fields(VectorsSettings) if field.name in FIELD_NAMES}


def only(**parts):
    """The settings of a vectorizer that has these fields, or `meaning`, and no others."""
    return VectorsSettings(**{**{name: kind(weight=0) for name, kind in KINDS.items()}, "meaning": 0, **parts})


def whole(vectors):
    """Rows with all their columns, sparse and dense, side by side."""
    return np.hstack([vectors.terms.toarray(), vectors.dense]).astype(float)


def similarity(vectors, a, b):
    """The product of two rows."""
    return float(whole(vectors)[a] @ whole(vectors)[b])


def assert_same(one, other):
    """The same rows to the last bit."""
    for part in ("indptr", "indices", "data"):
        assert getattr(one.terms, part).tolist() == getattr(other.terms, part).tolist()
    assert one.dense.tolist() == other.dense.tolist()


def test_rows_have_length_one_or_zero():
    """An article without a known term is a row of zeros, not an error."""
    lengths = np.linalg.norm(whole(FieldVectorizer().fit_transform(ARTICLES)), axis=1)
    assert lengths == pytest.approx([1, 1, 1, 0], abs=1e-6)
    # Of thousands of small weights too.
    long = [Article(f"{n}", title="Tea", body=" ".join(f"word{n * m}" for m in range(2000))) for n in (1, 2)]
    assert np.linalg.norm(whole(FieldVectorizer().fit_transform(long)), axis=1) == pytest.approx([1, 1], abs=1e-7)


def test_a_single_field_is_what_scikit_learn_makes():
    """The same terms through a plain `TfidfVectorizer` give the same cosines."""
    ours = whole(FieldVectorizer(only(letters=LettersSettings(ngram_range=(3, 4)))).fit_transform(ARTICLES))
    theirs = TfidfVectorizer(analyzer=lambda text: char_ngrams(text, (3, 4)), sublinear_tf=True).fit_transform(
        [f"{article.title} {article.excerpt}" for article in ARTICLES]
    )
    assert ours @ ours.T == pytest.approx((theirs @ theirs.T).toarray(), abs=1e-6)


def test_phrases_are_words_side_by_side():
    """In one title or one excerpt, function words left out; where words have no spaces there are none."""
    articles = [
        Article("a", title="Tea with machine learning", excerpt="Cups and saucers."),
        Article("b", title="Machine learning", excerpt="Tea for the machine."),
        Article("c", title="Learning of the machine", excerpt="Learning tea."),
        Article("d", title="茶の本", excerpt="茶の本", language="ja"),
    ]
    vectors = FieldVectorizer(only(phrases=FieldSettings()))
    rows = vectors.fit_transform(articles)
    assert [similarity(rows, 0, other) > 0 for other in (1, 2, 3)] == [True, False, False]
    assert sorted(vectors.field("phrases").columns) == [
        "cup saucer", "learn machin", "learn tea", "machin learn", "tea machin"
    ]  # fmt: skip


def test_the_product_of_two_rows_is_the_weighted_mean_of_the_parts_cosines():
    """Weights 3, 1 and 2, of which letters count as far as the site is large: by n / (n + 50)."""
    alone = [
        FieldVectorizer(only(**part)).fit_transform(ARTICLES)
        for part in ({"words": FieldSettings()}, {"letters": LettersSettings(ngram_range=(3, 4))}, {"meaning": 1})
    ]
    settings = only(words=FieldSettings(weight=3), letters=LettersSettings(ngram_range=(3, 4)), meaning=2)
    joined = FieldVectorizer(settings).fit_transform(ARTICLES)
    words, letters, meaning = (similarity(one, 0, 1) for one in alone)
    part = len(ARTICLES) / (len(ARTICLES) + 50)
    expected = (3 * words + part * letters + 2 * meaning) / (3 + part + 2)
    assert similarity(joined, 0, 1) == pytest.approx(expected, abs=1e-6)


def test_equal_texts_have_similarity_one():
    """Also where a field is missing in both."""
    twins = [Article(id="a", title="Green tea"), Article(id="b", title="Green tea"), ARTICLES[2]]
    assert similarity(FieldVectorizer().fit_transform(twins), 0, 1) == pytest.approx(1, abs=1e-6)


def test_a_vectorizer_that_is_fitted_again_knows_nothing_of_before():
    """As scikit-learn's."""
    vectorizer = FieldVectorizer().fit(ARTICLES)
    names = vectorizer.term_names.tolist()
    assert vectorizer.fit(ARTICLES[:2]).term_names.tolist() == FieldVectorizer().fit(ARTICLES[:2]).term_names.tolist()
    assert vectorizer.fit(ARTICLES).term_names.tolist() == names


def test_restored_vectorizer_gives_the_same_rows():
    """Language, terms, frequencies and centre are all there is to it."""
    fitted = FieldVectorizer().fit(ARTICLES * 4)
    assert fitted.transform(ARTICLES).dense.shape[1] == N_MEANING
    restored = FieldVectorizer().restore(*fitted.state())
    assert_same(restored.transform(ARTICLES), fitted.transform(ARTICLES))
    assert list(restored.term_names) == list(fitted.term_names)
    for one, other in zip(restored.fields, fitted.fields, strict=True):
        assert (one.name, one.start, one.stop, one.weight) == (other.name, other.start, other.stop, other.weight)
        assert one.n_having.tolist() == other.n_having.tolist()


def test_languages_share_no_term_unless_told():
    """The same word in two languages is two terms; `cross_language` makes it one."""
    pair = [
        Article(id="a", title="Hotel Berlin", language="en"),
        Article(id="b", title="Hotel Berlin", language="de"),
        Article(id="c", title="Hotel Paris", language="en"),
    ]
    assert similarity(FieldVectorizer().fit_transform(pair), 0, 1) == 0
    assert similarity(FieldVectorizer(VectorsSettings(cross_language=True)).fit_transform(pair), 0, 1) > 0.7


def test_a_draft_in_a_language_that_the_site_lacks_has_no_known_term():
    """Rather than sharing character n-grams by chance."""
    vectorizer = FieldVectorizer().fit(ARTICLES)
    assert vectorizer.transform([Article(id="x", title="Green tea", language="fr")]).terms.nnz == 0


def test_the_curated_list_never_reaches_the_text():
    """A telltale word in an entry changes no vector."""
    entry = RelatedEntry(title="telltale", excerpt="telltale", url="https://x.example/telltale", target="telltale")
    with_list = [
        Article(id=a.id, title=a.title, excerpt=a.excerpt, topics=a.topics, related=(entry,)) for a in ARTICLES
    ]
    assert_same(FieldVectorizer().fit_transform(with_list), FieldVectorizer().fit_transform(ARTICLES))


def test_a_corpus_without_any_word_is_no_error():
    """No field has a term, and every row is empty."""
    vectorizer = FieldVectorizer()
    assert whole(vectorizer.fit_transform([Article(id="a"), Article(id="b")])).shape == (2, 0)
    assert whole(vectorizer.transform([ARTICLES[0]])).shape == (1, 0)
    assert vectorizer.field("words").rarity.shape == (0,)


def test_terms_of_more_than_half_of_the_articles_are_not_telling():
    """They would say nothing in an explanation."""
    articles = [Article(id=str(n), title=f"Harbour {word}") for n, word in enumerate(["tea", "coffee", "milk", "rain"])]
    vectorizer = FieldVectorizer(only(words=FieldSettings())).fit(articles)
    telling = dict(zip(vectorizer.term_names, vectorizer.telling_terms(), strict=True))
    assert telling == {"harbour": False, "tea": True, "coffe": True, "milk": True, "rain": True}
    assert FieldVectorizer().fit(articles[:2]).telling_terms().all(), "what two articles share, those two share"


def test_surface_forms_are_the_words_of_the_article():
    """By term, the first form of each."""
    vectorizer = FieldVectorizer().fit(ARTICLES)
    article = Article(id="x", title="Ferries and the ferry")
    assert vectorizer.reader.surface_forms(article, "title") == {"ferri": "Ferries"}


def test_words_are_stemmed_where_letters_cannot_bridge_their_endings():
    """On a site of fewer than fifty articles, where letters count little; a larger one needs no stems."""
    title = Article(id="x", title="Ferries")
    for n_articles, terms in ((49, ["ferri"]), (50, ["ferries"])):
        articles = [Article(id=str(n), title=f"Ferry {n}") for n in range(n_articles)]
        assert FieldVectorizer().fit(articles).reader.terms(title, "title") == terms


def test_what_a_template_adds_says_nothing():
    """A site's name behind a title, a sentence that excerpts share, and the number of a list's ways."""
    things = ("Lavender", "Chains", "Wills", "Scones")
    articles = [
        Article(id=thing, title=f"5 {thing} | Hill Farm", excerpt=f"All of {thing}. Read us daily!") for thing in things
    ]
    reader = FieldVectorizer().fit(articles).reader
    assert [reader.text(articles[0], field) for field in ("title", "excerpt")] == ["Lavender", "All of Lavender."]
    # Three may have it by chance; what stands before the mark, or all of the title, is never taken away.
    reader = FieldVectorizer().fit(articles[:3]).reader
    assert reader.text(articles[0], "title") == "Lavender | Hill Farm"
    assert reader.text(Article(id="x", title="1984 - 3.10"), "title") == "1984 - 3.10"


def test_the_name_of_a_series_says_nothing_where_half_of_all_titles_begin_with_it():
    """Whatever its number; a title that is nothing else keeps it."""
    titles = ["Monday notes 1: roof", "Monday notes 12: piano", "Monday notes 3: roof again", "Monday notes 4: tax"]
    articles = [Article(id=title, title=title) for title in [*titles, "Monday notes 5", "A piano: how to tune it"]]
    reader = FieldVectorizer().fit(articles).reader
    told = [reader.text(article, "title") for article in articles]
    assert told == ["roof", "piano", "roof again", "tax", "Monday notes 5", "A piano: how to tune it"]
    reader = FieldVectorizer().fit([*articles, *(Article(id=f"{n}", title=f"Roof {n}") for n in range(3))]).reader
    assert reader.text(articles[0], "title") == titles[0]
    releases = [Article(id=number, title=f"Release {number}") for number in ("1.0", "1.1", "1.10", "2.0")]
    assert FieldVectorizer().fit(releases).reader.text(releases[2], "title") == "1.10"


@pytest.mark.parametrize("of", ["(1/4)", "(2 of 4)", "Part 3", "Teil 1", "pt. 2"])
def test_parts_of_one_story_keep_its_name(of):
    """They tell one story, and on a young site are most of all that there is."""
    parts = [Article(id=what, title=f"Building a dinghy {of}: {what}") for what in ("wood", "frames", "paint", "oars")]
    reader = FieldVectorizer().fit([*parts, Article("tax", title="Tax")]).reader
    assert reader.text(parts[0], "title") == parts[0].title


@pytest.mark.parametrize("name", ["Noticias del barrio", "Notes 3/4", "Crónica del lunes 3"])
def test_a_date_or_the_name_of_a_column_makes_no_part(name):
    """They stand before whatever it tells this week."""
    notes = [Article(id=what, title=f"{name}: {what}") for what in ("wood", "frames", "paint", "oars")]
    assert FieldVectorizer().fit([*notes, Article("tax", title="Tax")]).reader.text(notes[0], "title") == "wood"


def test_keywords_without_end_are_not_the_text():
    """What a system fills in for many articles, as for search engines, does not outweigh what they tell."""
    keywords = tuple(f"keyword{n}" for n in range(40))
    bees = [Article(f"bees-{n}", title="Bees in the hive", topics=keywords if n else ()) for n in range(2)]
    knots = [Article(f"knots-{n}", title="Knots for a rope", topics=keywords) for n in range(2)]
    others = [Article(f"{n}", title=f"Note {n}") for n in range(40)]
    rows = FieldVectorizer(only(words=FieldSettings()), "en").fit_transform([*bees, *knots, *others])
    assert similarity(rows, 1, 0) > 0.4
    assert similarity(rows, 1, 2) < 0.8


def test_a_sentence_that_some_bodies_of_a_small_site_have_says_nothing():
    """Below each press release stands who the company is; a short line may stand under several poems."""
    about = "**About Norvik.** Norvik builds and repairs ships in Bergen."
    titles = ["A ferry", "Finance", "A prize", "The quarter", "Afloat"]
    releases = [Article(title, title=title, body=f"News of {title}.\n\n{about}\n\nBergen") for title in titles]
    others = [Article(f"{n}", title=f"Harbour {n}", body=f"Boats sleep {n}.") for n in range(6)]
    reader = FieldVectorizer(language="en").fit([*releases, *others]).reader
    assert reader.shown_text(releases[0], "body") == "News of A ferry. Bergen"


def test_what_stands_in_a_few_bodies_is_no_rarer_for_the_articles_without_one():
    """Two texts are less alike among fifty titles than among fifty texts, which tell how common their letters are."""
    said = "the morning was grey and we walked on along the river until somebody found the bridge"
    two = [Article("1", title="Harbour", body=f"Boats. {said}."), Article("2", title="Pasta", body=f"Flour. {said}.")]
    titles = [Article(f"t{number}", title=f"Word{number} and thing{number}") for number in range(50)]
    apart = [Article(f"b{number}", title=f"Word{number}", body=f"thing{number} " * 9) for number in range(50)]
    among_titles, among_texts = (
        similarity(FieldVectorizer().fit_transform([*two, *others]), 0, 1) for others in (titles, apart)
    )
    assert among_titles < 0.7 * among_texts


def test_a_day_is_no_title():
    """Notes of each day are called by it, and tell of anything."""
    notes = [Article(day, title=day, excerpt="") for day in ("2024-09-08", "2024-09-09", "2024_09_10", "2024年9月8日")]
    reader = FieldVectorizer(language="en").fit([*notes, Article("1984", title="1984")]).reader
    assert [reader.text(one, "title") for one in notes] == [""] * 4
    assert reader.text(Article("1984", title="1984"), "title") == "1984"


def test_a_picture_in_the_text_takes_no_words_place():
    """Its letters are no words, however many they are, and the text below it is read."""
    picture = "![Sky](data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUg" * 10_000 + ")"
    article = Article("a", title="Telescope", body=f"{picture}\n\nA mirror of ten inches.")
    reader = FieldVectorizer(VectorsSettings(body_words=20), "en").fit([article]).reader
    assert reader.terms(article, "body")[-3:] == ["mirror", "ten", "inch"]
    assert not [term for term in reader.terms(article, "body_letters") if "ivbor" in term]


@pytest.mark.parametrize(
    ("n_articles", "n_having", "is_text"), [(10, 3, 1), (10, 4, 0), (40, 8, 1), (40, 9, 0), (200, 20, 1)]
)
def test_a_topic_of_a_fifth_of_a_small_site_is_no_section_of_it(n_articles, n_having, is_text):
    """Six of forty recipes are with pasta; on a large site a tenth of all have the topic of a section."""
    articles = [Article(f"{n}", title="Note", topics=("Pasta",) if n < n_having else ()) for n in range(n_articles)]
    assert common_topics(articles) == (frozenset() if is_text else {"pasta"})


def test_topics_that_few_articles_have_are_text():
    """What all of a part of the site have, and what the settings leave out, says nothing of a subject."""
    articles = [Article(f"{n}", title=f"Note {n}", topics=("Garden", "Featured")) for n in range(36)]
    articles += [
        Article("a", title="Queens", topics=("Garden", "Beekeeping", "News &amp; views")),
        Article("b", title="Beekeeping"),
    ]
    vectorizer = FieldVectorizer(only(words=FieldSettings(), ignore_topics=("news & views",)), "en").fit(articles)
    assert vectorizer.reader.text(articles[-2], "topics") == "beekeeping"
    rows = vectorizer.transform(articles)
    assert similarity(rows, -2, -1) > 0.3
    restored = FieldVectorizer(vectorizer.settings).restore(*vectorizer.state())
    assert_same(restored.transform(articles), rows)


def test_a_row_alone_is_to_the_last_bit_the_row_of_the_fit():
    """One article or all: with bodies or without, with embeddings."""
    texts = ["green tea tea tea leaves", "black tea, black cup", "a city bicycle", "", "ferries and ferry crossings"]
    articles = [
        Article(id=f"a{n}", title=text, excerpt=f"{text} {text} {texts[n % 3]}", body=text * n)
        for n, text in enumerate(texts * 2)
    ]
    vectorizer = FieldVectorizer(language="en")
    fitted = vectorizer.fit_transform(articles)
    together = vectorizer.transform(articles)
    for row, article in enumerate(articles):
        for other in (vectorizer.transform([article]), together[np.array([row])]):
            assert_same(other, fitted[np.array([row])])


def test_frequencies_are_those_of_scikit_learn():
    """Terms, their limits and their inverse document frequencies are to the last bit those of scikit-learn."""
    texts = [f"{'tea ' * (number % 4)} {'kettle' if number % 3 else 'gear'} w{number}" for number in range(30)]
    options = LettersSettings(ngram_range=(3, 3), min_df=2, max_df=0.7)
    ours = FieldVectorizer(only(letters=options), "en")
    ours.fit([Article(id=str(number), title="", excerpt=text) for number, text in enumerate(texts)])
    theirs = TfidfVectorizer(analyzer=lambda text: char_ngrams(text, (3, 3)), min_df=2, max_df=0.7, dtype=np.float32)
    theirs.fit([f" {text}" for text in texts])
    assert list(ours.term_names) == list(theirs.get_feature_names_out())
    assert ours.state()[1]["rarity_letters"].tolist() == theirs.idf_.tolist()


@pytest.mark.parametrize(
    ("language", "rare", "everyday"),
    [("en", "samovar", "year"), ("hr", "čajnik", "ljudi"), ("sr", "чајник", "људи"), ("no", "samovar", "mennesker")],
)
def test_general_language_decides_which_words_are_rare_on_a_small_site(language, rare, everyday):
    """Two words that stand in one article each: the one that is rare in the language weighs more."""
    settings = only(words=FieldSettings())
    vectorizer = FieldVectorizer(settings, language).fit([Article(id="a", title=rare), Article(id="b", title=everyday)])
    rarity = dict(zip(vectorizer.term_names, vectorizer.field("words").rarity.tolist(), strict=True))
    first, second = (rarity[analyzer_for(language).terms(word)[0]] for word in (rare, everyday))
    assert first > 1.5 * second
    assert vectorizer.field("words").n_having.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "ja",
            [
                ("新幹線で金沢へ", "二時間半の旅。"),
                ("金沢の兼六園を歩く", "雪吊りが美しい。"),
                ("包丁の研ぎ方", "砥石を使う。"),
            ],
        ),
        ("zh", [("西湖边的早茶", "雨天也去。"), ("骑车绕西湖一圈", "两小时。"), ("怎么磨菜刀", "用磨刀石。")]),
        ("zh-Hant", [("臺灣的麵包店", "早上六點開門。"), ("在家做麵包", "兩小時。"), ("怎麼磨菜刀", "用磨刀石。")]),
    ],
)
def test_one_word_that_two_titles_share_relates_them_in_a_script_without_spaces(language, texts):
    """What language has for words weighs more than where two words meet, in simplified and traditional characters."""
    articles = [Article(f"a{n}", title=title, excerpt=text, language=language) for n, (title, text) in enumerate(texts)]
    found = dict(Recommender().fit(Corpus(articles)).suggest_all())
    assert [[one.article_id for one in found[name]] for name in ("a0", "a1", "a2")] == [["a1"], ["a0"], []]


@pytest.mark.parametrize(("n_articles", "least", "most"), [(3, 0.8, 1.0), (4, 0.6, 0.8), (12, 0.1, 0.3)])
def test_what_all_articles_name_tells_less_the_more_they_are(n_articles, least, most):
    """The town of a local paper relates no two of its articles; what four articles are all about may."""
    others = [4 * letter for letter in "abcdefghijkl"]

    def rarity(shared):
        titles = [f"Samovar {name}" if place in shared else name for place, name in enumerate(others[:n_articles])]
        fitted = FieldVectorizer(only(words=FieldSettings()), "en")
        fitted.fit([Article(id=title, title=title) for title in titles])
        return dict(zip(fitted.term_names, fitted.field("words").rarity.tolist(), strict=True))["samovar"]

    assert least <= rarity(range(n_articles)) / rarity(range(1)) <= most


def test_years_and_digits_are_as_common_as_they_are():
    """A year, or a number of one digit, weighs less than a word of a title; a model number more than a year."""
    titles = ["Budget 2024", "Part 3", "Porsche 911"]
    articles = [Article(id=title, title=title) for title in titles]
    vectorizer = FieldVectorizer(only(words=FieldSettings()), "en").fit(articles)
    rarity = dict(zip(vectorizer.term_names, vectorizer.field("words").rarity.tolist(), strict=True))
    assert max(rarity["2024"], rarity["3"]) < rarity["budget"]
    assert rarity["911"] > 1.5 * rarity["2024"]


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Recipe squid"),
        ("en", "On Wednesday: samovar"),
        ("en", "Obituary and samovar"),
        ("en", "Dr samovar"),
        ("en", "FAQ and roundup: available samovar"),
        ("de", "Rezept Tintenfisch"),
        ("de", "Mittwoch Samowar"),
        ("fr", "Recette calmar"),
        ("fr", "samedi samovar"),
        ("pl", "środę samowar"),
        ("cs", "březnu samovar"),
        ("uk", "оголошення самовар"),
    ],
)
def test_what_many_headlines_have_weighs_little(language, title):
    """A form of text, a day or a month beside a subject, which stands last."""
    vectorizer = FieldVectorizer(only(words=FieldSettings()), language).fit([Article(id="a", title=title)])
    rarity = dict(zip(vectorizer.term_names, vectorizer.field("words").rarity.tolist(), strict=True))
    subject = analyzer_for(language).terms(title)[-1]
    assert all(2.5 * found < rarity[subject] for term, found in rarity.items() if term != subject)


def test_a_word_in_the_title_meets_the_same_word_in_an_excerpt():
    """The words of both are one space."""
    pair = [Article(id="a", title="Samovars"), Article(id="b", title="A note", excerpt="On samovars."), ARTICLES[2]]
    assert similarity(FieldVectorizer(only(words=FieldSettings()), "en").fit_transform(pair), 0, 1) > 0.3


@pytest.mark.parametrize(
    "line",
    [
        '@include "partials/anatomy/guidelines.md"',
        "import Kettle from '@site/kettles/anatomy';",
        "export const anatomy = {guidelines: 3}",
        '--8<-- "anatomy/guidelines.md"',
        ".. include:: anatomy-guidelines.rst",
        "    {!> ../anatomy/guidelines.md!}",
        '=== "Anatomy guidelines"',
    ],
)
def test_a_line_that_puts_something_else_in_is_no_text(line):
    """What stands around it is read, and a sentence that begins alike is text."""
    sentence = "Import duties on models of anatomy, say the guidelines, came from the north."
    article = Article("tea", title="Tea", body=f"About tea.\n{line}\n{sentence}")
    vectorizer = FieldVectorizer(language="en").fit([article])
    assert vectorizer.reader.shown_text(article, "body") == f"About tea. {sentence}"


def test_a_line_that_one_body_in_twenty_has_says_nothing():
    """Under eight titles; a line that a few have, as the parts of a series do, is text."""
    of_all, of_some = "Options inherited from the parent command.", "We grow herbs on a balcony."
    articles = [Article(str(n), title=f"Herb {n}", body=f"{of_all}\n  Sow it in week {n}.\n") for n in range(10)]
    articles += [Article(f"b{n}", title=f"Balcony {n}", body=f"{of_some}\nPot {n}.") for n in range(7)]
    vectorizer = FieldVectorizer(language="en").fit(articles)
    assert vectorizer.reader.shown_text(articles[3], "body") == "Sow it in week 3."
    assert vectorizer.reader.shown_text(articles[12], "body") == f"{of_some} Pot 2."
    commented = [dataclasses.replace(one, body=f"<!-- YAML\nadded: v1\n-->\n{one.body}") for one in articles]
    assert FieldVectorizer(language="en").fit(commented).reader.shown_text(commented[3], "body") == "Sow it in week 3."
    of_one_title = [dataclasses.replace(article, title="Herb") for article in articles]
    assert of_all in FieldVectorizer(language="en").fit(of_one_title).reader.shown_text(articles[3], "body")


def test_the_name_of_the_site_says_little_in_a_title():
    """Most name it in their text, and few in their title."""
    articles = [Article(str(n), title=f"Herb {n}", body=f"Grown with Teapotify in week {n}.") for n in range(20)]
    titled = [
        Article("a", title="Teapotify abroad", body="Far away."),
        Article("b", title="Teapotify at sea", body="Wet."),
    ]
    with_name = FieldVectorizer(only(words=FieldSettings(), body=FieldSettings()), "en").fit_transform(
        [*titled, *articles]
    )
    without = [dataclasses.replace(article, body="Grown in a week.") for article in articles]
    bare = FieldVectorizer(only(words=FieldSettings(), body=FieldSettings()), "en").fit_transform([*titled, *without])
    assert similarity(with_name, 0, 1) < 0.7 * similarity(bare, 0, 1)


def test_the_bodies_that_are_looked_at_do_not_depend_on_the_order(monkeypatch):
    """Of languages in turn both have their lines found."""
    monkeypatch.setattr(templates, "_MOST_BODIES", 40)
    lines = ["We are not liable.", "Wir haften nicht."]
    articles = [Article(str(n), title=f"Herb {n}", body=lines[n % 2]) for n in range(80)]
    found = templates.templates_of(articles, 100)
    assert found >= {*lines}
    assert templates.templates_of(articles[::-1], 100) == found


def test_an_excerpt_from_a_template_says_nothing():
    """What four articles with titles of their own have as their excerpt ties none of them to another."""
    template = "All that you should know about it, from our own garden desk."
    names = ["Rowan", "Clover", "Nettle", "Sorrel", "Yarrow"]
    articles = [Article(name, title=name, excerpt=f" {template}\n") for name in names]
    articles.append(Article("tea", title="A tea of nettle", excerpt="Young leaves, and water that just boils."))
    settings = VectorsSettings(letters=LettersSettings(weight=0), meaning=0)
    vectorizer = FieldVectorizer(settings, "en")
    rows = vectorizer.fit_transform(articles).terms
    assert (rows @ rows.T).toarray()[0].tolist() == pytest.approx([1, 0, 0, 0, 0, 0])
    assert (rows @ rows.T)[2, 5] > 0
    draft = Article("draft", title="Dandelion", excerpt=template)
    restored = FieldVectorizer(settings).restore(*vectorizer.state())
    assert restored.transform([draft]).terms.nnz == vectorizer.transform([draft]).terms.nnz == 0
    # A text that a few have is a story that a few tell.
    assert FieldVectorizer(settings, "en").fit_transform(articles[3:]).terms[0, :].nnz > 1
