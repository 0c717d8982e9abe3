"""Dates as sites write them -> moments with a time zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

__all__ = ["read_date"]

#: What `datetime.fromisoformat` does not read. The zone may follow any of those with a time.
_FORMATS = ("%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")
_ZONE = re.compile(r"\s*(?:(UTC|GMT|Z)|(?:UTC|GMT)?([+-]\d{2}):?(\d{2}))(?:\s+\([^()]*\))?$", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY, _YEAR, _BETWEEN = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?", r"(?P<year>\d{4})", r"(?:\s*,\s*|\s+|\s*-\s*)"
#: A month's name leaves no doubt which number is the day. By hand: `strptime` knows the names in the language of the
#: machine, and libraries that guess read what could be two dates.
_NAMED_MONTHS = tuple(
    re.compile(
        r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
        + _BETWEEN.join(order)
        + r"(?:(?:,|\s+at)?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
        + r"(?:\s*(?P<half>[ap])\.?m\.?)?)?",
        re.IGNORECASE,
    )
    for order in ((_MONTH, _DAY, _YEAR), (_DAY, _MONTH, _YEAR), (_YEAR, _MONTH, _DAY))
)
_ISO_START = re.compile(r"\d{4}-\d")
#: Numbers from here on are seconds (September 2001), from there on milliseconds since 1970, as databases give them.
_LEAST_SECONDS, _LEAST_MILLISECONDS = 1_000_000_000, 100_000_000_000


def read_date(value: Any, zone: tzinfo) -> datetime:
    """
    The moment that a value means.

    Parameters
    ----------
    value
        A date, a moment, a text, or seconds or milliseconds since 1970. A date is midnight.
    zone
        The time zone of a value that names none.

    Raises
    ------
    ValueError
        It is no date; the message is what to add to the sentence "... must be a date, but is X".
    """
    moment = _moment(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        # A moment that cannot be compared in UTC is none: the years 1 and 9999 at the edges of the calendar.
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(", which is out of range") from None
    return moment


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str):
        return _parsed(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= _LEAST_SECONDS:
        try:
            return datetime.fromtimestamp(value / 1000 if value >= _LEAST_MILLISECONDS else value, UTC)
        except (ValueError, OverflowError, OSError):
            raise ValueError(", which is out of range") from None
    raise ValueError("")


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        problem = str(error)
    bare, zone = text, None
    if found := _ZONE.search(text):
        bare = text[: found.start()]
        zone = datetime.strptime("+0000" if found[1] else f"{found[2]}{found[3]}", "%z").tzinfo
    for read in (datetime.fromisoformat, *(_reader(form) for form in _FORMATS)):
        with suppress(ValueError):
            return read(bare).replace(tzinfo=zone)
    # NB the year of 02-Mar-2021 looks like a zone.
    for written, its_zone in ((text, None), (bare, zone)):
        for form in _NAMED_MONTHS:
            if named := form.fullmatch(written):
                with suppress(ValueError):
                    return _with_named_month(named).replace(tzinfo=its_zone)
                raise ValueError(", which is not possible")
    with suppress(ValueError):
        return parsedate_to_datetime(text)
    is_impossible = _ISO_START.match(text) and ("must be in" in problem or "out of range" in problem)
    raise ValueError(", which is not possible" if is_impossible else "")


def _with_named_month(found: re.Match[str]) -> datetime:
    """The moment that one of `_NAMED_MONTHS` has found; ValueError where there is none such."""
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("an hour of a half day")
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    return datetime(
        int(found["year"]), month, int(found["day"]), hour, int(found["minute"] or 0), int(found["second"] or 0)
    )


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)
