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
_FORMATS = ("%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
_ZONE = re.compile(r"\s*(?:(UTC|GMT|Z)|([+-]\d{2}):?(\d{2}))$", re.IGNORECASE)
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
    with suppress(ValueError):
        return parsedate_to_datetime(text)
    is_impossible = _ISO_START.match(text) and ("must be in" in problem or "out of range" in problem)
    raise ValueError(", which is not possible" if is_impossible else "")


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)
