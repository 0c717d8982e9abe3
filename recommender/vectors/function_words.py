"""Words that name nothing, by language: what is left out of texts."""

from functools import lru_cache

from stop_words import LANGUAGE_MAPPING, get_stop_words

from recommender.content.languages import TABLES, commonest

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
    """.split()
)
#: What the lists of other languages have and what is news all the same ("employment", "force", "the right", "life"),
#: and the pronouns and auxiliary verbs that they
#: lack ("nobody", "something").
_NEWS = {
    "bg": "време глас екип живот новина смях юмрук", "bn": "কথা কাজ দিন নাম বছর", "cs": "design email strana",
    "es": "empleo estado estados fuerza tiempo trabajo valor verdad", "fr": "droite force personnes pièce valeur",
    "fil": "tao", "sh": "bih broj dana", "is": "dag tíma ár ára árið",
    "it": "gente lavoro persone stati stato", "lv": "gada gadu gadā", "mk": "ден луѓе",
    "pt": "corrente direita estado horas povo tempo trabalho valor verdade",
    "ru": "время жизнь люди мира человек", "sl": "dan del dela delo ime let leta čas času",
    "sv": "beslut", "ta": "அரசு நாள் படம் பெண் வேலை", "ur": "اللہ خان دنیا ملک", "uk": "життя люди людина миру",
}  # fmt: skip
_PRONOUNS = {
    "de": "jemand mehrere niemand viele wenige", "es": "alguien", "fr": "aucune certains quelque quelques rien toute",
    "it": "alcuni nessuno niente nulla qualcosa",
    "ko": "것입니다 됩니다 되는 된다 사용하면 없는 없습니다 이며 입니다 있는 있고 있다 있습니다 "
          "있어요 있으며 하고 하는 하며 한다 합니다 했습니다",
    "nl": "alle elk elke ieder niemand waarom", "pl": "nikt",
    "pt": "alguém algo nada nenhum ninguém tudo vários", "ru": "никто ничто",
}  # fmt: skip
#: Of a language without a list its commonest words stand in: of a hundred those as short as function words are.
_N_COMMONEST, _LONGEST_COMMON = 100, 4


@lru_cache(maxsize=64)
def function_words(language: str) -> frozenset[str]:
    """Those of a language, by its primary code, in small letters, or what is likest; none where nothing is known."""
    if language == "en":
        return _ENGLISH
    known = TABLES.get(language, language)
    if known in LANGUAGE_MAPPING:
        listed = get_stop_words(known)
    else:
        listed = [word for word in commonest(known, _N_COMMONEST) if len(word) <= _LONGEST_COMMON]
    words = {*listed, *_PRONOUNS.get(known, "").split()}
    return frozenset(words.difference(_NEWS.get(known, "").split()))
