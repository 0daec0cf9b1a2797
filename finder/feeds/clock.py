"""A time of day as people and spreadsheets write it.

By 24 or 12 hours ("19:30", "7:30 PM", "7p", "730pm", "1930", "19.30 Uhr", "19h30"), in words ("noon"), as the fraction
of a day that it is to a spreadsheet (0.8125), or with the date before it that one puts there ("1899-12-30 19:30:00").
What could be two times is none: nobody is sent to a time that nobody meant.
"""

import datetime as dt
import re

NOON, LAST_HOUR, LAST_MINUTE = 12, 23, 59
A_DAY = 24 * 60
#: How far, in minutes, a fraction may be from a time that it means: it was cut to four digits.
NEAR = 0.1
#: A fraction of fewer digits was cut, and means a time as meetings have them: of five minutes.
WHOLE_DIGITS, STEP = 6, 5
#: A number of days since 1900 has so many digits for decades to come. A day 1 has a fraction of more than two.
SERIAL_DIGITS, FRACTION_DIGITS = 5, 3

_HALF = r"\s*(?:(?P<half>[ap])(?:\.?\s?m)?\.?)?"
_HOURS = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d+)?)?)?" + _HALF)
#: Hours of 24 with the word for them: 19 Uhr, 19.30 Uhr, 19h, 19h30. What is 7h may be either half of the day.
_UNIT = re.compile(r"(\d{1,2}(?=\s?h\s?\d)|\d{1,2}[:.]\d{2}|0\d|1[3-9]|2\d)\s?(?:uhr|h)\.?\s?(\d{2})?")
_TOGETHER = re.compile(r"(?P<hour>\d{1,2})(?P<minute>\d{2})" + _HALF)
_FRACTION = re.compile(r"(\d{0,5})[.,](\d{1,30})")
_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2}))(?:t|,?\s+)(.+)")
#: Years in which days begin to be counted: what is dated so has no date, and may be at midnight.
_NO_DATE = re.compile(r"(?<!\d)(?:1899|1900|1904)(?!\d)")
_NOON = re.compile(r"noon|12(?:[:.]00)?\s*n(?:oon)?\.?")
_MIDNIGHT = re.compile(r"(?:12(?:[:.]00)?\s*)?midnight")


def read_clock(text: str) -> dt.time | None:
    """The time of day that *text* says, with its seconds; None when it says none, or not which of two."""
    words = text.strip().casefold()
    if _NOON.fullmatch(words):
        return dt.time(NOON)
    if _MIDNIGHT.fullmatch(words):
        return dt.time()
    found = _of_fraction(words)
    if found is None:
        found = _of_hours(_without_unit(words))
    return _dated(words) if found is None else found


def _of_fraction(text: str) -> dt.time | None:
    """What a fraction of a day means: of day 0, of day 1, or of a day in our century."""
    match = _FRACTION.fullmatch(text)
    if match is None:
        return None
    day, digits = match[1], match[2]
    counted = len(day) == SERIAL_DIGITS or (day == "1" and len(digits) >= FRACTION_DIGITS)
    if day not in {"", "0"} and not counted:
        return None
    exact = float(f"0.{digits}") * A_DAY
    minutes = round(exact)
    likely = len(digits) >= WHOLE_DIGITS or minutes % STEP == 0
    if abs(exact - minutes) > NEAR or not likely or minutes == A_DAY:
        return None
    if counted and not minutes:  # a date alone
        return None
    return dt.time(*divmod(minutes, 60))


def _without_unit(text: str) -> str:
    """*text* as hours and minutes alone, where a word for hours stands in it."""
    match = _UNIT.fullmatch(text)
    if match is None:
        return text
    hours, minutes = match.groups()
    if minutes is None:
        minutes = "" if len(hours) > len("19") else "00"
    return f"{hours}:{minutes}" if minutes else hours


def _of_hours(text: str) -> dt.time | None:
    match = _HOURS.fullmatch(text)
    if match is not None and not (match["minute"] or match["half"]):  # a bare "7" may be either half of the day
        return None
    if match is None:
        match = _TOGETHER.fullmatch(text)
        if match is None or not (match["half"] or len(text) == len("1930")):  # and so may a bare "730"
            return None
    told = match.groupdict()
    hour, minute, second = int(told["hour"]), int(told["minute"] or 0), int(told.get("second") or 0)
    if told["half"] and hour <= NOON:
        hour = hour % NOON + (NOON if told["half"] == "p" else 0)
    if hour > LAST_HOUR or minute > LAST_MINUTE or second > LAST_MINUTE:
        return None
    return dt.time(hour, minute, second)


def _dated(text: str) -> dt.time | None:
    """The time behind a date; midnight only where the date is none, since a date alone is often written so."""
    match = _DATED.fullmatch(text)
    found = _of_hours(match[2]) if match else None
    if match is None or found is None or (found == dt.time() and not _NO_DATE.search(match[1])):
        return None
    return found
