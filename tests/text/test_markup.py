"""Marks of Markdown, HTML and templates, and the words in them."""

import time

import pytest

from recommender import Article, Corpus
from recommender.text.repair import repair
from recommender.text.templates import templates_of


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Тег `<a>` превращает", "Тег a превращает"),
        ("`` git clone <`url`> `` and <b>`{{ x }}`</b>", "git clone url and x"),
        ("```html {1}\n<tea>\n\n{{ cup }}\n```\n<b>hot</b> `", "hot"),
        ("- ````md\n  ```\n  <tea>\n  ```\n  ````\n<b>hot</b>", "md hot"),
        ("~~~\n<tea>\n~~~~\n<b>hot</b>\n\n~~~\n<cup>", "hot"),
        ("a ` b <i>c</i>\n\nd ` \\` <i>e</i> `", "a b c d \\ e"),
    ],
)
def test_a_tag_in_a_line_of_code_is_text(typed, read):
    """As long as the code lasts and no longer; between fences it says little, and is none."""
    assert repair(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("{{Glossary(\"computer programming\")}} by {{HTTPHeader('Tea-Time')}}s", "computer programming by Tea-Times"),
        ('{{domxref("Element.click()", "click()")}}, {{domxref("Tea", "", 1)}}', "click(), Tea"),
        ('{{ page.title }}{{ "x" | upcase }}{{ tea() }}{% include x.html %} hot', "hot"),
        ('{{< admonition type="tip" title="TL;DR" >}}Hot{{< /admonition >}}', "TL;DR Hot"),
        ('{{% notice title="Mind the cup" %}}Hot{{% /notice %}}', "Mind the cup Hot"),
        ('{{% alert title="Note" color="info" %}}Hot', "Hot"),
        ('A {{< glossary_tooltip text="tea pot" term_id="pot" >}}.', "A tea pot ."),
        (
            '{{< figure src="a.png" caption="A cup" >}}{% include figure.html caption="It\'s tea" id="x" %}',
            "A cup It's tea",
        ),
        (":::caution[You cannot pour]\nHot\n:::\n::: tip VERSION 3.3.0\n:::", "You cannot pour Hot VERSION 3.3.0"),
        (':::{note} Mind\n::::{grid} \n::alert{type="info" title="Tea"}\nhot\n::', "Mind Tea hot"),
        ("::: tea.kettle\n::before and std::vector", "tea.kettle ::before and std::vector"),
        ('<Accordion title="Pouring tea" icon="x">Hot</Accordion><div title="no">', "Pouring tea Hot"),
        ("<Card label='Tea' :title='no' data-caption='no'>Hot</Card><Tab label='TypeScript'>x</Tab>", "Tea Hot x"),
        ('!!! note "Mind"\n    Hot\n??? tip inline end "Pour"\n??? note\n=== "Tea"', "Mind Hot Pour Tea"),
        ("!!! Great news of tea", "!!! Great news of tea"),
    ],
)
def test_what_a_mark_says_is_text(typed, read):
    """Titles, captions and what a macro shows are read, kinds, styles and addresses are not."""
    assert repair(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("==hot tea== 这是==茶==的 a == b, x==y and z==1", "hot tea 这是茶的 a == b, x==y and z==1"),
        ("[[pot|the kettle]], [[green tea#Pour]] ![[cup.png]] ^a1-b2", "the kettle, green tea Pour"),
        ("> [!todo]- Pour\n> [!IMPORTANT]\n> hot [!note|wide]", "Pour hot"),
        ("[[_TOC_]]\n[TOC]\r\n[[toc]]\ntea", "tea"),
        ("<!-- START doctoc -->\n<!-- KEEP -->\n- [Pour](#pour)\n<!-- END doctoc here -->\ntea", "tea"),
        ("<!-- START doctoc -->\ntea", "tea"),
        ('<a href="{{< ref "tea.md" >}}" target="_blank">tea</a> if a < b', "tea if a < b"),
        ("Tea\n=====\r\nhot\n---\n|a|b|\n|---|:-:|\n|c|d|", "Tea hot a b c d"),
        ("created-at:: 1609230242742\n- id:: abc\n  hot:: true\nstd::vector a:: b", "std::vector a:: b"),
    ],
)
def test_marks_that_nobody_reads_go(typed, read):
    """Those of Obsidian, Logseq, MkDocs and DocToc too, and operators stay."""
    assert repair(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("[facade](/docs/{{version}}/tea) [pot](/{{v}}) hot", "facade pot hot"),
        ("[z](https://x.org/a_(b)_c) end", "z end"),
        ("![](/images/a.jpg =400x)![cup](/b.jpg =10x20) end", "cup end"),
        ("[label](<GRAFANA_VERSION>/x/) [b](https://g.example/<V>/x/) end", "label b end"),
        ("Tea\n\n[ref]:\nfile.html#anchor\n[Update]:\nIt boils.", "Tea [Update]: It boils."),
    ],
)
def test_of_a_link_its_words_are_read(typed, read):
    """Whatever stands in its address."""
    assert repair(typed) == read


@pytest.mark.parametrize(
    "part", ["`", "`<", "`` ` ", "~~~\n", "[[", "![[a", "a:: b\n", ":::a[", '{{a("', "[a](b(", "[a]:\n", "=="]
)
def test_marks_without_end_take_no_time(part):
    """Hundreds of thousands of them are looked at once."""
    started = time.perf_counter()
    repair(f"<{{` {part * (300_000 // len(part))}")
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("::before", "::before"),
        ("Rust:: a tour", "Rust:: a tour"),
        ("x\nTerm:: the definition\nid:: 6f1c\ntags:: [[tea]], #cup", "x Term:: the definition"),
        ("<!-- mention `kettle -->\nTea is `hot`.\n\n<!-- more -->\nEnd", "Tea is hot . End"),
        ("<style>a{content:'`'}</style>\n`x`", "x"),
        ("config[[key]] and [[ -f tea ]]", "config[[key]] and [[ -f tea ]]"),
        ("[[tea]][[cup]]", "tea cup"),
        ("{{EmbedLiveSample('Tea', '100%')}}{{RFC('2616', 'Tea', '14.2')}}{{domxref('A', '', '', 'nocode')}}", "Tea A"),
        ("tea<br>#cup", "tea #cup"),
        ("`{% raw %}{{ page.title }}{% endraw %}` `{% data tea %}` `{{< skew >}}`", "page.title"),
        ("git log ^main", "git log ^main"),
        ('{{/* title="no" */}}{% assign title = "no" %}{% tab title="no" %}<X title="Note:" />hot', "hot"),
    ],
)
def test_what_only_looks_like_a_mark(typed, read):
    """Words that a reader reads are not taken for marks, nor settings for words."""
    assert repair(typed) == read


def test_fences_are_no_template():
    """They are lines of many bodies, and tell where code ends."""
    code = "```\n<tea>\n```\nAll rights reserved"
    articles = [Article(id=str(n), title=f"Tea {'x' * n}", body=code) for n in range(20)]
    assert templates_of([*Corpus(articles)], 100) == {"All rights reserved"}
