"""The rows that a listing has in a Meeting Guide feed: one a weekday, as its sitting in the coming week is.

Meeting Guide knows weekly meetings only. So what is not plainly weekly stands in a feed on the days of the coming week
on which it takes place, and a dated exception changes the row of its day.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from finder.domain.occurrences import occurrence_on
from finder.domain.overrides import override_on
from finder.domain.recurrence import dates
from finder.domain.schedule import Override, Schedule, weekday_of, zone_of
from finder.domain.vocabulary import OverrideKind
from finder.feeds.document import Document, overrides_of, schedule_of

WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)
_MINUTES_A_DAY = 24 * 60

#: What is put behind the slug of a meeting of several days; no slug of ours holds an underscore.
DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
DAY_MARK = "_"
SLUG_LENGTH = 64


class DayRow(NamedTuple):
    """One row: weekday (0 = Sunday), start and end (HH:MM), and the dated exception of its sitting with its date.

    By appointment there is neither day nor time.
    """

    day: int | None = None
    start: str = ""
    end: str = ""
    date: dt.date | None = None
    override: Override | None = None


BY_APPOINTMENT = (DayRow(),)


def day_rows(document: Document, *, now: dt.datetime) -> list[DayRow] | tuple[DayRow, ...]:
    """The rows of the listing that *document* is about, for the week from *now* (aware) on, one a weekday at most."""
    rule = document["schedule"]
    if rule["kind"] == "appointment" or not rule["start"]:
        return BY_APPOINTMENT
    if is_plain(rule) and not document["overrides"]:
        end = end_after(rule["start"], rule["duration_min"])
        return [DayRow(day, rule["start"], end) for day in rule["weekdays"]]
    return sorted(_sittings(schedule_of(document), overrides_of(document), now), key=lambda row: row.day or 0)


def is_plain(rule: dict[str, Any]) -> bool:
    """Whether a rule says every week, without beginning or end."""
    every_week = rule["kind"] == "weekly" and rule["interval"] == 1
    return every_week and not rule["first_date"] and not rule["last_date"]


def _sittings(schedule: Schedule, overrides: tuple[Override, ...], now: dt.datetime) -> Iterator[DayRow]:
    """The first sitting of each weekday that has not ended and begins within a week, cancelled ones among them."""
    today = now.astimezone(zone_of(schedule.zone)).date()
    taken: set[int] = set()
    for date in dates(schedule, first=today - _DAY, last=today + WEEK):
        override = override_on(overrides, date)
        cancelled = override is not None and override.kind is OverrideKind.CANCELLED
        sitting = occurrence_on(schedule, date, None if cancelled else override)
        day = weekday_of(date)
        if day in taken or sitting.end <= now or sitting.start >= now + WEEK:
            continue
        taken.add(day)
        start = (override and override.start) or schedule.start or dt.time()
        length = (override and override.duration) or schedule.duration
        text = start.strftime("%H:%M")
        yield DayRow(day, text, end_after(text, int(length.total_seconds()) // 60), date, override)


def end_after(start: str, minutes: int) -> str:
    """The time *minutes* after *start* (HH:MM), at most a minute less than a day: an end at the start says nothing."""
    total = int(start[:2]) * 60 + int(start[3:]) + min(minutes, _MINUTES_A_DAY - 1)
    return f"{total // 60 % 24:02d}:{total % 60:02d}"


def row_slug(document: Document, day: int | None) -> str:
    """The slug of the row of *day*: the listing's own when it meets on one day, else one that ends in the day's name.

    Of a long slug the end makes way for the listing's number.
    """
    slug: str = document["slug"]
    if day is None or (len(document["schedule"]["weekdays"]) <= 1):
        return slug
    tail = DAY_MARK + DAY_NAMES[day]
    if len(slug) + len(tail) <= SLUG_LENGTH:
        return slug + tail
    tail = f"{DAY_MARK}{document['id']:x}{tail}"
    return slug[: SLUG_LENGTH - len(tail)] + tail


def listing_of(slug: str) -> tuple[str, int | None]:
    """What a row's slug says of its listing: the listing's slug, or (of a long one) its number.

    A slug that no row of several days has comes back as it is.
    """
    base, mark, day = slug.rpartition(DAY_MARK)
    if not mark or day not in DAY_NAMES:
        return slug, None
    _, mark, number = base.rpartition(DAY_MARK)
    if not mark:
        return base, None
    try:
        return "", int(number, 16)
    except ValueError:
        return base, None
