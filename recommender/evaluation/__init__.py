"""Scores against the curated lists, and by readers' grades: protocols, measures, baselines, a gate."""

from recommender.evaluation.baselines import BASELINES
from recommender.evaluation.evaluator import PROTOCOLS, evaluate
from recommender.evaluation.grades import is_ungraded, read_grades, ungraded_lines
from recommender.evaluation.report import Report
from recommender.evaluation.systems import SYSTEMS, System
from recommender.evaluation.tables import tables_of

__all__ = [
    "BASELINES", "PROTOCOLS", "SYSTEMS", "Report", "System", "evaluate", "is_ungraded", "read_grades", "tables_of",
    "ungraded_lines",
]  # fmt: skip
