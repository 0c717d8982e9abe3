from datetime import date

import pytest

from recommender.content.paths import (
    folder_language,
    language_code,
    name_date,
    slug,
    suffix_language,
    titleized,
    without_ending,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("_posts/2021-03-03-green-tea.md", "green-tea"),
        ("_posts/2021-3-3-green-tea.markdown", "green-tea"),
        ("blog/green-tea.mdx", "green-tea"),
        ("blog/green-tea/index.md", "green-tea"),
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
        ("zh-hant-tw", "zh-Hant-TW"), ("gsw", "gsw"), ("xx", ""), ("english", ""), ("", ""), ("e", ""),
    ],
)  # fmt: skip
def test_language_code(text, expected):
    """A code has its usual spelling; a text that is no code is none."""
    assert language_code(text) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("content/blog/zh-CN/tea.md", "zh-CN"),
        ("de/tea.md", "de"),
        ("blog/pt_br/tea.md", "pt-BR"),
        ("en.md", ""),
        ("blog/tea.md", ""),
        ("blog/new/tea.md", ""),
        ("_posts/tea.md", ""),
    ],
)
def test_folder_language(path, expected):
    """The first folder that is a language code of two letters gives the language."""
    assert folder_language(path) == expected


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
    assert titleized("green-tea_and  Kettles") == "Green Tea And Kettles"


def test_without_ending():
    """Only a Markdown ending is taken off."""
    assert [without_ending(path) for path in ("a.md", "a.MDX", "a.html", "a.b.markdown")] == ["a", "a", "a.html", "a.b"]
