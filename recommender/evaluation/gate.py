"""Figures and limits, or figures and earlier figures -> what is below. Knows plain mappings only."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender.bounds import read_json
from recommender.errors import EvaluationError, OptionError, did_you_mean
from recommender.evaluation.intervals import PLACES, p_value

#: A drop counts when chance alone would show as large a one less often than this.
SIGNIFICANT = 0.05

#: Figures that are better the smaller they are.
SMALL_IS_GOOD = frozenset({"wrong", "ungraded"})

_NO_REPORT = "is no report of an evaluation. Make one: recommender evaluate --format json."

#: How figures begin that are no shares.
_COUNTS = ("per_q", "Num")


def check_measured(limits: Iterable[str], measured: Collection[str], option: str) -> None:
    """Raise OptionError for a limit on what is not measured."""
    for measure in limits:
        if measure not in measured:
            raise OptionError(
                f"{option}: {measure!r} is not measured.{did_you_mean(measure, measured)} "
                f"Measured are {', '.join(measured)}."
            )


def below(figures: Mapping[str, float], limits: Mapping[str, float], option: str) -> list[str]:
    """The figures on the wrong side of their limits, as parts of a sentence; OptionError for what was not measured."""
    check_measured(limits, figures, option)
    found = []
    for measure, limit in limits.items():
        value, small = figures[measure], measure in SMALL_IS_GOOD
        if (value > limit) if small else (value < limit):
            found.append(f"{measure} is {value:.4f}, {'above' if small else 'below'} the {limit:g} that was asked for")
    return found


def limits_of(given: Mapping[str, float] | Sequence[str], option: str) -> Mapping[str, float]:
    """Measures and their limits, also of texts such as ``nDCG@10=0.40``; OptionError for what can never be met."""
    if isinstance(given, Mapping):
        return given
    limits = {}
    for text in [given] if isinstance(given, str) else given:
        measure, _, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise OptionError(f"{option} must be a measure and a number such as nDCG@10=0.40, but is {text!r}.")
        measure = measure.strip()
        if not 0 <= value <= (math.inf if measure.startswith(_COUNTS) else 1):
            raise OptionError(f"{option} {text}: the number must be from 0 to 1, such as 0.4 for 40 %.")
        limits[measure] = value
    return limits


def dropped(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[str]:
    """
    The measures that got significantly worse between two reports, as parts of a sentence.

    The queries that both reports have are compared one by one; where the earlier one does not hold them, or has none of
    these, a drop counts when the two intervals lie apart. An earlier one that is no report, or of another protocol, is
    an EvaluationError.
    """
    try:
        protocol, ours = then["protocol"], then.get("product", now["product"])
        before = {measure: float(value) for measure, value in then["systems"][ours].items() if value is not None}
        ends = then.get("intervals", {}).get(ours, {})
        reach = {measure: [float(end) for end in ends.get(measure) or [value]] for measure, value in before.items()}
        earlier = {measure: _by_query(then, ours, measure) for measure in before}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise EvaluationError(f"--compare: this {_NO_REPORT}") from None
    if protocol != now["protocol"]:
        raise EvaluationError(
            f"--compare: the earlier report is of the protocol {protocol}, this one of {now['protocol']}. "
            "Compare reports of one protocol."
        )
    for measure, value in now["systems"][now["product"]].items():
        if measure not in before:
            continue
        sign = -1 if measure in SMALL_IS_GOOD else 1
        verb = "rose" if measure in SMALL_IS_GOOD else "dropped"
        known = earlier[measure]
        by_query = _by_query(now, now["product"], measure)
        # As exact as the figures: what differs by the same everywhere has no spread of rounding errors.
        gaps = np.round([sign * (one - known[name]) for name, one in by_query.items() if name in known], PLACES)
        if len(gaps) > 1:
            # One-sided would see a drop sooner; two-sided is what the report's own tests are.
            if gaps.mean() < 0 and p_value(gaps) < SIGNIFICANT:
                yield f"{measure} {verb} by {-gaps.mean():.4f} over {len(gaps):,} queries that both reports have"
            continue
        best_now = max(sign * end for end in now["intervals"][now["product"]][measure])
        if best_now < min(sign * end for end in reach[measure]):
            yield f"{measure} {verb} from {before[measure]:.4f} to {value:.4f}, further than the intervals reach"


def _by_query(report: Mapping[str, Any], system: str, measure: str) -> dict[str, float]:
    """Article id -> value, of the queries that have one."""
    queries = report.get("queries") or {}
    values = queries.get("values", {}).get(system, {}).get(measure)
    if values is None:
        return {}
    pairs = zip(queries["ids"], values, strict=True)
    return {name: value for name, value in pairs if value is not None and not math.isnan(value)}


def read_report(file: Path | str) -> Mapping[str, Any]:
    """A report as a mapping, of a file that holds what ``--format json`` printed."""
    try:
        found = read_json(Path(file).read_bytes())
    except OSError as error:
        raise EvaluationError(f"--compare {file}: cannot be read ({error.strerror}).") from None
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise EvaluationError(f"--compare {file}: is no JSON object. Make one: recommender evaluate --format json.")
    if not found.keys() >= {"protocol", "systems"}:
        raise EvaluationError(f"--compare {file}: {_NO_REPORT}")
    return found
