"""The words that name nothing, by language: what is left out of texts before they are compared."""

from __future__ import annotations

from functools import lru_cache

from stop_words import LANGUAGE_MAPPING, get_stop_words

#: Function words only: "fire", "bill", "mine", "system", "call" and "top", which longer lists have, are news.
_ENGLISH = frozenset(
    """
    a about above after again against all am among an and another any anybody anyone anything are aren't as at be
    because been before being below between both but by can can't cannot could couldn't did didn't do does doesn't doing
    don don't during each either every everybody everyone everything few for from further had hadn't has hasn't have
    haven't having he her here hers herself him himself his how i if in into is isn't it its itself just may me might
    more most must my myself neither no nobody none nor not now of off on once only or other our ours ourselves out over
    own s same shall shan't she should shouldn't so some somebody someone something such t than that the their theirs
    them themselves then there these they this those through to too under until up upon very was wasn't we were weren't
    what when where which while who whom whose why will with within without won't would wouldn't yet you your yours
    yourself yourselves
    """.split()  # noqa: SIM905 - as a text it is read
)
#: What the lists of other languages have and what is news all the same ("employment", "force", "the right", "life"),
#: and the pronouns that they lack ("nobody", "something").
_NEWS = {
    "bg": "време глас екип живот новина смях юмрук", "cs": "design email strana",
    "es": "empleo estado estados fuerza tiempo trabajo valor verdad", "fr": "droite force personnes pièce valeur",
    "it": "gente lavoro persone stati stato", "pt": "corrente direita estado horas povo tempo trabalho valor verdade",
    "ru": "время жизнь люди мира человек", "sv": "beslut", "uk": "життя люди людина миру",
}  # fmt: skip
_PRONOUNS = {
    "de": "jemand mehrere niemand viele wenige", "es": "alguien", "fr": "aucune certains quelque quelques rien toute",
    "it": "alcuni nessuno niente nulla qualcosa", "nl": "alle elk elke ieder niemand waarom", "pl": "nikt",
    "pt": "alguém algo nada nenhum ninguém tudo vários", "ru": "никто ничто",
}  # fmt: skip


@lru_cache(maxsize=64)
def function_words(language: str) -> frozenset[str]:
    """Those of a language, by its primary code, in small letters; none where they are not known."""
    if language == "en":
        return _ENGLISH
    known = "nb" if language in ("nn", "no") else language
    if known not in LANGUAGE_MAPPING:
        return frozenset()
    words = {*get_stop_words(known), *_PRONOUNS.get(known, "").split()}
    return frozenset(words.difference(_NEWS.get(known, "").split()))
