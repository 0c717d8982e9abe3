from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.content.dates import NoDayError, of_iran, read_date

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2021, 3, 2, 7, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (MOMENT, MOMENT),
        (datetime(2021, 3, 2, 7, 14), datetime(2021, 3, 2, 7, 14, tzinfo=BERLIN)),
        (date(2021, 3, 2), datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021-03-02", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021-03-02T07:14:00Z", MOMENT),
        (" 2021-03-02T07:14:00.000Z ", MOMENT),
        ("2021-03-02 08:14:00 +0100", MOMENT),
        ("2021-03-02 08:14 +01:00", MOMENT),
        ("2021-03-02 07:14 UTC", MOMENT),
        ("2021/03/02", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021/03/02 07:14:00 Z", MOMENT),
        ("March 2, 2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("Mar 2, 2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2 March 2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("Mar 02 2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("March 2 2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("mar. 2nd, 2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("Tuesday, March 2, 2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("02-Mar-2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021 Mar 2", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("Mar 2, 2021 8:14 AM", MOMENT),
        ("2 March 2021 at 8:14", MOMENT),
        ("March 2, 2021 12:14 PM UTC", datetime(2021, 3, 2, 12, 14, tzinfo=UTC)),
        ("Tue Mar 02 2021 08:14:00 GMT+0100 (Central European Standard Time)", MOMENT),
        ("Tue, 02 Mar 2021 08:14:00 +0100", MOMENT),
        ("2021–03–02", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021‑03‑02T08:14:00−00:00", datetime(2021, 3, 2, 8, 14, tzinfo=UTC)),
        ("2021-3-2", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021.03.02", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021-03-02 7:14:00 +0000", MOMENT),
        ("2021-3-2 8:14:0", MOMENT),
        ("2021-03-02 8:14:00 am", MOMENT),
        ("2021/3/2, 7:14 PM UTC", datetime(2021, 3, 2, 19, 14, tzinfo=UTC)),
        ("2021-03-02 2:14:00 EST", MOMENT),
        ("2021-03-02T07:14:00.5 +0", datetime(2021, 3, 2, 7, 14, 0, 500_000, tzinfo=UTC)),
        ("2021-03-02 8:14 AM Europe/Berlin", MOMENT),
        ("$Date: 2021-03-02 08:14:00 +0100 (Tue, 02 Mar 2021) $", MOMENT),
        ("02.03.2021 8.14 Uhr", MOMENT),
        ("2 mars 2021, 8 h 14", MOMENT),
        ("2 de março de 2021 às 8h14", MOMENT),
        ("2.3.2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("02.03.2021 8:14", MOMENT),
        ("25/3/2021", datetime(2021, 3, 25, tzinfo=BERLIN)),
        ("3/25/2021", datetime(2021, 3, 25, tzinfo=BERLIN)),
        ("2021-03", datetime(2021, 3, 1, tzinfo=BERLIN)),
        ("March 2021", datetime(2021, 3, 1, tzinfo=BERLIN)),
        ("March 2021 8:14", datetime(2021, 3, 1, 8, 14, tzinfo=BERLIN)),
        ("the 2nd of March, 2021", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021-03-02T08:14+01:00[Europe/Berlin]", MOMENT),
        ("2021-03-02T08:14[Europe/Berlin]", MOMENT),
        ("2021-03-02T07:14:00Z[UTC]", MOMENT),
        ("13:34 06/21/2012", datetime(2012, 6, 21, 13, 34, tzinfo=BERLIN)),
        ("2021-03-01 24:00:00", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021_03_02", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("20210302081400", MOMENT),
        (20210302081400, MOMENT),
        ("2 March '21", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2 มีนาคม 2564", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("๒ มีนาคม ๒๕๖๔", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ({"created": date(2021, 3, 2), "updated": date(2022, 1, 1)}, datetime(2021, 3, 2, tzinfo=BERLIN)),
        ({"$date": "2021-03-02T07:14:00Z"}, MOMENT),
        ({"$date": {"$numberLong": "1614669240000"}}, MOMENT),
        (1614669240, MOMENT),
        (1614669240000, MOMENT),
    ],
)
def test_read(value, expected):
    """A date in any usual form is read; one without a zone is in the site's."""
    assert read_date(value, BERLIN) == expected


@pytest.mark.parametrize(
    ("value", "addition"),
    [
        ("2021-02-30", ", which is not possible"),
        ("2021-13-01", ", which is not possible"),
        ("2021-03-02T25:00:00", ", which is not possible"),
        ("Feb 30 2021", ""),
        ("Spring 2021", ""),
        ("05/06/2022 CET", ""),
        ("last Tuesday", ""),
        ("version 3 of May 2021", ""),
        ("2021-3-32", ", which is not possible"),
        ("2021-03-02 24:01", ", which is not possible"),
        ("9999-12-31 24:00", ", which is not possible"),
        ("2021-03-02 12:00:00 +25:00", ", which is not possible"),
        ("2021-03-02 13:00 AM", ", which is not possible"),
        ("05/06/2022", ", which could be two days (articles.site_language: en-US or en-GB says which is meant)"),
        (20210231, ""),
        ("3/4/21", ", which could be two days (articles.site_language: en-US or en-GB says which is meant)"),
        ("2/III/2021", ""),
        ("2021. III. 2.", ""),
        ("2.3.2021 klo 8.14", ""),
        ("令和3年度", ""),
        ("2021 m. 2 d.", ""),
        ("2021-03-02 to 2021-03-04", ""),
        ("Posted on March 2, 2021", ""),
        ("2021-03-02 8.14", ""),
        ("Mar 2 21", ""),
        ("tomorrow", ""),
        ("", ""),
        (2021, ""),
        (True, ""),
        ([2021, 3, 2], ""),
        ({"year": 2021}, ""),
        (None, ""),
        (10**30, ", which is out of range"),
        (datetime(9999, 12, 31, 20, tzinfo=timezone(timedelta(hours=-10))), ", which is out of range"),
    ],
)
def test_no_date(value, addition):
    """What is no date is an error that says why where it looks like one."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the message is compared
        read_date(value, UTC)
    assert str(caught.value) == addition


def test_two_digits_of_a_year_are_not_guessed_where_the_year_comes_first():
    """In Japan 21/03/02 begins with the year, so such a text is told and not taken for a day of 2002."""
    with pytest.raises(ValueError, match=r"^$"):
        read_date("21/03/02", UTC, ("ja",))


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1402/06/31", "2023-09-22"),
        ("1402-02-30 14:05", "2023-05-20 14:05"),
        ("۱۴۰۲/۰۵/۱۳", "2023-08-04"),
        ("۱۲ مرداد ۱۴۰۲", "2023-08-03"),
        (date(1403, 12, 30), date(2025, 3, 20)),
        (date(1404, 1, 1), date(2025, 3, 21)),
        (datetime(1399, 12, 30, 7), datetime(2021, 3, 20, 7)),
        ("1402/13/01", "1402/13/01"),
        ("2023-08-04", "2023-08-04"),
        (date(1320, 5, 12), date(1320, 5, 12)),
        (1402, 1402),
    ],
)
def test_iran(typed, day):
    """A day of Iran's calendar is one of ours, the hour behind it stays; what is none is left as it is."""
    assert of_iran(typed) == day


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2. März 2021", "de"),
        ("Dienstag, den 2. März 2021", "de"),
        ("Am 02. März 2021", ""),
        ("tisdag den 2 mars 2021", "sv"),
        ("2º de março de 2021", "pt"),
        ("2.º de marzo de 2021", "es"),
        ("2ο Μαρτίου 2021", "el"),
        ("mardi 2 mars 2021", "fr"),
        ("2 de marzo de 2021", "es"),
        ("2 de Março de 2021", "pt-BR"),
        ("2 marca 2021", "pl"),
        ("2 марта 2021 г.", "ru"),
        ("2021年3月2日", "ja"),
        ("2021年3月2日", "zh-CN"),
        ("2021년 3월 2일", "ko"),
        ("令和3年3月2日", "ja"),
        ("令和３年３月２日（火）", ""),
        ("民國110年3月2日", "zh-TW"),
        ("中華民國 110 年 3 月 2 日", "zh-Hant"),
        ("2021 m. kovo 2 d.", "lt"),
        ("2021 m. kovo mėn. 2 d.", ""),
        ("2021-03-02 d.", "lt"),
        ("2 mars 2021", ""),
        ("2 Machi 2021", "sw"),
        ("2 ማርች 2021", "am"),
        ("2. März 2021", "en"),
        ("2/3/2021", "fr"),
        ("3/2/2021", "en-US"),
        ("2/3/21", "it"),
        ("02.03.21", "de"),
        ("3/2/21", "en-US"),
    ],
)
def test_languages(text, language):
    """A date in the words and the order of the article's language is read, else in the words of any."""
    assert read_date(text, BERLIN, (language,) if language else ()) == datetime(2021, 3, 2, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成30年12月1日", date(2018, 12, 1)),
        ("昭和63年1月7日", date(1988, 1, 7)),
        ("大正12年9月1日", date(1923, 9, 1)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("民国110年3月", date(2021, 3, 1)),
    ],
)
def test_eras(text, day):
    """A year of Japan's eras is one of ours, their first year by its own word too; so is one of Taiwan's."""
    assert read_date(text, UTC).date() == day


def test_language_decides():
    """A word that is two months in two languages is the month of the article's."""
    assert [read_date("5 listopada 2021", UTC, (language,)).month for language in ("pl", "hr")] == [11, 10]


@pytest.mark.parametrize(
    "text", ["2 mars 2021", "2 marts 2021", "2 märts 2021", "2 maaliskuuta 2021",
             "2 มีนาคม 2021", "2 mar 2021", "2 Mrt 2021"],
)  # fmt: skip
def test_any_language(text):
    """The names of months are known in the commonest languages, also where several share one."""
    assert read_date(text, UTC) == datetime(2021, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "Last Modified", "git Created", "last-modified", "today", "now", "`r Sys.Date()`", r"\today", "$Date$",
        "0001-01-01T00:00:00Z", date(1, 1, 1), "31/12/0001",
    ],
)  # fmt: skip
def test_none(value):
    """The words by which Eleventy and Quarto ask for a time, and Go's zero time, are no date and no fault."""
    assert read_date(value, UTC) is None


@pytest.mark.parametrize(
    "value",
    [
        "0000-00-00", "0000-00-00T00:00:00", "-0001-11-30T00:00:00+00:00", "0000/00/00", "00.00.0000", "00000000",
        "2018-00-00", "2018-05-00 00:00:00", 20180500, "November 30, -0001", "30.11.-0001", "NaT", "nil",
        "Invalid date", "Mon, 30 Nov -0001 00:00:00 +0000", "TBD", "n/a", "?", "{{date}}", "<% tp.date.now() %>",
        "YYYY-MM-DD", "2024", "1790", "circa 1800", "c. 1320", "ca.1790", "1850-1860", "1850–60", "1790s", "[1850?]",
        "late 18th century", "between 1850 and 1860", "2nd half of the 19th century", "500 BC",
    ],
)  # fmt: skip
def test_no_day(value):
    """What databases and people write for a date that there is not is told apart from a fault."""
    with pytest.raises(NoDayError):
        read_date(value, UTC)


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))
def test_round_trip(moment):
    """A moment that is written in ISO form is read as itself."""
    assert read_date(moment.isoformat(), UTC).astimezone(UTC) == moment.astimezone(UTC)


@given(st.text(max_size=20))
def test_any_text(text):
    """Any text is a moment with a zone, none, or a ValueError."""
    with suppress(ValueError):
        moment = read_date(text, UTC)
        assert moment is None or moment.tzinfo is not None
