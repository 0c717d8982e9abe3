"""
Grades that readers gave to pairs of articles -> what a reader thinks of the suggestions.

A pair is an article and a candidate for the box below it; its grade is 3 must, 2 good, 1 weak or 0 wrong. How grades
are given says docs/grading.md. Only what has a grade is judged: other suggestions are left out, and counted.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender.articles import Article, Corpus
from recommender.content.matching import external_article
from recommender.errors import EvaluationError
from recommender.evaluation.intervals import PLACES, compare, weighted_means
from recommender.evaluation.measures import Floats
from recommender.evaluation.report import MOST_UNGRADED, Report, product_of, worst_first
from recommender.evaluation.simulate import Answer, Plan
from recommender.evaluation.slices import BY_LISTS, slice_by_lists
from recommender.settings import Settings

__all__ = ["Grades", "grade_answers", "read_grades", "ungraded_lines"]

#: (article id, candidate id) -> grade.
Grades = Mapping[tuple[str, str], int]

#: What a grade says, by the grade.
GRADE_NAMES = ("wrong", "weak", "good", "must")

#: From this grade on an editor would be glad to show the candidate.
_GOOD = 2

#: Lines that one message names.
_MOST_NAMED = 5


# files -------------------------------------------------------------------------------------------------------------


def read_grades(files: Iterable[Path]) -> dict[tuple[str, str], int]:
    """
    The grades of some files; where a pair is graded twice, the later grade counts.

    Raises
    ------
    EvaluationError
        A file cannot be read, a line is no pair with a grade, or there is no line; all bad lines are named.
    """
    files = list(files)
    grades = {(article, candidate): grade for file in files for article, candidate, grade in _pairs(file)}
    if not grades:
        raise EvaluationError(
            f"{', '.join(map(str, files))}: there is no grade, expected lines such as "
            "_news/tea<tab>_news/coffee<tab>2. See docs/grading.md."
        )
    return grades


def _pairs(file: Path) -> Iterator[tuple[str, str, int]]:
    """Article, candidate, grade of each line; what stands behind, such as a title for the grader, is passed over."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvaluationError(f"{file}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise EvaluationError(f"{file}: is not UTF-8. Save it as UTF-8 text, with tabs between the columns.") from None
    bad: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        article, candidate, grade, *_ = [*(part.strip() for part in line.split("\t")), "", "", ""]
        if grade in ("0", "1", "2", "3") and article and candidate and article != candidate:
            yield article, candidate, int(grade)
        elif not (article and candidate and grade):
            bad.append(
                f"{file}:{number}: must be an article, a candidate and a grade with tabs between them, but is "
                f"{line.strip()[:60]!r}."
            )
        elif article == candidate:
            bad.append(f"{file}:{number}: {article!r} is graded under itself. Take the line out.")
        else:
            bad.append(f"{file}:{number}: the grade must be 0, 1, 2 or 3, but is {grade[:20]!r}.")
    if bad:
        more = [f"and {len(bad) - _MOST_NAMED:,} more such lines"] if len(bad) > _MOST_NAMED else []
        raise EvaluationError("\n".join([*bad[:_MOST_NAMED], *more]))


def ungraded_lines(corpus: Corpus, pairs: Iterable[Sequence[str]], seed: int = 0) -> Iterator[str]:
    """
    Pairs for graders: nothing says which system brought them up, and their order is random.

    What is filled in for the question marks can be read as grades.

    Parameters
    ----------
    corpus
        The site.
    pairs
        Article id, candidate id.
    seed
        The same seed gives the same order.
    """
    drawn = random.Random(seed)
    candidates: dict[str, list[str]] = {}
    for article_id, candidate_id in sorted(map(tuple, pairs)):
        candidates.setdefault(article_id, []).append(candidate_id)
    known = _elsewhere(corpus) | {article.id: article for article in corpus}
    yield "# article\tcandidate\tgrade: 3 must, 2 good, 1 weak, 0 wrong, for the ?\tthe candidate\n"
    for article_id in drawn.sample(list(candidates), len(candidates)):
        yield f"# {article_id}\t{_told(corpus[article_id])}\n"
        for candidate_id in drawn.sample(candidates[article_id], len(candidates[article_id])):
            found = known.get(candidate_id)
            yield f"{article_id}\t{candidate_id}\t?\t{_told(found) if found else candidate_id}\n"


def _elsewhere(corpus: Corpus) -> dict[str, Article]:
    """The pages of other sites that the lists describe, by their ids."""
    found = (external_article(entry) for article in corpus for entry in article.related)
    return {article.id: article for article in found if article is not None}


def _told(article: Article) -> str:
    """What a grader may know: date, title, provider, the beginning of the excerpt; on one line."""
    date = f"[{article.published_at:%Y-%m-%d}] " if article.published_at else ""
    provider = f" ({article.provider})" if article.provider else ""
    return " ".join(f"{date}{article.title}{provider}: {article.excerpt[:400]}".split())


# figures -----------------------------------------------------------------------------------------------------------


