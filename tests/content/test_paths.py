from datetime import date

import pytest

from recommender.content.paths import (
    language_code,
    name_date,
    named_language,
    slug,
    suffix_language,
    titleized,
    unread_ids,
    without_ending,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("_posts/2021-03-03-green-tea.md", "green-tea"),
        ("_posts/2021-3-3-green-tea.markdown", "green-tea"),
        ("blog/green-tea.mdx", "green-tea"),
        ("blog/green-tea/index.md", "green-tea"),
        ("src/routes/blog/green-tea/+page.svx", "green-tea"),
        ("blog/green-tea.de.md", "green-tea"),
        ("blog/green-tea/index.de.md", "green-tea"),
        ("index.md", "index"),
        ("2021-03-03.md", "2021-03-03"),
        ("GREEN.MD", "GREEN"),
    ],
)
def test_slug(path, expected):
    """A slug is the file's name without date, ending and language; a page bundle has its folder's name."""
    assert slug(path, ("de",)) == expected


def test_slug_keeps_other_suffixes():
    """What follows a dot is part of the slug where it is not one of the site's languages."""
    assert slug("blog/why-tea.io.md") == "why-tea.io"
    assert slug("blog/why-tea.io.md", ("",)) == "why-tea.io"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("_posts/2021-03-03-tea.md", date(2021, 3, 3)),
        ("2021-3-3-tea.md", date(2021, 3, 3)),
        ("_posts/2021-02-30-tea.md", None),
        ("_posts/tea.md", None),
        ("2021-03-03.md", None),
    ],
)
def test_name_date(path, expected):
    """A file name gives a date where it begins with a possible one and goes on."""
    assert name_date(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("en", "en"), ("EN", "en"),
        ("en-us", "en-US"), ("de_DE", "de-DE"), ("de_DE.UTF-8", "de-DE"), ("zh-cn", "zh-CN"),
        ("de_DE@euro", "de-DE"), ("eng-GB", "en-GB"),
        ("zh-hant-tw", "zh-Hant-TW"), ("gsw", "gsw"), ("xx", ""), ("english", ""), ("", ""), ("e", ""),
    ],
)  # fmt: skip
def test_language_code(text, expected):
    """A code has its usual spelling; a text that is no code is none."""
    assert language_code(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("English", "en"), ("fran\u00e7ais", "fr"), ("franc\u0327ais", "fr"), ("DEUTSCH", "de"),
        ("日本語", "ja"), ("deu", "de"),
        ("en_GB", "en-GB"), ("pt-br", "pt-BR"), ("Brazilian Portuguese", "pt-BR"), ("Klingon", ""),
        ("Portuguese (Brazil)", "pt-BR"), ("English (UK)", "en"), ("Français canadien", "fr"), ("French, English", ""),
        ("English and French", ""), ("", ""),
    ],
)  # fmt: skip
def test_named_language(text, expected):
    """A language is known by its code and by its name, in English and in itself."""
    assert named_language(text) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tea.de.md", "de"),
        ("tea.zh-CN.md", "zh-CN"),
        ("tea.md", ""),
        ("tea.new.md", ""),
        ("a/tea.js.md", ""),
        (".de.md", ""),
    ],
)
def test_suffix_language(path, expected):
    """The last part of a name before its ending gives the language where it is a code."""
    assert suffix_language(path) == expected


def test_titleized():
    """A slug becomes words with capital letters, as in Jekyll."""
    assert titleized("green-tea_and--Kettles") == "Green Tea And Kettles"
    assert [titleized(name) for name in ("JSON-LD", "iPad-and-DNS")] == ["JSON LD", "iPad And DNS"]
    assert [titleized(name) for name in ("BREWING", "HOW-TO_PREPARE", "HOW-TO")] == [
        "Brewing",
        "How To Prepare",
        "HOW TO",
    ]
    assert titleized("Swarm control") == "Swarm control"
    assert titleized("Tea - the 2nd cup") == "Tea - the 2nd cup"
    assert titleized("Queues%3A-the-pier%3F") == "Queues: the pier?"
    assert titleized("100%-wool-%00-%zz") == "100% Wool %00 %zz"


def test_what_could_not_be_read():
    """An article is unread where its own file or folder is, not where another's name begins as its own does."""
    is_unread = unread_ids(
        ["2024.notes.md: cannot be read", "tea.MD:3: is not YAML", "cups: cannot be read", "a.b:1: x"]
    )
    assert [key for key in ("2024", "2024.notes", "tea", "cups/red", "a", "a.b", "te") if is_unread(key)] == [
        "2024.notes", "tea", "cups/red", "a.b"
    ]  # fmt: skip


def test_without_ending():
    """Only a Markdown ending is taken off."""
    assert [without_ending(path) for path in ("a.md", "a.MDX", "a.html", "a.b.markdown")] == ["a", "a", "a.html", "a.b"]
