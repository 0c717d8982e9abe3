"""Text as it is compared."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.content.languages import language_of
from recommender.text import words
from recommender.text.markup import _HTML, _LIQUID, _without
from recommender.text.repair import repair
from recommender.text.words import Analyzer, analyzer_for, char_ngrams


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Border tech â€” what could go wrong?", "Border tech — what could go wrong?"),
        ("The townâ€™s harbour", "The town's harbour"),
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("<p>A <b>bold</b> plan</p>", "A bold plan"),
        ("<script>alert(1)</script>Plan", "Plan"),
        ("a < b and c > d", "a < b and c > d"),
        ("A **bold** _plan_ with `code`", "A bold plan with code"),
        ("snake_case stays", "snake_case stays"),
        ("# Heading\r\n\r\n- one\r\n- two", "Heading one two"),
        ("See [the plan](https://plan.example/a) now", "See the plan now"),
        ("![alt words](/a.png) text", "alt words text"),
        (
            '[![A cup]({{ site.url }}/img/2018-06/cup.jpg)](https://shop.example/2){: target="_blank"} of tea',
            "A cup of tea",
        ),
        ("zero\u200bwidth and soft\u00adhyphen", "zerowidth and softhyphen"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("The harbour opens ... Continue reading", "The harbour opens"),
        ("The harbour opens [...]", "The harbour opens"),
        ("The harbour opens…", "The harbour opens"),
        ("The harbour opens. Read more »", "The harbour opens."),
        ("The harbour opens. The post Harbour appeared first on Daily Gull.", "The harbour opens."),
        ("An earlier version of this story wrongly said that the ferry sails.", "that the ferry sails."),
        ("Read more about the harbour in the long report.", "Read more about the harbour in the long report."),
        ("{% include x.html %}Text {{ page.title }}", "Text"),
        ("<%= partial 'a > b' %>Text <% if a < b %>here", "Text here"),
        ("[Tea](/tea){.internal-link target=_blank} in {brackets} ![](/a.png){width=300}", "Tea in {brackets}"),
        (
            "{/* not said */}See {doc}`pot` and [a kettle].\n\n[a kettle]: kettles/iron.md 'Iron'",
            "See pot and [a kettle].",
        ),
        ("[Go](x){ .button } :tea::cup: {.NET people} set {n=1, two}", "Go {.NET people} set {n=1, two}"),
        ("``` code ``` stays\nnext", "code stays next"),
        ("[^1]: The pot.\n[Update]: the kettle boils.", "[^1]: The pot. [Update]: the kettle boils."),
        ("=== \"one\"\n\n    ```python hl_lines='1'\n    pour(tea)\n    ```", "one pour(tea)"),
        ("ＡＢＣ ﬁsh", "ABC fish"),
        (
            '[caption id="a_1" align="left"]A wasp[/caption] [vc_row el="2"]hums[/vc_row] [gallery ids="1,2"]',
            "A wasp hums",
        ),
        ("[gallery](/pictures) of [audio and video]", "gallery of [audio and video]"),
        ("Ask (anna.pot@tea.example) of tea@1.2, 'b@tea.example', @anna", "Ask ( ) of tea@1.2, 'b@tea.example', @anna"),
        (":rocket: Faster :+1: at 10:30:00 in std::mem::swap", "Faster at 10:30:00 in std::mem::swap"),
        ("", ""),
        (" \t\r\n", ""),
    ],
)
def test_repair_gives_the_text_a_reader_was_meant_to_see(typed, meant):
    """Damage, marks and boilerplate go; words stay."""
    assert repair(typed) == meant


@given(st.text())
def test_repair_never_fails_and_leaves_one_line(text):
    """Whatever is typed, the result has no line end, no doubled blank and no control character."""
    repaired = repair(text)
    assert repaired == " ".join(repaired.split())


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("en", "The ferries are running again", ["ferri", "run"]),
        ("en", "C++ and C# don't fear 5G", ["c++", "c#", "fear", "5g"]),
        ("en", "The town’s harbour", ["town", "harbour"]),
        ("en", "Tea v2.10.1, Tea 2.10.3 and 2.10", ["tea", "2.10", "tea", "2.10", "2.10"]),
        ("de", "127.0.0.1 am 28.11.2026 für 1.000.000", ["127.0.0.1", "28.11.2026", "1000000"]),
        ("en", "40,000 pounds for 1,5 or 12,34,567", ["40000", "pound", "1", "5", "12", "34", "567"]),
        ("ja", "版v3.10.2と", ["版", "3.10"]),
        ("en", "fixed in 9f0c3ab and 4b825dc642cb", ["fix"]),
        ("en", "face2face in 1234567 bytes", ["face2fac", "1234567", "byte"]),
        ("en", "Wolves, a wolf; women on buses, a woman on a bus", ["wolf", "wolf", "woman", "bus", "woman", "bus"]),
        ("en", "The U.S. and A.I., J.R.R. Tolkien", ["us", "ai", "jrr", "tolkien"]),
        ("en", "Tests of Node.js and app.json", ["nodej", "test", "node", "app", "json"]),
        ("en", "See the π of cakes", ["see", "π", "cake"]),
        ("en", "This guide covers wax. This guide rails", ["wax", "guid", "rail"]),
        ("en", "30 per cent, really", ["30", "cent"]),
        ("en", "A Ph.D. is a PhD", ["phd", "phd"]),
        ("en", "USB-C in C, an X-ray of X", ["usbc", "xray", "usb", "c", "ray", "x"]),
        ("de", "R-Code und C-Compiler", ["rcod", "ccompil", "r", "cod", "c", "compil"]),
        ("en", "A start-up will re-use it", ["startup", "reus", "start", "re", "use"]),
        ("en", "J. R. Hall, John F. Kennedy (A. B. Smith)", ["hall", "john", "kennedi", "smith"]),
        ("en", "Written in C. The R. of vitamin D.", ["written", "c", "r", "vitamin", "d"]),
        ("en", "E-mail by wi-fi, a long-term plan", ["email", "wifi", "mail", "wi", "fi", "long", "term", "plan"]),
        ("en", "AT&amp;T and R&D, who ask the WHO for IT", ["at&t", "r&d", "ask", "WHO", "IT"]),
        ("en", "Nobody asks everyone for something", ["ask"]),
        ("de", "Niemand sagt etwas", ["sagt"]),
        ("tr", "Bazı çay, şey", ["çay"]),
        ("he", "אבל תה", ["תה"]),
        ("it", "Di più", []),
        ("fr", "L'état et la parole", ["état", "parol"]),
        ("sv", "Höger eller vänster", ["hög", "vänst"]),
        ("es", "El empleo y la fuerza", ["emple", "fuerz"]),
        ("no", "Det er ikke en ferge", ["ferg"]),
        ("de", "Die Häfen und die Fähren", ["haf", "fahr"]),
        ("de-AT", "Die Häfen", ["haf"]),
        ("es", "Los puertos de la bahía", ["puert", "bah"]),
        ("ja", "日本語のDNS入門", ["日本", "本語", "語の", "dns", "入門"]),
        ("ja", "この本 and this book", ["の本", "book"]),
        ("ja", "バス・カード式", ["バス", "ス・", "・カ", "カー", "ード", "ド式", "カード"]),
        ("zh-CN", "域名", ["域名"]),
        ("zh", "DNS 的域名 和 API", ["dns", "的域", "域名", "api"]),
        ("ko", "있습니다 녹차", ["녹차"]),
        ("zh", "域", ["域"]),
        ("he", "סֵפֶר", ["ספר"]),
        ("he", "חומוס החומוס והחומוס", ["חומוס"] * 3),
        ("ar", "كِتَابٌ كتــاب", ["كتاب", "كتاب"]),
        ("ru", "Зелёный ча́й, зеленый чай", ["зелен", "ча", "зелен", "ча"]),
        ("uk", "П’ятниця сімей, пʼятниця п'ятниця", ["пятниц", "сім", "пятниц", "пятниц"]),
        ("uk", "велосипед велосипедом велосипеда", ["велосипед"] * 3),
        ("uk", "гора горами, Львова Львів", ["гор", "гор", "льв", "льв"]),
        ("sk", "mesto mestách, nového novým", ["mest", "mest", "nov", "nov"]),
        ("hr", "vlak vlakom vlakova", ["vlak"] * 3),
        ("sr", "Његош, Njegoš, у Београду", ["negoš", "negoš", "beograd"]),
        ("ko", "녹차를 녹차는 녹차", ["녹차", "녹차", "녹차"]),
        ("ko", "제주도 제주도의 고양이 고양이를", ["제주", "제주", "고양", "고양"]),
        ("ko", "김치찌개", ["김치찌개", "김치"]),
        ("de", "Haushaltsplan, Haushalt", ["haushaltsplan", "haushalt", "plan", "haushalt"]),
        ("de", "Kartoffeln und Verwaltung", ["kartoffel", "verwalt"]),
        ("nl", "fietspad, fiets", ["fietspad", "fiet", "pad", "fiet"]),
        ("hi", "हरी चाय", ["हर", "चाय"]),
        ("bn", "সবুজ চা", ["সবুজ", "চা"]),
        ("tr", "YEŞİL yeşil", ["yeşil", "yeşil"]),
        ("tr", "Kapadokya, Kapadokya’da, Kapadokya'nın", ["kapadokya"] * 3),
        ("el", "ΠΡΑΣΙΝΟΣ πράσινος", ["πρασιν", "πρασιν"]),
        ("fa", "چاي چای", ["چای", "چای"]),
        ("th", "ชาเขียว", ["ชา", "าเ", "เข", "ขี", "ีย", "ยว"]),
        ("xx", "Unknown tongues", ["unknown", "tongues"]),
        ("en", "", []),
        ("en", "of the and", []),
    ],
)
def test_words_are_cut_stopped_and_stemmed_by_language(language, text, terms):
    """Snowball where the language has it, pairs of characters where words have no spaces."""
    assert analyzer_for(language).terms(text) == terms


def test_stems_and_stop_words_can_be_left_alone():
    """Both are settings."""
    assert Analyzer("en", stem=False, stop_words=False).terms("The ferries") == ["the", "ferries"]


def test_a_term_remembers_how_it_stands_in_the_text():
    """Explanations show words, not stems."""
    assert list(analyzer_for("en").placed_terms("Running ferries")) == [(0, "Running", "run"), (8, "ferries", "ferri")]


def test_char_ngrams_stay_within_words():
    """Each word is padded by a blank; a short word gives itself, once."""
    assert char_ngrams("The tea", (3, 3)) == [" th", "the", "he ", " te", "tea", "ea "]
    assert char_ngrams("AI tea", (3, 5)) == [" ai", "ai ", " ai ", " te", "tea", "ea ", " tea", "tea ", " tea "]


@pytest.mark.parametrize(
    ("code", "site", "language"),
    [
        ("", "en-US", "en-us"),
        ("en", "en-US", "en-us"),
        ("en-US", "en", "en"),
        ("en_GB", "en-US", "en-gb"),
        ("pt-BR", "pt-PT", "pt-br"),
        ("de", "en-US", "de"),
        ("de-DE", "en-US", "de"),
        ("ja_JP", "en", "ja"),
        ("de-AT", "en", "de-at"),
        ("pt-BR", "en", "pt-br"),
        ("pt-PT", "pt-BR", "pt-pt"),
        ("nb", "no", "no"),
        ("no", "nb-NO", "nb-no"),
        ("nn", "no", "nn"),
        ("no", "en", "nb"),
        ("no-NO", "en", "nb"),
        ("", "", ""),
    ],
)
def test_a_bare_language_code_is_the_sites_own(code, site, language):
    """Two regions are translations of each other; a language at home needs no region, and Norwegian is Bokmål."""
    assert language_of(code, site) == language


def test_met_words_are_forgotten(monkeypatch):
    """An analyzer remembers words up to a number, and gives the same terms when it has forgotten them."""
    monkeypatch.setattr(words, "_MOST_MET", 3)
    analyzer = Analyzer("en")
    text = "The kettles sing, the cups ring; kettles and leaves of tea"
    assert analyzer.terms(text) == analyzer.terms(text) == Analyzer("en").terms(text)
    assert analyzer._term_of.cache_info().currsize <= 3


@given(st.text(alphabet="aZ9é日本ひ +#'’-_C\u00ad\n"))
def test_the_words_of_ascii_are_found_as_those_of_any_text(text):
    """Terms are those that the same text has with a word of another script behind it."""
    analyzer = Analyzer("en")
    assert analyzer.terms(f"{text} 茶") == [*analyzer.terms(text), "茶"]
    assert set(analyzer.forms(text)) == set(analyzer.terms(text))
    assert all(analyzer.terms(surface) == [term] for term, surface in analyzer.forms("Ferries and a ferry").items())


@given(
    st.lists(
        st.sampled_from(
            ["<script", "</SCRIPT >", "<!--", "-->", "{{", "}}", "{%", "%}", "<%", "%>", "{:", ">", "<b", "a"]
        )
    )
)
def test_parts_are_taken_out(pieces):
    """Tags and templates go as by one expression, which took the square of the length where nothing closes."""
    text = "".join(pieces)
    tag = r"</?[A-Za-z](?:\{\{[^{}]*+\}\}|[^<>])*+>"
    tags = re.compile(rf"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<%.*?%>|{tag}", re.DOTALL | re.IGNORECASE)
    liquid = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{:[^{}\n]*\}", re.DOTALL)
    assert _without(_HTML, text) == tags.sub(" ", text)
    assert _without(_LIQUID, text) == liquid.sub(" ", text)


@pytest.mark.parametrize("opening", ["{{", "{%", "<%", "<!--", "<script>", "<style", "<script></"])
def test_what_never_closes(opening):
    """Hundreds of thousands of openings without an end take no time."""
    assert len(repair(f"tea {opening * 200_000}")) >= len("tea")
