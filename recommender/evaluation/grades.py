"""
Grades that readers gave to pairs of articles -> what a reader thinks of the suggestions.

A pair is an article and a candidate for the box below it; its grade is 3 must, 2 good, 1 weak or 0 wrong. How grades
are given says docs/grading.md. Only what has a grade is judged: other suggestions are left out, and counted.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from recommender.articles import Article, Corpus
from recommender.content.matching import external_article
from recommender.content.wording import some
from recommender.errors import EvaluationError, did_you_mean
from recommender.evaluation.judgments import GRADES_NAME
from recommender.evaluation.measures import Floats
from recommender.evaluation.report import MOST_UNGRADED, Report, figures_of
from recommender.evaluation.simulate import Answer, Plan
from recommender.evaluation.slices import BY_LISTS, slice_by_lists
from recommender.settings import Settings
from recommender.writing.decisions import DecisionsFile

#: (article id, candidate id) -> grade.
Grades = Mapping[tuple[str, str], int]

#: What a grade says, by the grade.
GRADE_NAMES = ("wrong", "weak", "good", "must")

#: From this grade on an editor would be glad to show the candidate.
_GOOD = 2

#: Value and weight where an article says nothing of a measure.
_NOTHING = (float("nan"), 0)

#: Lines that one message names.
_MOST_NAMED = 5


def read_grades(files: Iterable[Path]) -> dict[tuple[str, str], int]:
    """
    The grades of some files; where a pair is graded twice, the later grade counts.

    A file of decisions (``decisions.yaml``) is one too: what an editor accepted is good, what was rejected wrong. All
    bad lines are named in one EvaluationError.
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
    if file.suffix in (".yaml", ".yml"):
        yield from ((*pair, grade) for pair, grade in DecisionsFile.at(file).read().grades().items())
        return
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
        raise EvaluationError(*bad[:_MOST_NAMED], *more)


def ungraded_lines(corpus: Corpus, pairs: Iterable[Sequence[str]], seed: int = 0) -> Iterator[str]:
    """
    Pairs for graders: nothing says which system brought them up, and their order is random, the same for the same seed.

    What is filled in for the question marks can be read as grades.
    """
    drawn = random.Random(seed)
    candidates: dict[str, list[str]] = {}
    for article_id, candidate_id in sorted(map(tuple, pairs)):
        candidates.setdefault(article_id, []).append(candidate_id)
    described = (external_article(entry) for article in corpus for entry in article.related)
    known = {article.id: article for article in (*filter(None, described), *corpus)}
    yield "# article\tcandidate\tgrade: 3 must, 2 good, 1 weak, 0 wrong, for the ?\tthe candidate\n"
    for article_id in drawn.sample(list(candidates), len(candidates)):
        yield f"# {article_id}\t{_told(corpus[article_id])}\n"
        for candidate_id in drawn.sample(candidates[article_id], len(candidates[article_id])):
            found = known.get(candidate_id)
            yield f"{article_id}\t{candidate_id}\t?\t{_told(found) if found else candidate_id}\n"


def is_ungraded(file: Path) -> bool:
    """Whether a file holds nothing but what `ungraded_lines` gives: no grade, and nothing of another kind."""
    lines = [line for line in file.read_bytes().splitlines() if line.strip() and not line.startswith(b"#")]
    return all(line.split(b"\t")[2:3] == [b"?"] for line in lines)


def _told(article: Article) -> str:
    """What a grader may know: date, title, provider, the beginning of the excerpt; on one line."""
    date = f"[{article.published_at:%Y-%m-%d}] " if article.published_at else ""
    provider = f" ({article.provider})" if article.provider else ""
    return " ".join(f"{date}{article.title}{provider}: {article.excerpt[:400]}".split())


