"""
publish-time and the plain baseline a second time, slow and obvious, sharing no line with the product.

Raw mappings, word counts, dense arrays. What is compared is nDCG@10 of ``tfidf``, to four places.
"""

import json
import math
import re
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
import yaml

from recommender import evaluate
from recommender.evaluation.baselines import Tfidf


def reference(articles, test_from):
    """
    Number of queries, nDCG@10 of all, number of queries with lists of 1-10, nDCG@10 of these.

    `articles` are mappings with id, title, excerpt, time (seconds), url and related (a list of URLs).
    """
    # Of several articles at one address, the earliest is the page; the others take no part.
    pages = {}
    for article in sorted(articles, key=lambda a: (a["time"], a["id"])):
        pages.setdefault(key(article["url"]), article)
    page_keys = list(pages)
    times = np.array([pages[k]["time"] for k in page_keys])

    counts = [Counter(re.findall(r"\b\w\w+\b", f"{a['title']} {a['excerpt']}".lower())) for a in pages.values()]
    past = [words for words, time in zip(counts, times, strict=True) if time < test_from]
    document_frequency = Counter(word for words in past for word in words)
    column = {word: number for number, word in enumerate(document_frequency)}
    idf = np.array([math.log((1 + len(past)) / (1 + df)) + 1 for df in document_frequency.values()])
    vectors = np.zeros((len(counts), len(column)))
    for row, words in enumerate(counts):
        for word, n in words.items():
            if word in column:
                vectors[row, column[word]] = n
    vectors *= idf
    lengths = np.linalg.norm(vectors, axis=1)
    vectors[lengths > 0] /= lengths[lengths > 0, None]

    asked = [row for row in range(len(page_keys)) if times[row] >= test_from]
    similarities = dict(zip(asked, np.round(vectors @ vectors[asked].T, 6).T, strict=True))
    gains = []
    for row in asked:
        known = [other for other in range(len(page_keys)) if times[other] < times[row]]
        wanted = {key(url) for url in pages[page_keys[row]]["related"]} & {page_keys[other] for other in known}
        if not wanted:
            continue
        cosine = similarities[row].tolist()
        best = sorted(
            (other for other in known if cosine[other] > 0),
            key=lambda other, cosine=cosine: (-cosine[other], -times[other], pages[page_keys[other]]["id"]),
        )
        gain = sum(1 / math.log2(place + 2) for place, other in enumerate(best[:10]) if page_keys[other] in wanted)
        gains.append((gain / sum(1 / math.log2(place + 2) for place in range(min(10, len(wanted)))), len(wanted)))
    short = [gain for gain, n_wanted in gains if n_wanted <= 10]
    return len(gains), sum(gain for gain, _ in gains) / len(gains), len(short), sum(short) / len(short)


def key(url):
    """What makes two spellings of an address one: no scheme, no www, no slash at the end."""
    return re.sub(r"^https?://(www\.)?", "", url.rstrip("/")).lower()


def figures(report):
    """The same four figures of a report."""
    short = report.slices["list_size"]["1-10"]
    return (
        report.n_queries,
        report.systems["tfidf"]["nDCG@10"],
        short["n_queries"],
        short["systems"]["tfidf"]["nDCG@10"],
    )


def test_reference_on_a_small_corpus(small_corpus, quick, day):
    """Eighty made articles."""
    raw = [
        {
            "id": article.id,
            "title": article.title,
            "excerpt": article.excerpt,
            "time": article.published_at.timestamp(),
            "url": article.url,
            "related": [entry.url for entry in article.related],
        }
        for article in small_corpus
        if article.published_at
    ]
    report = evaluate(small_corpus, quick, test_from=day(45))
    expected = reference(raw, day(45).timestamp())
    assert expected[0] > 20
    assert figures(report) == pytest.approx(expected, abs=1e-4)


def read_raw(site):
    """The files of the news site without the product: YAML above the list, the list's addresses line by line."""
    for path in sorted(site.rglob("*.md")):
        front = path.read_text(encoding="utf-8").split("\n---", 1)[0]
        above, _, below = front.partition("\nrelated:")
        data = yaml.load(above, yaml.CSafeLoader)
        yield {
            "id": path.relative_to(site).as_posix().removesuffix(".md"),
            "title": data["title"] or "",
            "excerpt": data["excerpt"] or "",
            "time": data["publishedDateTime"].timestamp(),
            "url": data["webUrl"],
            "related": [json.loads(url) for url in re.findall(r"^    webUrl: (\".*\")\s*$", below, re.MULTILINE)],
        }


@pytest.mark.site
@pytest.mark.slow
def test_reference_on_the_news_site(azure_site, azure_corpus, quick):
    """The real site from 2021-06-01 on: near 270 queries, and the same nDCG@10 to four places."""
    report = evaluate(azure_corpus, quick, test_from="2021-06-01", systems={"tfidf": Tfidf})
    expected = reference(list(read_raw(azure_site)), datetime(2021, 6, 1, tzinfo=UTC).timestamp())
    assert expected[0] == pytest.approx(270, abs=10)
    assert figures(report) == pytest.approx(expected, abs=1e-4)
