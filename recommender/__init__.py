"""Related articles for sites made of Markdown files: learned from the editors' own lists, scored, and explained."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.articles import Article, Corpus, RelatedEntry
    from recommender.content.jsonl import read_jsonl
    from recommender.content.rows import read_frame
    from recommender.content.site import read_article, read_site
    from recommender.errors import RecommenderError
    from recommender.evaluation import evaluate
    from recommender.model import Recommender, load_model
    from recommender.settings import Settings, read_settings
    from recommender.suggestions import Reason, Suggestion
    from recommender.writing.decisions import read_decisions

__all__ = [
    "Article", "Corpus", "Reason", "Recommender", "RecommenderError", "RelatedEntry", "Settings", "Suggestion",
    "evaluate", "load_model", "read_article", "read_decisions", "read_frame", "read_jsonl", "read_settings",
    "read_site",
]  # fmt: skip

#: Where each of these is.
_ROOMS = {
    "articles": ("Article", "Corpus", "RelatedEntry"), "content.jsonl": ("read_jsonl",),
    "content.rows": ("read_frame",), "content.site": ("read_article", "read_site"), "errors": ("RecommenderError",),
    "evaluation": ("evaluate",), "model": ("Recommender", "load_model"), "settings": ("Settings", "read_settings"),
    "suggestions": ("Reason", "Suggestion"), "writing.decisions": ("read_decisions",),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `recommender --help` need not wait for scikit-learn.
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"recommender.{room}"), name)
    raise AttributeError(f"module 'recommender' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
