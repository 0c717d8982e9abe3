"""What the name of a file says: its slug, its date and its language. Text only, no file is touched."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import date
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from recommender.articles import NAMED_DAY, slug_of

ENDINGS = (".md", ".markdown", ".mdx", ".mdown", ".mkd", ".mkdn", ".mkdown", ".svx")

#: How the name of a file ends at the beginning of a message about it.
_FILE_ENDS = tuple(f"{ending}:" for ending in ENDINGS)
_DAY = re.compile(
    r"(?:^|/)(?P<year>(?:19|20)\d\d)([-_./]?)(?P<month>\d\d)(?:\2(?=\d\d[-_./\s]|\d\d$)|(?<=/\d\d)-(?=\d\d-[^\W\d]))(?P<day>\d\d)",
    re.ASCII,
)
_ESCAPED = re.compile("%[0-9A-Fa-f]{2}")
#: Longer than what letters are read of one by one (JSON-LD): GETTING-STARTED.
_SHOUTED = re.compile(r"[^\W\d_]{6}")
_CODE = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")

#: ISO 639-1, the two-letter codes.
_ISO_639_1 = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()
)


def without_ending(path: str) -> str:
    """A path without its Markdown ending."""
    small = path.lower()
    return next((path[: -len(ending)] for ending in ENDINGS if small.endswith(ending)), path)


def unread_ids(problems: Iterable[object]) -> Callable[[str], bool]:
    """Whether an id may be of an article that some problems of reading kept from us, in its file or in its folder."""
    said = tuple(map(str, problems))

    def is_unread(article_id: str) -> bool:
        # NB a name may have a colon of its own.
        folders = (f"{folder}:" for folder in PurePosixPath(article_id).parents)
        starts = (f"{article_id}:", *folders)
        # Of 2024 the file is 2024.md, and not 2024.notes.md.
        return any(
            one.startswith(starts)
            or (one.startswith(article_id) and one[len(article_id) :].lower().startswith(_FILE_ENDS))
            for one in said
        )

    return is_unread


def name_date(path: str) -> date | None:
    """The date that a Jekyll file name begins with, as in ``_posts/2021-03-03-tea.md``; None where there is none."""
    return _date(NAMED_DAY.match(path.rsplit("/", 1)[-1]))


def dated(path: str) -> date | None:
    """The date that a path tells, though to few generators: ``20210303-tea.md``, ``2021/03-03-tea.md``; else None."""
    return _date(_DAY.search(without_ending(path)))


def _date(found: re.Match[str] | None) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])) if found else None
    except ValueError:
        return None


def slug(path: str, languages: Collection[str] = ()) -> str:
    """What a generator calls a file: without date, ending and language; ``tea/index.md`` is called by its folder."""
    folders, _, name = path.rpartition("/")
    name = without_ending(name)
    if (code := suffix_language(name)) and code in languages:
        name = name[: -len(code) - 1]
    return slug_of(f"{folders}/{name}" if folders else name)


def rooted(path: str) -> str:
    """A path without its steps up: ../../kettles/copper is kettles/copper."""
    return normpath(path).lstrip("./")


def fits(path: str, pattern: str) -> bool:
    """Whether a glob pattern fits a path; a folder's name stands for all below it, and any folder for the top too."""
    several = {pattern, pattern.removeprefix("**/")}
    return any(fnmatchcase(path, one) or path.startswith(one.rstrip("/*") + "/") for one in several)


