"""Dates as sites write them -> moments with a time zone."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.bounds import LONGEST_DATE

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?|\s*uhr)?"
)
_AND_TIME = rf"(?:(?:T|,?\s+(?:at\s+)?){_TIME})?"
#: The zones that e-mail knows by name (RFC 5322), by the hours that they are ahead of UTC.
_ZONES = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0,
    "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
}  # fmt: skip
_AND_ZONE = (
    rf"(?:\s*(?:(?P<name>{'|'.join(_ZONES)})|(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{{1,2}}):?(?P<minutes>\d{{2}})?)"
    r"(?:\s+\([^()]*\))?)?"
)
#: Year, month and day in numbers, beyond what `datetime.fromisoformat` reads.
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})([-/._])\s?(?P<month>\d{{1,2}})(?:\2\s?(?P<day>\d{{1,2}})\.?{_AND_TIME})?{_AND_ZONE}",
    re.IGNORECASE,
)
#: With dots, nobody begins with the month.
_YEAR_LAST = re.compile(
    rf"(?P<day>\d{{1,2}})(?P<between>[-/.])\s?(?P<month>\d{{1,2}})(?P=between)\s?(?P<year>\d{{4}}){_AND_TIME}{_AND_ZONE}",
    re.IGNORECASE,
)
#: A zone by its place, as in 2021-03-03 07:14 Europe/Berlin.
_PLACE = re.compile(r"(?<=[\dMm])(?:\s+|\s*\[)(?P<place>[A-Z][A-Za-z_]+/[A-Za-z_/]+)\]?$")
#: A remark behind a date: the day of the week, mostly, or the zone once more.
_REMARK = re.compile(r"(?<=[\dZ])\s*(?:\([^()]*\)|\[[^][]*\])$")
#: What is spelled otherwise first: dashes between digits, a moment in digits alone, an hour before its day (as Grav has
#: it), a year without its century, Lithuania's words behind year, month and day, ordinals, hours such as 18h58 and
#: 18.58 Uhr, Subversion's keyword around its date.
_SPELLINGS = (
    (re.compile(r"(?<=\d)[‐‑‒–—−－](?=\d)"), "-"),
    (re.compile(r"^(\d{8})(\d{6})$"), r"\1T\2"),
    (re.compile(r"^(\d{1,2}:\d\d)\s+(\S+)$"), r"\2 \1"),
    (re.compile(r"(?<=\s)['’]([0-4]\d)$"), r"20\1"),
    (re.compile(r"(?<=^\d{4})\s?m\.(?=\s)|\smėn\.|(?<=\d)\s?d\.(?=[\s,]|$)"), ""),
    (re.compile(r"^(?:[^\W\d_]+,?\s+)?(?:den|am)\s+(?=\d)|(?<=\d)\.?[ºο](?=\s)", re.IGNORECASE), ""),
    (re.compile(r",?\s+(?:(?:às|à)\s+)?(\d{1,2})(?:\s?h\s?(\d\d)$|\.(\d\d)(?=\s+Uhr$))"), r" \1:\2\3"),
    (re.compile(r"^\$\w+:\s+(.*\S)\s+\$$"), r"\1"),
)
#: A year of two digits behind day and month; in some languages the first number is the year.
_SHORT_YEAR = re.compile(r"^(\d{1,2}([./])\d{1,2}\2)([0-4]\d)(?!\d)")
_YEAR_COMES_FIRST = frozenset({"hu", "ja", "ko", "lt", "mn", "zh"})
#: A year of Thailand's calendar, which began 543 years before.
_THAI, _THAI_YEAR = re.compile("[\u0e00-\u0e7f]"), re.compile(r"(?<!\d)[2๒][4-6๔-๖]\d\d(?!\d)")
#: A year of Japan's eras and of Taiwan's, by the year before their first, which is also called 元.
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911}
_ERA_YEAR = re.compile(rf"(?:中[華华])?(?P<era>{'|'.join(_ERAS)})\s*(?P<year>元|\d{{1,3}})(?=\s*年)")
#: A day of Iran's calendar, in numbers or words; of a year in which there was a web, which no other calendar has then.
_IRANIAN_MONTHS = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند".split()
_IRANIAN_DAY = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)")
_IRANIAN_WORDS = re.compile(rf"(?P<day>\d{{1,2}}) (?P<month>{'|'.join(_IRANIAN_MONTHS)})[,،]? (?P<year>\d{{4}})(?!\d)")
_IRANIAN_YEARS = range(1370, 1420)
_ARABIC_LETTER = re.compile(r"[\u0620-\u06d3]")
#: What may hold a month's name. A text without a year of four digits could be anything, 5/6/2022 CET two dates, and
#: 3/V/2024, with a Roman numeral, is of May.
_WORDY = re.compile(r"(?!\d{1,2}[/.-]\d{1,2}[/.-]|\d+[\s./-]+[IVX]+\b)(?=.*[^\W\d_])(?=.*(?<!\d)\d{4}(?!\d)).{6,80}")
#: Languages in which a date in words is looked for where the article's, the site's and English do not know it: the
#: commonest of the two hundred that the parser has, each of which takes a fifth of a millisecond.
_N_LANGUAGES = 45
#: Words of Eleventy, Quarto, R, LaTeX and Subversion for the time of a file or of the run, which its bytes do not tell.
_OF_THE_FILE = re.compile(r"(?:git\s+)?(?:last[\s-]+modified|created)|\\?today|now|`r [^`\d]+`|\$\w+\$", re.IGNORECASE)
#: What databases, forms and templates write where there is no date, PHP's zero and days of MySQL without their month
#: among it; a year alone.
_NO_DAY = re.compile(
    r"\d{4}(?P<mark>\D?)(?:00(?P=mark)\d\d|\d\d(?P=mark)00)(?!\d).*|\d\d?[-/.]\d\d?[-/.]0000.*|.*-0001\b.*"
    r"|n/?a|na[nt]|nil|none|null|undefined|invalid\s+date(?:time)?|tb[ad]|todo|unknown|undated|draft|pending|never|later"
    r"|(?:coming\s+)?soon|-+|\?+"
    r"|y{4}.m{1,2}.d{1,2}|\{[^{}\d]+\}|<[^<>\d]+>|\[[^][\d]+\]"
    # Years and ages, as museums date what they have: c. 1320, 1850-60, late 18th century.
    r"|(?=.*\d)[(\[]?(?>(?:(?:circa|ca?|about|around|before|after|early|mid|late|possibly|probably|between|and|or|to|the"
    r"|first|second|half|quarter|of|centur(?:y|ies)|b?ce?|ad|um|vers|jahrhundert|siècle|\d{1,2}(?:st|nd|rd|th|e)"
    r"|(?<=1\d\d\d-)[2-9]\d|\d{3,4}s?)\b[.,/?()\[\]\s-]*+)+)",
    re.IGNORECASE,
)
#: What the day of an article is called where its date is a mapping: Material for MkDocs' and MongoDB's.
_DATED_BY = ("created", "published", "date", "$date", "$numberLong")
#: Numbers from here on are seconds (September 2001), from there on milliseconds since 1970, as databases give them.
_LEAST_SECONDS, _LEAST_MILLISECONDS = 1_000_000_000, 100_000_000_000
_SECONDS = re.compile(r"\d{10}|\d{13}", re.ASCII)
#: And from the first of these to the last, days: 20210303.
_LEAST_DAY, _LAST_DAY = 19_000_101, 21_001_231
#: A day with its hour, minute and second, in digits: in milliseconds these are of the years 2572 to 2640.
_IN_DIGITS = range(_LEAST_DAY * 10**6, (_LAST_DAY + 1) * 10**6)
#: What reads a value as a date.
ReadDate = Callable[[Any], datetime | None]


class NoDayError(ValueError):
    """The value is no mistake of whoever wrote it, and tells no day: a word for none, or what could be two days."""


def of_iran(value: Any) -> Any:
    """A day of Iran's calendar, with the hour behind it, as one of ours; any other value as it is."""
    found = (_IRANIAN_DAY.match(value) or _IRANIAN_WORDS.match(value)) if isinstance(value, str) else None
    if found:
        year, named, day = int(found["year"]), found["month"], int(found["day"])
        month = _IRANIAN_MONTHS.index(named) + 1 if named in _IRANIAN_MONTHS else int(named)
    elif isinstance(value, date):
        year, month, day = value.year, value.month, value.day
    else:
        return value
    if year not in _IRANIAN_YEARS or not 1 <= month <= 12 or not 1 <= day <= 30 + (month <= 6):
        return value
    # Eight years of 33 have a day more. Six months have 31 days, the others 30.
    n_before = 365 * (year - 1370) + (8 * year + 21) // 33 - 332 + 31 * (month - 1) - max(0, month - 7)
    ours = date(1991, 3, 21) + timedelta(n_before + day - 1)
    return f"{ours}{value[found.end() :]}" if found else value.replace(ours.year, ours.month, ours.day)


