from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.content.dates import read_date

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
        ("2021-3-2", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021.03.02", datetime(2021, 3, 2, tzinfo=BERLIN)),
        ("2021-03-02 7:14:00 +0000", MOMENT),
        ("2021-3-2 8:14:0", MOMENT),
        ("2021-03-02 8:14:00 am", MOMENT),
        ("2021/3/2, 7:14 PM UTC", datetime(2021, 3, 2, 19, 14, tzinfo=UTC)),
        ("2021-03-02 2:14:00 EST", MOMENT),
        ("2021-03-02T07:14:00.5 +0", datetime(2021, 3, 2, 7, 14, 0, 500_000, tzinfo=UTC)),
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
        ("Feb 30 2021", ", which is not possible"),
        ("Mar 2 2021 13:00 PM", ", which is not possible"),
        ("2021-3-32", ", which is not possible"),
        ("2021-03-02 12:00:00 +25:00", ", which is not possible"),
        ("2021-03-02 13:00 AM", ", which is not possible"),
        ("05/06/2022", ""),
        ("5.6.2022", ""),
        ("March 2021", ""),
        ("Mar 2 21", ""),
        ("tomorrow", ""),
        ("", ""),
        (2021, ""),
        (True, ""),
        ([2021, 3, 2], ""),
        ({"year": 2021}, ""),
        (None, ""),
        (10**30, ", which is out of range"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=10))), ", which is out of range"),
    ],
)
def test_no_date(value, addition):
    """What is no date is an error that says why where it looks like one."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the message is compared
        read_date(value, UTC)
    assert str(caught.value) == addition


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))
def test_round_trip(moment):
    """A moment that is written in ISO form is read as itself."""
    assert read_date(moment.isoformat(), UTC).astimezone(UTC) == moment.astimezone(UTC)


@given(st.text(max_size=20))
def test_any_text(text):
    """Any text is a moment with a zone, or a ValueError."""
    with suppress(ValueError):
        assert read_date(text, UTC).tzinfo is not None