def is_word(character: str) -> bool:
    """Whether a character is a letter, a mark or a digit, which every generator keeps in an address."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"


def titleized(text: str) -> str:
    """
    A slug as words, each with a capital letter, as Jekyll titles a post; words and days as they are.

    A word with capitals of its own keeps them, unless the whole slug is shouted.
    """
    if _ESCAPED.search(text) and (typed := unquote(text.replace("-", " "))).isprintable() and "\ufffd" not in typed:
        # Wikis of Azure DevOps escape what no file may be called by, and write hyphens for blanks.
        text = typed
    if " " in text.strip() or _DAY.fullmatch(text):
        return text.strip()
    text = text.lower() if text.isupper() and _SHOUTED.search(text) else text
    words = re.split(r"[-_\s]+", text)
    return " ".join(word.capitalize() if word == word.lower() else word for word in words if word)


#: Languages by their code: their names in English and in themselves, their codes of three letters, and the
#: country that is taken for one.
_NAMES = {
    name: code
    for code, *names in (
        line.split(",")
        for line in (
            "ar,arabic,العربية,ara", "bg,bulgarian,български,bul", "bn,bengali,বাংলা,ben", "ca,catalan,català,cat",
            "cs,czech,čeština,česky,ces,cze,cz", "da,danish,dansk,dan,dk", "de,german,deutsch,deu,ger",
            "el,greek,ελληνικά,ell,gre,gr", "en,english,eng", "es,spanish,español,castellano,spa",
            "et,estonian,eesti,est",
            "eu,basque,euskara,eus", "fa,persian,farsi,فارسی,fas,per", "fi,finnish,suomi,fin",
            "fr,french,français,fra,fre", "gl,galician,galego,glg", "he,hebrew,עברית,heb", "hi,hindi,हिन्दी,hin",
            "hr,croatian,hrvatski,hrv", "hu,hungarian,magyar,hun", "id,indonesian,bahasa indonesia,ind",
            "is,icelandic,íslenska,isl", "it,italian,italiano,ita", "ja,japanese,日本語,jpn,jp",
            "ko,korean,한국어,kor,kr",
            "lt,lithuanian,lietuvių,lit", "lv,latvian,latviešu,lav", "ms,malay,bahasa melayu,msa",
            "nl,dutch,nederlands,nld,dut", "no,norwegian,norsk,nor", "nb,norsk bokmål,bokmål,nob",
            "nn,norsk nynorsk,nynorsk,nno", "pl,polish,polski,pol", "pt,portuguese,português,por",
            "pt-BR,brazilian portuguese,portuguese (brazil),português brasileiro,português (brasil),"
            "português do brasil", "ro,romanian,română,ron,rum",
            "ru,russian,русский,rus", "sk,slovak,slovenčina,slk", "sl,slovenian,slovene,slovenščina,slv",
            "sr,serbian,српски,srpski,srp", "sv,swedish,svenska,swe", "th,thai,ไทย,tha", "tr,turkish,türkçe,tur",
            "uk,ukrainian,українська,ukr,ua", "ur,urdu,اردو,urd", "vi,vietnamese,tiếng việt,vie",
            "zh,chinese,mandarin,中文,汉语,zho,chi,cn", "zh-Hans,simplified chinese,chinese (simplified),简体中文",
            "zh-Hant,traditional chinese,chinese (traditional),繁體中文",
        )
    )
    for name in names
}  # fmt: skip


def named_language(text: str) -> str:
    """The code of a language that a person names: by a code, however spelled, or by its name; "" for any other text."""
    text = unicodedata.normalize("NFC", text.strip())
    name = text.casefold()
    if code := _NAMES.get(name) or language_code(text):
        return code
    # With a region: English (UK), US English.
    words = [name.partition(" (")[0]] if name.endswith(")") else name.split(" ")
    named = [_NAMES[word] for word in words if len(word) > 3 and word in _NAMES]
    return named[0] if len(named) == 1 and len(words) <= 2 and "," not in name else ""


def language_code(text: str) -> str:
    """A language code in its usual spelling (``en``, ``zh-CN``, ``zh-Hant``), or "" for a text that is none."""
    found = _CODE.fullmatch(re.split("[.@]", text.strip())[0])
    if found is None or (len(found[1]) == 2 and found[1].lower() not in _ISO_639_1):
        return ""
    parts = [_NAMES.get(found[1].lower(), found[1].lower()) if found[2] else found[1].lower()]
    for part in re.split(r"[-_]", found[2])[1:]:
        parts.append(part.upper() if len(part) == 2 else part.capitalize() if len(part) == 4 else part.lower())
    return "-".join(parts)


def suffix_language(path: str) -> str:
    """The language that a Hugo file name ends with, as in ``tea.de.md``, as typed; "" where it has none."""
    stem, _, code = without_ending(path.rsplit("/", 1)[-1]).rpartition(".")
    return code if stem and len(re.split(r"[-_]", code)[0]) == 2 and language_code(code) else ""


def names_language(target: str, language: str) -> bool:
    """Whether a target says that it means an article of this language: /de/tea/, tea.de.md."""
    parts = target.partition("?")[0].strip("/").split("/")
    codes = {language_code(part) for part in parts[:-1]} | {language_code(suffix_language(parts[-1]) or "-")}
    return language != "" and language in codes