def date_reader(zone: tzinfo, languages: Sequence[str], title: str) -> ReadDate:
    """What reads the dates of one article, as `read_date` does: by Iran's calendar where it is in Persian."""
    is_persian = any(code[:2] == "fa" for code in languages) or _ARABIC_LETTER.search(title)
    return lambda value: read_date(of_iran(value) if is_persian else value, zone, languages)


def read_date(value: Any, zone: tzinfo, languages: Sequence[str] = ()) -> datetime | None:
    """
    The moment that a value means, by its offset from UTC; None where a file says that it has no date of its own.

    The value is a date, a moment, a text, or seconds or milliseconds since 1970; a date is midnight, a month its first
    day. The zone is that of a value that names none; names of months are looked for in the languages before all others.
    None is given for Go's zero time and the words of Eleventy and Quarto. Raises ValueError for what is no date; the
    message is what to add to the sentence "... must be a date, but is X".
    """
    moment = _moment(value, languages)
    if moment is None or moment.year == 1:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        # A moment that cannot be compared in UTC is none: the years 1 and 9999 at the edges of the calendar.
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(", which is out of range") from None
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()), fold=0)


def _moment(value: Any, languages: Sequence[str]) -> datetime | None:
    # Twice, for what YAML makes of a note's link: [[2021-03-03]].
    for _ in range(2):
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(value, Mapping):
            value = next((value[name] for name in _DATED_BY if value.get(name)), value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str) and _SECONDS.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, str) and len(value) <= LONGEST_DATE:
        return _parsed(value.strip().removeprefix("[[").removesuffix("]]"), tuple(languages))
    if isinstance(value, int) and (_LEAST_DAY <= value <= _LAST_DAY or value in _IN_DIGITS):
        return _parsed(str(value), ())
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= _LEAST_SECONDS:
        try:
            return datetime.fromtimestamp(value / 1000 if value >= _LEAST_MILLISECONDS else value, UTC)
        except (ValueError, OverflowError, OSError):
            raise ValueError(", which is out of range") from None
    raise ValueError("")


