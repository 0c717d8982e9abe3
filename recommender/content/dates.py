"""Dates as sites write them -> moments with a time zone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

__all__ = ["read_date"]

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
)
#: Year, month and day as people type them, beyond what `datetime.fromisoformat` reads.
_NUMBERS = re.compile(
    rf"(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})(?:(?:T|,?\s+(?:at\s+)?){_TIME})?", re.IGNORECASE
)
#: The zones that e-mail knows by name (RFC 5322), by the hours that they are ahead of UTC.
_ZONES = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0,
    "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
}  # fmt: skip
_ZONE = re.compile(
    rf"\s*(?:(?P<name>{'|'.join(_ZONES)})|(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{{1,2}}):?(?P<minutes>\d{{2}})?)"
    r"(?:\s+\([^()]*\))?$",
    re.IGNORECASE,
)
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
        + rf"(?:(?:,|\s+at)?\s+{_TIME})?",
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
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    zone_at = _ZONE.search(text)
    # NB the year of 02-Mar-2021 and the day of 2021-3-2 look like zones.
    for written, zone in ((text, None), (text[: zone_at.start()], zone_at) if zone_at else ("", None)):
        for form in (_NUMBERS, *_NAMED_MONTHS):
            if found := form.fullmatch(written):
                try:
                    return _of_parts(found).replace(tzinfo=_zone(zone) if zone else None)
                except ValueError:
                    raise ValueError(", which is not possible") from None
    with suppress(ValueError):
        return parsedate_to_datetime(text)
    raise ValueError(", which is not possible" if _ISO_START.match(text) and ":" in text else "")


def _of_parts(found: re.Match[str]) -> datetime:
    """The moment that a pattern has found, without a zone; ValueError where there is none such."""
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("an hour of a half day")
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    month = int(found["month"]) if found["month"].isdecimal() else _MONTHS.index(found["month"][:3].lower()) + 1
    microsecond = int((found["fraction"] or "").ljust(6, "0"))
    day, minute, second = int(found["day"]), int(found["minute"] or 0), int(found["second"] or 0)
    return datetime(int(found["year"]), month, day, hour, minute, second, microsecond)


def _zone(found: re.Match[str]) -> timezone:
    """The zone that `_ZONE` has found; ValueError where there is none such."""
    if found["name"]:
        return timezone(timedelta(hours=_ZONES[found["name"].lower()]))
    ahead = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-ahead if found["sign"] == "-" else ahead)