def grade_answers(
    plan: Plan, answers: Mapping[str, Sequence[Answer]], grades: Grades, settings: Settings, notes: Sequence[str] = ()
) -> Report:
    """
    What readers think of the answers to a plan, which were asked for `ranking.k` suggestions.

    A figure is a mean over queries in which each weighs as much as it has to say: the share of good suggestions weighs
    a query by its graded suggestions, nDCG only those that have a candidate of grade 1 or more. What has no judgment is
    left out of a list before it is measured: T. Sakai (2007), Alternatives to bpref, SIGIR, 71-78.
    """
    k = settings.ranking.k
    asked = [query.article for query in plan.queries]
    by_article: dict[str, dict[str, int]] = {article.id: {} for article in asked}
    known_ids, gone = plan.judgments.known_ids(), []
    for (article_id, candidate_id), grade in grades.items():
        if candidate_id not in known_ids:  # no list can have it, the best possible neither
            gone.append(candidate_id)
        elif article_id in by_article:
            by_article[article_id][candidate_id] = grade
        if grade not in range(len(GRADE_NAMES)):
            raise EvaluationError(
                f"the grade of {candidate_id} under {article_id} must be 0, 1, 2 or 3, but is {grade!r}."
            )
    known = list(by_article.values())
    values: dict[str, dict[str, Floats]] = {}
    weights: dict[str, dict[str, Floats]] = {}
    ungraded: set[tuple[str, str]] = set()
    for name, given in answers.items():
        rows = [_figures([own.get(c) for c in a.article_ids], own, k) for a, own in zip(given, known, strict=True)]
        table = np.array([list(row.values()) for row in rows], dtype=np.float64)  # (n_queries, n_measures, 2)
        values[name] = dict(zip(rows[0], table[:, :, 0].T, strict=True))
        weights[name] = dict(zip(rows[0], table[:, :, 1].T, strict=True))
        for article, answer, own in zip(asked, given, known, strict=True):
            ungraded.update((article.id, candidate) for candidate in answer.article_ids if candidate not in own)

    counts = Counter(grade for own in known for grade in own.values())
    figures = figures_of(
        plan,
        values,
        settings.evaluation,
        {BY_LISTS: slice_by_lists(asked, plan.judgments)},
        n_judged=[len(own) for own in known],
        answers=answers,
        wanted=lambda row: _good(known[row]),
        is_right=lambda row, candidate: known[row].get(candidate, 0) >= _GOOD,
        weights=weights,
    )
    unsure = [
        f"Do not believe the figures of {name}: {own['ungraded']:.0%} of its suggestions have no grade, and at most "
        f"{MOST_UNGRADED:.0%} may. Have them graded first: --ungraded FILE writes them."
        for name, own in figures["systems"].items()
        if own["ungraded"] > MOST_UNGRADED
    ]
    if gone:
        ids = some(sorted(set(gone)))
        unsure.append(
            f"Graded pairs left out: {len(gone):,}, for the site knows no candidate of the id {ids}."
            f"{did_you_mean(gone[0], known_ids)} {GRADES_NAME}"
        )
    return Report(
        **figures,
        depth=k,
        judgments={GRADE_NAMES[grade]: counts[grade] for grade in (3, 2, 1, 0)},
        ungraded=[list(pair) for pair in sorted(ungraded)],
        notes=(*unsure, *notes),
    )


def figures_by_grades(k: int) -> list[str]:
    """What is measured of so many suggestions."""
    return list(_figures((), {}, k))


def _figures(given: Sequence[int | None], known: Mapping[str, int], k: int) -> dict[str, tuple[float, float]]:
    """
    Measure -> value and weight of one article; NaN where it says nothing of a measure, with the weight 0.

    `given` has the grade of each suggestion, the best first, None where there is none; `known` all that were graded.
    """
    got = [grade for grade in given if grade is not None]
    good = [grade >= _GOOD for grade in got]
    n, n_ungraded = len(got), len(given) - len(got)
    best = _dcg(sorted(known.values(), reverse=True)[:k])
    servable = any(grade >= _GOOD for grade in known.values())
    return {
        f"nDCG@{k}": (_dcg(got) / best, 1) if best else _NOTHING,
        "good": (sum(good) / n, n) if n else _NOTHING,
        "wrong": (got.count(0) / n, n) if n else _NOTHING,
        "first": (good[0], 1) if n else _NOTHING,
        "any": (any(good), 1),
        "served": (any(good), 1) if servable else _NOTHING,
        "per_q": (len(given), 1),
        "ungraded": (n_ungraded / len(given), len(given)) if given else _NOTHING,
    }


def _dcg(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / np.log2(place + 2) for place, grade in enumerate(grades)))


def _good(known: Mapping[str, int]) -> list[str]:
    """The candidates that a reader would be glad of, the best first."""
    return sorted((one for one in known if known[one] >= _GOOD), key=lambda one: (-known[one], one))
