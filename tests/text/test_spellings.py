"""Short texts in many scripts find each other, however they are spelled."""

import unicodedata

import pytest

from recommender import Article, Corpus, Recommender
from recommender.text.stems import parts_of
from recommender.text.words import analyzer_for


@pytest.mark.parametrize(
    ("language", "title", "same", "other"),
    [
        ("en", "Anna’s kettle", "Anna's kettle boils", "The price of fuel"),
        ("fr", unicodedata.normalize("NFD", "Thé glacé à la crème"), "Crème glacée au thé", "Le prix de l'essence"),
        ("he", "שָׁלוֹם לַיְלָדִים בַּגִּנָּה", "שלום הילדים בגינה", "מחיר הדלק עולה"),
        ("ar", "كِتَابُ الشَّايِ الأخضر", "كتاب الشاي الاخضر", "سعر الوقود يرتفع"),
        ("fa", "چای سبز می‌نوشیم", "چاي سبز", "قیمت بنزین"),
        ("ru", "Зелёный ча́й и замо́к", "Зеленый чай за замком", "Цены на бензин растут"),
        ("uk", "П’ять сімей пʼють чай", "П'ять сімей п'ють каву", "Ціни на бензин"),
        ("el", "Πράσινο τσάι", "ΠΡΑΣΙΝΟ ΤΣΑΪ", "τιμή βενζίνης"),
        ("tr", "YEŞİL ÇAYIN FAYDASI", "yeşil çay içmek", "benzin fiyatı"),
        ("hi", "हरी चाय बनाना", "हरी चाय के फायदे", "पेट्रोल की कीमत"),
        ("ko", "녹차를 마시는 방법", "녹차는 몸에 좋다", "자동차가 비싸다"),
        ("ja", "ＰＹＴＨＯＮ入門 ｶﾞｲﾄﾞ", "Pythonのガイド", "車の価格"),
        ("zh", "绿茶的冲泡方法", "怎样冲泡绿茶", "汽车价格上涨"),
        ("zh-Hant", "綠茶的沖泡方法", "怎樣沖泡綠茶", "汽車價格上漲"),
        ("th", "วิธีชงชาเขียว", "ชาเขียวดีต่อสุขภาพ", "ราคารถยนต์สูงขึ้น"),
        ("vi", "Cách pha trà xanh", "Trà xanh tốt", "Giá xăng tăng"),
    ],
)
def test_one_spelling(language, title, same, other):
    """The article with the same words in another spelling is suggested, and the one without any is not."""
    texts = {"asked": title, "same": same, "other": other}
    corpus = Corpus(Article(id=name, title=text, language=language) for name, text in texts.items())
    suggestions = Recommender().fit(corpus).suggest("asked", min_score=0.05)
    assert [one.article_id for one in suggestions] == ["same"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("cs", "dům domu"),
        ("cs", "loď lodě"),
        ("da", "cykel cykler"),
        ("da", "træ træet træer"),
        ("da", "bog bogen bøger bøgerne"),
        ("da", "mand manden mænd mændene"),
        ("de", "Foto Fotos"),
        ("de", "Firma Firmen"),
        ("el", "ταξίδι ταξίδια"),
        ("en", "café cafe"),
        ("en", "matrix matrices"),
        ("es", "luz luces"),
        ("es", "lápiz lápices"),
        ("fi", "koira koiran koirille"),
        ("fr", "cœur coeur"),
        ("fr", "jeu jeux"),
        ("fr", "vélo vélos"),
        ("fr", "loyer loyers"),
        ("he", "כלב הכלב כלבים"),
        ("he", "תחנה תחנות"),
        ("hu", "híd hidat"),
        ("hu", "iskola iskolák"),
        ("it", "orto orti"),
        ("nb", "by byen byer"),
        ("nb", "vann vannet"),
        ("nb", "bok boken bøker bøkene"),
        ("nb", "mann mannen menn mennene"),
        ("nl", "fiets fietsen"),
        ("nl", "stad steden"),
        ("nl", "glas glazen"),
        ("pl", "rower roweru rowerze"),
        ("pl", "ogród ogrodu"),
        ("pl", "wypadek wypadki"),
        ("pt", "jardim jardins"),
        ("pt", "jornal jornais"),
        ("pt", "limão limões"),
        ("pt", "hotel hotéis"),
        ("pt", "fóssil fósseis"),
        ("pt", "perfil perfis"),
        ("pt", "lençol lençóis"),
        ("pt", "raiz raízes"),
        ("pt", "francês francesas franceses"),
        ("pt", "maionese maioneses"),
        ("pt", "ileso ilesa"),
        ("ru", "песок песка"),
        ("sv", "cykel cykla"),
        ("sv", "vatten vattnet"),
        ("sv", "skola skolan skolor"),
        ("sv", "tulpan tulpanen"),
        ("sv", "lön lönen"),
        ("da", "lån lånet"),
        ("tr", "ev evde evler"),
        ("sv", "nyckel nyckeln nycklar"),
        ("tr", "fındık fındığa"),
        ("uk", "борщ борщу"),
    ],
)
def test_one_word(language, words):
    """Forms of one word are one term."""
    assert len({*analyzer_for(language).terms(words)}) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "luces Lucas"),
        ("es", "cruz cruce"),
        ("nl", "gaten gaat"),
        ("pt", "meses mesa"),
        ("pt", "herói herol"),
        ("pt", "teses tês"),
        ("da", "søn sø"),
        ("da", "magnet mage"),
        ("sv", "roman roma"),
        ("sv", "kön kö"),
        ("sv", "banan bana"),
        ("sv", "magnet mage"),
        ("tr", "deniz dede"),
        ("tr", "altın al"),
    ],
)
def test_two_words(language, words):
    """What ends as a form of another word does stays a word of its own."""
    assert len({*analyzer_for(language).terms(words)}) == 2


@pytest.mark.parametrize(
    ("language", "compound", "parts"),
    [
        ("de", "Roggenbrot", ("Roggen", "brot")),
        ("de", "Haushaltsplan", ("Haushalt", "plan")),
        ("de", "Hundesteuer", ("Hunde", "steuer")),
        ("de", "Nordwind", ("Nord", "wind")),
        ("de", "hinterfragen", ()),
        ("de", "Menschen", ()),
        ("de", "Frühling", ()),
        ("de", "Haushalt", ()),
        ("fi", "ruisleipä", ("ruis", "leipä")),
        ("fi", "saunassa", ()),
        ("fi", "kasvojen", ()),
        ("hu", "kenyérsütés", ("kenyér", "sütés")),
        ("nl", "kaasmarkt", ("kaas", "markt")),
        ("sv", "lägenhetspriser", ("lägenhet", "priser")),
        ("ko", "김치찌개를", ("김치",)),
    ],
)
def test_parts_of_compounds(language, compound, parts):
    """A compound says both its words, but for a verb and for what is far commoner than they are."""
    assert parts_of(compound, language) == parts


def test_stop_words_are_spelled_as_the_words_are():
    """Greek ones have accents and a final sigma, which words are read without."""
    assert analyzer_for("el").terms("Το ψωμί της γιαγιάς") == analyzer_for("el").terms("ψωμί γιαγιάς")