def grade_answers(
    plan: Plan,
    answers: Mapping[str, Sequence[Answer]],
    grades: Grades,
    settings: Settings,
    notes: Sequence[str] = (),
) -> Report:
    """
    What readers think of the answers to a plan.

    Parameters
    ----------
    plan
        From `protocols.graded`.
    answers
        System -> n_queries answers, of which the first `ranking.k` count.
    grades
        Of pairs of the articles asked.
    settings
        Of the resampling; and `ranking.k`, the length of the lists that readers see.
    notes
        What a reader of the report should know.

    Notes
    -----
    A figure is a mean over queries in which each weighs as much as it has to say: the share of good suggestions weighs
    a query by its graded suggestions, nDCG only those that have a candidate of grade 1 or more.

    References
    ----------
    T. Sakai (2007). Alternatives to bpref. SIGIR, 71-78: measures on lists from which what has no judgment is left out.
    """
    k = settings.ranking.k
    asked = [query.article for query in plan.queries]
    by_article: dict[str, dict[str, int]] = {article.id: {} for article in asked}
    for (article_id, candidate_id), grade in grades.items():
        if article_id in by_article:
            by_article[article_id][candidate_id] = grade
    values: dict[str, dict[str, Floats]] = {}
    weights: dict[str, dict[str, Floats]] = {}
    ungraded: set[tuple[str, str]] = set()
    for name, given in answers.items():
        figures = []
        for article, answer in zip(asked, given, strict=True):
            shown, known = answer.article_ids[:k], by_article[article.id]
            figures.append(_figures([known.get(candidate) for candidate in shown], sorted(known.values())[::-1], k))
            ungraded.update((article.id, candidate) for candidate in shown if candidate not in known)
        table = np.array([list(row.values()) for row in figures], dtype=np.float64)  # (n_queries, n_measures, 2)
        values[name] = dict(zip(figures[0], table[:, :, 0].T, strict=True))
        weights[name] = dict(zip(figures[0], table[:, :, 1].T, strict=True))

    def means(rows: Any = slice(None)) -> dict[str, dict[str, float]]:
        return {
            name: {
                measure: round(float(weighted_means(found[rows], weights[name][measure][rows])), PLACES)
                for measure, found in measured.items()
            }
            for name, measured in values.items()
        }

    systems = means()
    ends, tests = compare(values, settings.evaluation.bootstrap, settings.evaluation.seed, weights)
    counts = Counter(grade for known in by_article.values() for grade in known.values())
    product = product_of(answers)
    primary = next(iter(values[product]))
    by_lists = slice_by_lists(asked, plan.judgments)
    return Report(
        protocol=plan.protocol,
        n_articles=len(plan.judgments.articles),
        n_queries=len(asked),
        n_left_out=sum(plan.left_out.values()),
        systems=systems,
        slices={BY_LISTS: {name: {"n_queries": len(rows), "systems": means(rows)} for name, rows in by_lists.items()}},
        product=product,
        depth=k,
        left_out=dict(plan.left_out),
        intervals=ends,
        tests=tests,
        judgments={GRADE_NAMES[grade]: counts[grade] for grade in (3, 2, 1, 0)},
        ungraded=[list(pair) for pair in sorted(ungraded)],
        worst=[
            _told_of_query(asked[row], answers[product][row], by_article[asked[row].id], plan, k)
            | {primary: round(float(values[product][primary][row]), PLACES)}
            for row in worst_first(asked, values[product][primary])
            if weights[product][primary][row]
        ],
        notes=(*_warnings(systems), *notes),
        queries={
            "ids": [article.id for article in asked],
            "n_judged": [len(by_article[article.id]) for article in asked],
            "values": {
                name: {
                    measure: np.where(weights[name][measure] > 0, found, np.nan).round(PLACES).tolist()
                    for measure, found in measured.items()
                }
                for name, measured in values.items()
            },
        },
    )


def _figures(given: Sequence[int | None], ideal: Sequence[int], k: int) -> dict[str, tuple[float, float]]:
    """
    Measure -> value, weight of one list.

    Parameters
    ----------
    given
        The grade of each suggestion, the best first; None where there is none.
    ideal
        All grades of the article's candidates, falling.
    k
        The length of a list.
    """
    got = [grade for grade in given if grade is not None]
    good = [grade >= _GOOD for grade in got]
    best = _dcg(ideal[:k])
    n = len(got)
    return {
        f"nDCG@{k}": (_dcg(got) / best if best else 0, bool(best)),
        "good": (sum(good) / n if n else 0, n),
        "wrong": (got.count(0) / n if n else 0, n),
        "first": (bool(good[:1] == [True]), bool(n)),
        "any": (any(good), 1),
        "served": (any(good), bool(ideal and ideal[0] >= _GOOD)),
        "per_q": (len(given), 1),
        "ungraded": ((len(given) - n) / len(given) if given else 0, len(given)),
    }


def _dcg(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / np.log2(place + 2) for place, grade in enumerate(grades)))


def _warnings(systems: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for name, figures in systems.items():
        if figures["ungraded"] > MOST_UNGRADED:
            yield (
                f"Do not believe the figures of {name}: {figures['ungraded']:.0%} of its suggestions have no grade, "
                f"and at most {MOST_UNGRADED:.0%} may. Have them graded first: --ungraded FILE writes them."
            )


def _told_of_query(article: Article, answer: Answer, known: Mapping[str, int], plan: Plan, k: int) -> dict[str, Any]:
    titles = {other.id: other.title for other in plan.judgments.articles}
    wanted = sorted((candidate for candidate in known if known[candidate] >= _GOOD), key=lambda c: (-known[c], c))
    return {
        "id": article.id,
        "title": article.title,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "n_judged": len(wanted),
        "wanted": [
            {"id": found, "title": titles.get(found, found), "grade": known[found]} for found in wanted[: 2 * k]
        ],
        "given": [
            {
                "id": found,
                "title": titles.get(found, found),
                "score": score,
                "grade": known.get(found),
                "right": known.get(found, 0) >= _GOOD,
            }
            for found, score in list(zip(answer.article_ids, answer.scores, strict=True))[:k]
        ],
    }
