"""Words that name nothing, by language: what is left out of texts, and what counts for little in headlines."""

import re
from functools import lru_cache
from importlib import import_module

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
    own per really s same shall shan't she should shouldn't so some somebody someone something such t than that the
    their theirs them themselves then there these they this those through to too under until up upon very was wasn't
    we were weren't what when where which while who whom whose why will with within without won't would wouldn't yet you
    your yours yourself yourselves
    """.split()
)
#: What the lists of other languages have and what is news all the same ("employment", "force", "the right", "life"),
#: and the pronouns and auxiliary verbs that they
#: lack ("nobody", "something").
_NEWS = {
    "ar": "زيارة لقاء قوة", "bg": "време глас екип живот новина смях юмрук", "bn": "কথা কাজ দিন নাম বছর",
    "cs": "design email strana",
    "es": "cuenta empleo estado estados fuerza poder tiempo trabajo valor verdad",
    "fr": "dos droite essai force mine mot parole personnes pièce valeur voie état", "he": "דרך נגר עז",
    "fil": "tao", "sh": "bih broj dana", "is": "dag tíma ár ára árið",
    "it": "colla colle comprare gente lavoro persone stati stato", "lv": "gada gadu gadā", "mk": "ден луѓе",
    "pt": "caminho corrente direita estado horas povo tempo trabalho valor verdade",
    "ru": "время жизнь люди мира человек", "sl": "dan del dela delo ime let leta čas času",
    "sv": "beslut höger vänster", "ta": "அரசு நாள் படம் பெண் வேலை", "ur": "اللہ خان دنیا ملک",
    "uk": "життя люди людина миру",
}  # fmt: skip
_PRONOUNS = {
    "de": "jemand mehrere niemand viele wenige", "es": "alguien", "fr": "aucune certains quelque quelques rien toute",
    "it": "alcuni nessuno niente nulla qualcosa",
    "ko": "것입니다 됩니다 되는 된다 사용하면 없는 없습니다 이며 입니다 있는 있고 있다 있습니다 "
          "있어요 있으며 하고 하는 하며 한다 합니다 했습니다",
    "nl": "alle elk elke ieder niemand waarom", "pl": "nikt",
    "pt": "alguém algo nada nenhum ninguém tudo vários", "ru": "никто ничто",
}  # fmt: skip
#: The Turkish list has three letters as another code page has them.
_TURKISH = str.maketrans("ýþð", "ışğ")
#: Of a language without a list its commonest words stand in: of a hundred those as short as function words are.
_N_COMMONEST, _LONGEST_COMMON = 100, 4
#: What headlines and names are made of, whatever they are about: forms of texts, praise, spans of time, units, forms
#: of address. No subjects.
_OF_HEADLINES = {
    "cs": "den dobrý dopis malý měsíc nejlepší nový oznámení pozvánka průvodce recenze recept rok rozhovor tipy "
          "týden velký",
    "da": "anmeldelse bedste dag god interview lille måned ny nyhedsbrev opskrift stor tips uge velkommen år",
    "de": "ankündigung anleitung bericht beste dr einfach einladung einzige frau gedanken groß gründe gut herr "
          "hinweis interview jahr jähriger klein kurz leitfaden minuten monat nachruf neu newsletter portrait porträt "
          "prozent rezension rezept sankt schnell stunden tag test tipp willkommen woche",
    "en": "advertorial aged announce announcement announcing availability available basics beginner behind best big "
          "cent choose choosing complete day digest dollars dr easy eight eighteen eleven episode euros explainer faq "
          "fifteen fifty first five forty four fourteen get getting good great guide hours hundred interview "
          "introduce introducing introduction kg km last letter little long look make making miles million minutes "
          "month mr mrs new newsletter next nine notice obituary old part percent portrait pounds prof quick reason "
          "recap recipe report review roundup saint san scene seven seventeen short simple sir six sixteen small "
          "sponsored story ten thing thirteen thirty thoughts thousand three tip today tomorrow top trick twelve "
          "twenty two ultimate update week weekly welcome year",
    "es": "anuncio aviso año bienvenida bueno carta consejo día entrevista episodio euros grande guía horas mejor "
          "mes minutos nuevo pequeño razones receta reseña san santa semana truco",
    "fi": "arvostelu haastattelu hyvä ilmoitus kuukausi paras pieni päivä resepti suuri uusi vihjeet viikko vuosi",
    "fr": "an annonce année astuce avis bienvenue bon entretien euros grand guide heures interview jour lettre "
          "meilleur minutes mme mois nouveau petit raisons recette saint semaine épisode",
    "it": "anno annuncio avviso benvenuto buono consiglio episodio euro giorno grande guida intervista lettera "
          "mese migliore minuti motivi nuovo ore piccolo puntata recensione ricetta settimana",
    "nl": "aankondiging aflevering beste brief dag euro gids goed groot interview jaar klein maand minuten nieuw "
          "nieuwsbrief recensie recept tip uur week welkom",
    "nb": "anmeldelse beste dag god intervju liten måned ny nyhetsbrev oppskrift stor tips uke velkommen år",
    "pl": "dobry duży dzień list mały miesiąc najlepszy nowy odcinek ogłoszenie porady przepis recenzja rok "
          "tydzień wywiad zaproszenie",
    "pt": "ano anúncio aviso bom carta dia dica entrevista episódio euros grande horas melhor minutos motivos mês "
          "novo pequeno receita resenha semana",
    "ru": "большой выпуск год день интервью лучший маленький месяц неделя новый объявление отзыв письмо "
          "приглашение рецензия рецепт советы хороший",
    "sv": "avsnitt brev bästa dag god guide intervju liten månad ny nyhetsbrev recension recept stor tips vecka "
          "välkommen år",
    "tr": "ay büyük duyuru gün hafta iyi küçük rehber röportaj tarif yeni yıl",
    "uk": "великий випуск год день добрий запрошення лист малий місяць найкращий новий оголошення поради рецензія "
          "рецепт рік тиждень інтерв'ю",
}  # fmt: skip
#: What a text is, where it stands before a title: "Opinion: let the cafe stay", "[Korrektur] Der Fahrplan", "【訂正】".
#: Not what a page of documentation, or a course, may be about as well: a video, a quiz, an event, an update.
_RUBRICS = {
    "ar": "تصحيح, رأي",
    "cs": "fejeton, komentář, recenze, reportáž, rozhovor",
    "da": "anmeldelse, debat, kommentar, leder, læserbrev, rettelse",
    "de": "bildergalerie, eilmeldung, essay, exklusiv, gastbeitrag, glosse, interview, kolumne, kommentar, korrektur, "
          "leitartikel, leserbrief, leserbriefe, live-ticker, liveblog, liveticker, meinung, nachgefragt, nachruf, "
          "pressemitteilung, pro und contra, reportage, rezension, rezept, spielbericht, stellenanzeige, umfrage, "
          "veranstaltungstipp, video",
    "el": "γνώμη, διόρθωση, συνέντευξη",
    "en": "advertorial, breaking, breaking news, case study, clarification, comment, correction, corrections, customer "
          "story, editorial, erratum, exclusive, explainer, guest post, in pictures, interview, job advert, letter, "
          "letters, live, live blog, liveblog, match report, obituary, op-ed, opinion, podcast, press release, recipe, "
          "review, sponsored, vacancy",
    "es": "análisis, carta al director, cartas al director, columna, comunicado, crónica, directo, editorial, en "
          "directo, entrevista, errata, fe de errores, opinión, receta, reportaje, reseña, tribuna, vídeo, última hora",
    "fr": "chronique, communiqué, dossier, en direct, enquête, entretien, erratum, interview, opinion, portrait, "
          "recette, rectificatif, reportage, tribune, vidéo, édito, éditorial",
    "he": "דעה, תיקון", "hi": "संपादकीय, साक्षात्कार", "hu": "helyesbítés, interjú, vélemény", "id": "opini, wawancara",
    "it": "commento, comunicato, diretta, editoriale, errata corrige, il commento, in diretta, intervista, lettere, "
          "opinione, recensione, reportage, ricetta, video",
    "ja": "お知らせ, インタビュー, コラム, レビュー, 動画, 募集, 社説, 訂正, 速報",
    "ko": "공지, 사설, 속보, 영상, 인터뷰, 정정, 칼럼",
    "nb": "anmeldelse, debatt, intervju, kommentar, kronikk, leder, leserinnlegg, rettelse",
    "nl": "column, commentaar, ingezonden, ingezonden brief, interview, liveblog, opinie, persbericht, recensie, "
          "rectificatie, reportage, vacature, video",
    "pl": "felieton, na żywo, opinia, pilne, recenzja, reportaż, sprostowanie, wideo, wywiad",
    "pt": "análise, ao vivo, coluna, crônica, editorial, entrevista, errata, opinião, receita, reportagem, resenha, "
          "vídeo",
    "ru": "видео, интервью, колонка, комментарий, мнение, опрос, поправка, репортаж, рецензия, срочно",
    "sv": "debatt, direkt, insändare, intervju, krönika, ledare, recension, rättelse, video",
    "tr": "köşe yazısı, röportaj", "uk": "відео, думка, інтерв'ю", "vi": "phỏng vấn, ý kiến",
    "zh": "专访, 公告, 专訪, 影片, 快讯, 更正, 社論, 社论, 視頻, 视频, 評論, 评论",
}  # fmt: skip
_RUBRIC = re.compile(
    r"(?:\[([^\]]{2,40})\]|【([^】]{2,20})】|([^\s:：|–—\[\]][^:：|–—\[\]]{1,39}?)\s*(?:[:：](?!\d)|(?<=\s)[–—-]\s))\s*(?=\S)"
)
#: What counts them: "Pressemitteilung Nr. 12". "Live 12" is a product.
_RUBRIC_NUMBER = re.compile(r"\s*(?:(?:nr|no|n°|nº|№)\.?|#)\s*\d[\d./-]*$")
#: Forms of texts in scripts without spaces, and turns such as "on", "how" and "why".
FORMS_UNSPACED = re.compile(
    r"(?a:第(?=\d)|(?<=\d)[回号年月日期])|お?知らせ|ご?案内|について|に関する|における|のための|关于|關於|如何|怎么|怎麼|为什么|為什麼|的?通知|公告"
)
_OF_THE_CALENDAR = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    *("december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
#: Names of days and months that are also those of a planet, a stove and a market.
_SUBJECTS = frozenset({"mars", "ocak", "pazar"})


def headline_words(language: str) -> frozenset[str]:
    """
    Words of a language that many headlines have, in small letters: a form of text, a day, a month, a unit.

    Two headlines that share one of them have nothing in common yet; with another word beside it they are of one kind.
    """
    try:
        calendar = import_module(f"dateparser.data.date_translation_data.{language}").info
    except ImportError:
        calendar = {}
    found = set(_OF_HEADLINES.get(language, "").split())
    for day in _OF_THE_CALENDAR:
        names = {name.lower() for name in calendar.get(day, ())}
        # Not "sun" and "mar".
        shortened = {one for one in names for other in names if other != one and other.startswith(one) and len(one) < 5}
        found |= {name for name in names - shortened - _SUBJECTS if len(name) > 2}
    return frozenset(found)


@lru_cache(maxsize=64)
def _rubrics(language: str) -> frozenset[str]:
    return frozenset(_RUBRICS.get(TABLES.get(language, language), "").split(", ")) - {""}


def without_rubric(title: str, language: str) -> str:
    """A title in a language, by its primary code, without what the text is, where that stands before it."""
    title = title.lstrip()
    found = _RUBRIC.match(title)
    name = next(filter(None, found.groups()), "").strip().lower() if found else ""
    return title[found.end() :] if found and _RUBRIC_NUMBER.sub("", name) in _rubrics(language) else title


@lru_cache(maxsize=64)
def function_words(language: str) -> frozenset[str]:
    """Those of a language, by its primary code, in small letters, or what is likest; none where nothing is known."""
    if language == "en":
        return _ENGLISH
    known = TABLES.get(language, language)
    if known in LANGUAGE_MAPPING:
        # Those of Hebrew stand in quotation marks and commas.
        listed = [word.strip('",') for word in get_stop_words(known)]
        if known == "tr":
            listed = [word.translate(_TURKISH) for word in listed]
    else:
        listed = [word for word in commonest(known, _N_COMMONEST) if len(word) <= _LONGEST_COMMON]
    words = {*listed, *_PRONOUNS.get(known, "").split()}
    return frozenset(words.difference(_NEWS.get(known, "").split()))
