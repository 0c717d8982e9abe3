"""What a page without front matter calls itself and says first."""

import time

import pytest

from recommender.content.headings import opening_of


def test_heading_and_first_paragraph():
    """Marks, links and pictures are not said; what they hold is."""
    opening = opening_of(
        "# The *bell* rope {#rope}\n\n![rope](a.png)\n\nIt [frays](https://example.org), `often`.\n\nMore.\n"
    )
    assert opening is not None
    assert (opening.title, opening.excerpt) == ("The bell rope", "It frays, often.")


@pytest.mark.parametrize("mark", [":::", "!!!"])
def test_a_box_that_a_line_closes_is_passed(mark):
    """With all its paragraphs."""
    opening = opening_of(f"# Tea\n\n{mark} Note\n\nNot this.\n\nNor this.\n{mark}\n\nHot water.\n")
    assert opening is not None
    assert opening.excerpt == "Hot water."


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ('Thanks to <a href="https://tea.example">Tea</a>, it is hot<br>and wet.', "Thanks to Tea, it is hot and wet."),
        ("See [the pot](pot.md){.internal-link target=_blank}[^1].", "See the pot."),
        (
            "The `<template>` tag, a < b and <https://tea.example/a>.",
            "The <template> tag, a < b and https://tea.example/a.",
        ),
        ("Not [^abc],<BR/>but ``a <b>`` and foo(x){return 1}", "Not [^abc], but a <b> and foo(x){return 1}"),
        ("Hot ![A cup](cup.png){width=30} <!-- or cold -->tea in {a, b}.", "Hot tea in {a, b}."),
        (
            "A ==hot== [[pot|kettle]] of [[tea]]![[cup.png]], `x==y` or a == b. ^b1c2d3",
            "A hot kettle of tea, x==y or a == b.",
        ),
        (
            'On {% data variables.product.tea %} `{{ cup }}` {{Glossary("boiling water")}} {{ page.title }} boils.',
            "On {{ cup }} boiling water boils.",
        ),
        (
            "On [Tea], [the pot][1] and a [cup] with {ref}`lid`.\n\n[tea]: tea.md\n",
            "On Tea, the pot and a [cup] with lid.",
        ),
        (
            "Of \\*tea\\*, read\\_cup\\[0\\] \\| C\\# \\<b\\>\\\nand `a\\_b`, `_c_`.",
            "Of *tea*, read_cup[0] | C# <b> and a\\_b, _c_.",
        ),
    ],
)
def test_an_excerpt_is_what_a_reader_sees(typed, seen):
    """Tags, attributes of links and footnotes are left out, and code and addresses stay."""
    opening = opening_of(f"# Tea\n\n{typed}\n")
    assert opening is not None
    assert opening.excerpt == seen


@pytest.mark.parametrize(
    "box",
    [
        '!!! warning "Mind"\n    Ropes tear.\n\n    And burn.',
        "??? note\n    Ropes tear.",
        ":::tip\nRopes tear.",
        "    pull(rope)",
        "For example:\n\n    pull(rope)",
    ],
)
def test_a_box_is_not_what_a_page_says_first(box):
    """Nor is code: the first paragraph is below them."""
    opening = opening_of(f"# Bell rope\n\n{box}\n\nIt frays.\n")
    assert opening is not None
    assert opening.excerpt == "It frays."


@pytest.mark.parametrize(
    "block",
    [
        "[TOC]", "[[_TOC_]]", "[[TOC]]", "**Table of Contents**\n\n- [One](#one)", "Contents:", "## Status\n\nAccepted",
        "[Home](/) > [Guides](/guides/) > Bells", "[//]: # (A comment)", "[//]: <> (A comment)",
        "created:: 2024-01-01\nid:: 6f1c", "**Table of Contents**  *generated with [DocToc](https://tea.example/doctoc)*",
        "[tea]: tea.md 'Tea'", "Date: 2016-02-13", "*Published: 5 March 2021*", "**Last updated:** März 2021",
        "**Status:** Accepted", "Status: Superseded by [7. Ropes](a.md)", "_Estimated reading time: 4 minutes_",
        "% A remark", "(bells:rope)=", "/// warning | Mind\nRopes tear.\n///",
        "**Added in:** `@bells/rope@1.4`", ":Date: 2021-03-04",
    ],
)  # fmt: skip
def test_a_paragraph_that_says_nothing(block):
    """Is not what a page says first, whether it stands below the heading or above."""
    for text in (f"# Bell rope\n\n{block}\n\nIt frays > tears.\n", f"{block}\n\n# Bell rope\n\nIt frays > tears.\n"):
        opening = opening_of(text)
        assert opening is not None
        assert (opening.title, opening.excerpt) == ("Bell rope", "It frays > tears.")