def _parsed(text: str, languages: tuple[str, ...]) -> datetime | None:
    for spelling, usual in _SPELLINGS:
        text = spelling.sub(usual, text)
    if _YEAR_COMES_FIRST.isdisjoint(language.partition("-")[0].lower() for language in languages):
        text = _SHORT_YEAR.sub(r"\g<1>20\3", text)
    if _THAI.search(text):
        text = _THAI_YEAR.sub(lambda year: str(int(year[0]) - 543), text)
    text = _ERA_YEAR.sub(lambda found: str(_ERAS[found["era"]] + int(found["year"].replace("元", "1"))), text)
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    if _OF_THE_FILE.fullmatch(text):
        return None
    if _NO_DAY.fullmatch(text) or "{{" in text or "<%" in text:
        raise NoDayError("")
    if found := _PLACE.search(text):
        with suppress(ZoneInfoNotFoundError, ValueError):
            place, moment = ZoneInfo(found["place"]), _parsed(text[: found.start()], languages)
            return moment.replace(tzinfo=place) if moment and moment.tzinfo is None else moment
    text = _REMARK.sub("", text)
    if found := _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text):
        try:
            return _of_numbers(found, languages).replace(tzinfo=_zone(found))
        except NoDayError:
            raise
        except (ValueError, OverflowError):
            raise ValueError(_NOT_POSSIBLE) from None
    if _WORDY.fullmatch(text) and (moment := _in_words(text, languages)):
        return moment
    raise ValueError(_NOT_POSSIBLE if re.match(r"\d{4}-\d", text) and ":" in text else "")


_NOT_POSSIBLE = ", which is not possible"
TWO_DAYS = ", which could be two days (articles.site_language: en-US or en-GB says which is meant)"


def _of_numbers(found: re.Match[str], languages: tuple[str, ...]) -> datetime:
    """The moment that a pattern has found, without a zone; ValueError where there is none such."""
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(_NOT_POSSIBLE)
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    day, month = int(found["day"] or 1), int(found["month"])
    if found.re is _YEAR_LAST and found["between"] != "." and day != month:
        language = next(iter(languages), "en").lower()
        if max(day, month) > 12:
            day, month = max(day, month), min(day, month)
        elif language == "en":
            raise NoDayError(TWO_DAYS)
        elif language == "en-us":
            day, month = month, day
    microsecond = int((found["fraction"] or "").ljust(6, "0"))
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    # The end of a day is the beginning of the next.
    is_end = (hour, minute, second, microsecond) == (24, 0, 0, 0)
    moment = datetime(int(found["year"]), month, day, 0 if is_end else hour, minute, second, microsecond)
    return moment + timedelta(days=is_end)


def _zone(found: re.Match[str]) -> timezone | None:
    """The zone that a pattern has found, None for none; ValueError where there is none such."""
    if found["name"]:
        return timezone(timedelta(hours=_ZONES[found["name"].lower()]))
    if not found["sign"]:
        return None
    ahead = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-ahead if found["sign"] == "-" else ahead)


@lru_cache(maxsize=4096)
def _in_words(text: str, languages: tuple[str, ...]) -> datetime | None:
    """The moment that a text with the name of a month means, or None: in one of the languages, else in another."""
    return cast("datetime | None", _parser(languages).get_date_data(text).date_obj)


@lru_cache(maxsize=64)
def _parser(languages: tuple[str, ...]) -> Any:
    # Takes a tenth of a second to import, and few sites need it.
    from dateparser.data.languages_info import language_order
    from dateparser.date import DateDataParser

    codes = [code for code in (language.partition("-")[0] for language in languages) if code in language_order]
    return DateDataParser(
        languages=[*dict.fromkeys((*codes, "en", *language_order[:_N_LANGUAGES]))],
        use_given_order=True,
        settings={
            "PARSERS": ["absolute-time"],
            "REQUIRE_PARTS": ["month", "year"],
            "PREFER_DAY_OF_MONTH": "first",
            # What a text leaves out never depends on the day of the run.
            "RELATIVE_BASE": datetime(2001, 1, 1),
        },
    )
