"""
Everything that can go wrong, as one tree. Imports nothing of ours.

Wording: *where: what was found, what was expected. The cure.*
"""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any


class RecommenderError(Exception):
    """
    Any error of this package; its text is written for the person who can cure it, and no longer than is read.

    Each argument is a line of its own.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        # By its text, since what a tree's branch takes to make one is gone: errors of other processes are told here.
        return self.__class__.__new__, (self.__class__, *self.args), self.__dict__

    def __str__(self) -> str:
        return shortened("\n".join(map(str, self.args)))


class SiteError(RecommenderError):
    """What was read is not a site, a file, or a line that can be used."""


class FrontMatterError(SiteError):
    """A file's front matter cannot be read."""


class ArticleError(SiteError):
    """A field of an article has a value that it cannot have."""


class SettingsError(RecommenderError):
    """A setting has a value that it cannot have, or there is no such setting."""


class CorpusError(RecommenderError):
    """The articles do not fit together."""


class UnknownArticleError(CorpusError, KeyError):
    """No article has the id that was asked for."""

    def __init__(self, article_id: str, known: Iterable[str] = ()) -> None:
        self.article_id = article_id
        super().__init__(f"no article has the id {article_id!r}.{did_you_mean(article_id, known)}")


class NotFittedError(RecommenderError):
    """The recommender was asked before it was fitted."""


class ModelError(RecommenderError):
    """A saved model cannot be used: its format, its parts, or the corpus it was fitted on."""


class WriteError(RecommenderError):
    """A file could not be written; it is as it was."""


class DecisionsError(RecommenderError):
    """The file of the editors' decisions cannot be understood."""


class DecisionsChangedError(DecisionsError):
    """A pair was decided otherwise since the editor saw it."""


class EvaluationError(RecommenderError):
    """There is nothing to score, or no such measure, protocol or system."""


class OptionError(SettingsError, EvaluationError):
    """What a command or a function is asked for there is not, or it does not go with the rest: wrong use."""


class GateError(RecommenderError):
    """The score is below what was asked for."""


class MissingExtraError(RecommenderError, ImportError):
    """An optional library is not installed; the message names the command that installs it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra [{extra}]. Install it: pip install 'recommender[{extra}]'.")


def kind_of(value: object) -> str:
    """What a value is, for messages: ``an int``, ``a list``."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def path_of(given: object, name: str, error: type[RecommenderError]) -> Path:
    """What was given as a path; an error for anything else."""
    if isinstance(given, (str, os.PathLike)):
        return Path(given)
    raise error(f"{name} must be a path, but is {kind_of(given)}. Give the name of a file or a folder.")


def list_of_texts(given: object, name: str, one: str = "id", error: type[RecommenderError] = CorpusError) -> list[str]:
    """What was given as a list of texts, each of them `one`; an error for anything else, a single text too."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise error(f"{name} must be a list of {one}s, but is {given!r}. Make one: [{one}].")
    found = list(given)
    for item in found:
        if not isinstance(item, str):
            raise error(f"{name} must be a list of {one}s, which are texts, but {item!r} stands in it.")
    return found


#: Characters of a message. Where it tells and how to cure it stand at its ends; what is left out was found.
_LONGEST_MESSAGE, _LONGEST_END = 2_000, 500


def shortened(message: str) -> str:
    """A message that a person reads, however long what was found is."""
    if len(message) <= _LONGEST_MESSAGE:
        return message
    return f"{message[: _LONGEST_MESSAGE - _LONGEST_END]} ... {message[-_LONGEST_END:]}"


#: A shorter part stands in names that have nothing to do with it.
_LEAST_OF_NAME = 4
#: The time of a comparison grows with the square of the length.
_MOST_OF_NAME = 200


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """
    The sentence " Did you mean 'x'?" for the nearest known name, or "" when none is near.

    An id is often typed without its folder, so the last part of a known path counts as its name too. What begins with
    the typed name comes first, then what has it as a part, for names are broken off more often than mistyped.
    """
    if len(wrong) > _MOST_OF_NAME:
        return ""
    by_name: dict[str, str] = {}
    for name in known:
        by_name.setdefault(name, name)
        by_name.setdefault(name.rsplit("/", 1)[-1], name)
    matches: list[str] = []
    if len(wrong) >= _LEAST_OF_NAME:
        # False comes before True, and of several the shortest has the least besides.
        parts = [(not name.startswith(wrong), len(name), name) for name in by_name if wrong in name]
        matches = [name for _, _, name in sorted(parts)[:1]]
    matches = matches or get_close_matches(wrong, by_name, n=1, cutoff=0.6)
    return f" Did you mean {by_name[matches[0]]!r}?" if matches else ""