@pytest.mark.parametrize(
    "text",
    [
        "Note: the kiln is hot.", "Date: a fruit of the palm", "Status: the kiln is hot.", "Updated: the kiln is hot",
        "Published: 1921 in Oslo, by a widow", "Author: a person who makes a work of words",
        "Date: 2021-03-04\nIt rains.",
    ],
)  # fmt: skip
def test_a_paragraph_that_begins_with_a_label(text):
    """Is what a page says first, where its value is no day and no few words that end no sentence."""
    opening = opening_of(f"# Bells\n\n{text}\n\nMore.\n")
    assert opening is not None
    assert opening.excerpt == text.replace("\n", " ")


@pytest.mark.parametrize(
    "text",
    [
        "It frays:\n- at the knot\n- at the wheel\n", "It frays:\n1. at the knot\n", "It frays:\n> at the knot\n",
        "It frays.\n### At the knot\nand at the wheel\n", "It frays:\n| at | most |\n| - | - |\n",
        "It frays.\n***\nAt the knot.\n", "### How it ends\nIt frays.\n## More\nHa.", "How it ends\n---\nIt frays:\n",
        "Kind: rope\n**Made of:** hemp\nHas knots: no\n\nIt frays:\n", "%% Ask Ida. %%\n\nIt frays:\n",
        "[!INCLUDE[Rope](../rope.md)]\n\nIt\nfrays:\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_paragraph_ends_where_another_block_begins(text, end):
    """With no blank line between; a heading is a block of its own, and names with values are none of prose."""
    opening = opening_of(f"# Bell rope\n\n{text}".replace("\n", end))
    assert opening is not None
    assert opening.excerpt in ("It frays:", "It frays.")


@pytest.mark.parametrize(
    ("text", "title", "told"),
    [
        ("% Bell *ropes*\n  of hemp\n%\n% 2021-03-06\n\nIt frays.", "Bell ropes of hemp", {"date": "2021-03-06"}),
        ("\ufeff% Bells\r\n% Ida;\r\n Bo\r\n\r\n## Knots\r\n\r\nIt frays.\r\n", "Bells", {"authors": "Ida;; Bo"}),
        ("% Bells\n%\n% May 2021\n# Knots\nIt frays.", "Bells", {"date": "May 2021"}),
        ("% Bells\n% Ida\n% Version 3\n\nIt frays.", "Bells", {"authors": "Ida"}),
        ("% bell-ring(1) Bells | 2.0\n% Ida\n# NAME\nIt frays.\n\n# SYNOPSIS\nring", "bell-ring", {"authors": "Ida"}),
        ("% bell.conf 5\r\n\r\n# NAME\r\nIt frays.\r\n", "bell.conf", {}),
        ("% Chapter 5\n\nIt frays.", "Chapter 5", {}),
        # A remark, to MyST.
        ("% By hand.\n% Mend it by hand.\n\n(bells)=\n# Bells\n\nIt frays.\n", "Bells", {}),
        ("% one\n% two\n% 2021\n% four\n\n# Bells\nIt frays.\n", "Bells", {}),
        ("% Under the MIT licence\n% Ida\n\nBells\n=====\n\nIt frays.\n", "Bells", {}),
        ("% Under the MIT licence\n% Ida\n% soon\n\n<h1>Bells</h1>\n\nIt frays.\n", "Bells", {}),
        ("% !TEX root = bells\n\n# Bells\nIt frays.\n", "Bells", {}),
    ],
)
def test_a_title_block(text, title, told):
    """Pandoc's lines give title, authors and a day, of a page of a manual its name; a remark above a heading none."""
    opening = opening_of(text)
    assert opening is not None
    said = {name: value for name, value in opening.told.items() if value}
    assert (opening.title, opening.excerpt, said) == (title, "It frays.", told)


def test_an_import_of_several_lines():
    """Stands before a heading as one of a line does."""
    opening = opening_of(
        "import {\n  Tabs,\n  Tab\n} from 'tabs'\nimport A, {\n  B\n} from 'b';\n\n# Bell rope\n\nIt frays.\n"
    )
    assert opening is not None
    assert (opening.title, opening.excerpt, opening.body > 0) == ("Bell rope", "It frays.", True)


@pytest.mark.parametrize("part", ["[", "[a](", "import {", "[a]: ", "a > ", "*a", "{#", "<!--", "[!["])
def test_a_hostile_page_is_cut_before_it_is_looked_at(part):
    """Of a heading and of a paragraph no more than a few thousand characters are kept."""
    opening = opening_of(f"# Bells {part * 50_000}\n\nRopes {part * 50_000}\n")
    assert opening is not None
    assert len(opening.title) <= 4_000
    assert len(opening.excerpt) <= 4_000


@pytest.mark.parametrize(
    "text",
    [
        "# x{0}y\n",
        "Bells.\n\n# x{0}y\n",
        "x{0}y\n===\n",
        "Bells.\n\nx{0}y\n===\n",
        "{1}# Bells\n",
        "% x{0}y\n",
        "% x\n {1}x",
    ],
    ids=["first", "below", "underlined", "underlined below", "exports", "title block", "title block without end"],
)
def test_a_hostile_heading_costs_no_time(text):
    """A long run of blanks, or of exports that are never closed, is looked at once."""
    started = time.perf_counter()
    opening_of(text.format(" " * 300_000, "export const x = {\n" * 20_000))
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("mark", [":mag:", ":+1::mag:", "{.lead}", "{#rope .lead}", "{: .lead }", "{.lead} {#rope}"])
def test_marks_that_nobody_sees(mark):
    """Codes of emoji and attributes are shown neither in a title nor in an excerpt, unless they stand in code."""
    opening = opening_of(f"# Bell ropes {mark} #\n\nThey ring at 10:30:15. {mark}\n")
    assert opening is not None
    assert (opening.title, opening.excerpt) == ("Bell ropes", "They ring at 10:30:15.")
    opening = opening_of(f"# Bell `{mark}`\n")
    assert opening is not None
    assert opening.title == f"Bell {mark}"


def test_a_heading_of_pictures_is_passed():
    """Badges that are links are no words, and what is escaped is no mark; the first heading with words is the title."""
    for logo in (
        "# ![Bells](a.png)",
        "# [![Bells](a.png)](b)",
        "![Bells](a.png)\n===",
        "Of ropes.\n\n# ![Bells](a.png)",
    ):
        opening = opening_of(f"{logo}\n\n# 1\\. The read\\_bell rope [![new](n.svg)](n)\n\nIt rings.\n")
        assert opening is not None
        assert opening.title == "1. The read_bell rope"


def test_a_heading_of_html():
    """The first thing, also in a block that centers it; a picture alone is none."""
    heading = '<h1>\n<img src="a.png"> Bells &amp; <em>ropes</em>\n</h1>'
    opening = opening_of(f'<div align="center">\n\n{heading}\n\n</div>\n\nThey ring.\n')
    assert opening is not None
    assert (opening.title, opening.excerpt) == ("Bells & ropes", "They ring.")
    opening = opening_of('<h1><img src="a.png"></h1>\n\n# Bells\n\nThey ring.\n')
    assert opening is not None
    assert (opening.title, opening.excerpt) == ("Bells", "They ring.")


def test_an_underlined_heading_below_other_lines():
    """As one after number signs, where it stands alone."""
    opening = opening_of("**Read this on tea.example.**\n\nActive kettles\n==============\n\nThey boil.\n")
    assert opening is not None
    assert (opening.title, opening.excerpt) == ("Active kettles", "Read this on tea.example.")


def test_marks_of_snippets_are_said_nowhere():
    """Neither as a title nor as a paragraph; a script with blank lines ends at its end, an anchor has no word."""
    assert opening_of("# --8<-- [start:tea]\nIt is hot.\n# --8<-- [end:tea]\n") is None
    script = "<script>\nlet a = 1;\n\nlet b = 2;\n</script>"
    opening = opening_of(
        f'# --8<-- [start:tea]\n# Tea\n\n[](){{ #tea }}\n\n{script}\n\n--8<-- "part.md"\n\n'
        "#  --8<-- [start:cup]\nIt is hot.\n"
    )
    assert opening is not None
    assert (opening.title, opening.excerpt) == ("Tea", "It is hot.")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<!-- toc -->\n\n# Introduction\n\nIt frays.\n\n# Knots\n", ""),
        ("# Introduction\n\nIt frays.\n\n## Knots\n", "Introduction"),
        ("It frays.\n\n# Knots\n\n```\n# pull\n```\n", "Knots"),
        ("# Ropes\n\nIt frays.\n\n# Knots\n\n# Bells\n", "Ropes"),
        ("<p><img src='a.png'></p>\n\n# Ropes\n\nIt frays.\n\n# Knots\n", "Ropes"),
    ],
)
def test_the_heading_of_a_section_is_no_title(text, title):
    """Where several have the highest, and the first is called Introduction."""
    opening = opening_of(text)
    assert opening is not None
    assert (opening.title, opening.excerpt) == (title, "It frays.")


def test_a_link_whose_address_has_brackets():
    """Its words are seen, and nothing of the address."""
    said = 'A [cup](/cup_(vessel)/ "A cup") a day, ![pot](pot_(blue).png) too.'
    opening = opening_of(f"# [Tea](https://example.org/Tea_(drink))\n\n{said}\n")
    assert (opening.title, opening.excerpt) == ("Tea", "A cup a day, too.")


@pytest.mark.parametrize(
    "comment", ["<!-- Ask Ida\n\n  which cups -->", "<!--\n\n- no cups\n\n-->", "<!-- Ask Ida -->\n"]
)
def test_a_comment_says_nothing(comment):
    """With blank lines in it, or without."""
    assert opening_of(f"# Tea\n\n{comment}\nThe kettle sings.\n").excerpt == "The kettle sings."


def test_a_paragraph_that_begins_with_code():
    """Is the first paragraph; one of code alone is passed over."""
    assert opening_of("# brew\n\n`brew` makes a cup.\n\nOf tea, that is.\n").excerpt == "brew makes a cup."
    assert opening_of("# brew\n\n`brew --hot tea`\n\nMakes a cup.\n").excerpt == "Makes a cup."
