"""Scores against the curated lists: protocols, measures, baselines, a gate."""

from recommender.evaluation.baselines import BASELINES
from recommender.evaluation.evaluator import PROTOCOLS, evaluate
from recommender.evaluation.report import Report
from recommender.evaluation.systems import SYSTEMS, System

__all__ = ["BASELINES", "PROTOCOLS", "SYSTEMS", "Report", "System", "evaluate"]
