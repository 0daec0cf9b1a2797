"""When made-up meetings sit: their recurrence and dated exceptions, relative to a day."""

import datetime as dt

from finder.domain.schedule import Override, Schedule, weekday_of
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from finder.feeds.demo_plan import Change, Pattern, Repeat

WEEKS_OF_MONTH = {
    Repeat.FIRST_THIRD: (1, 3),
    Repeat.SECOND_FOURTH: (2, 4),
    Repeat.FIFTH: (5,),
    Repeat.LAST: (-1,),
}
INTERVALS = {Repeat.EVERY_2: 2, Repeat.EVERY_4: 4}

COURSE_WEEKS = 10
DAY = dt.timedelta(days=1)


def on_or_after(date: dt.date, days: tuple[int, ...]) -> dt.date:
    """The first date from *date* on that falls on one of *days*; *date* itself when there are none."""
    candidates = (date + step * DAY for step in range(7))
    return next((each for each in candidates if weekday_of(each) in days), date)


def demo_schedule(pattern: Pattern, *, zone: str, today: dt.date, deal: int) -> Schedule:
    """The schedule of *pattern* in *zone*; *deal* chooses the weekday and the phase where the pattern leaves them."""
    days = pattern.days or (deal % 7,)
    kind, interval = RecurrenceKind.WEEKLY, 1
    weeks: tuple[int, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    if pattern.repeat is Repeat.APPOINTMENT:
        kind, days = RecurrenceKind.APPOINTMENT, ()
    elif pattern.repeat is Repeat.ONCE:
        kind, first = RecurrenceKind.ONCE, today + (2 + deal % 20) * DAY
        days = (weekday_of(first),)
    elif pattern.repeat is Repeat.COURSE:
        first = on_or_after(today - (1 + deal % 3) * 7 * DAY, days)
        last = first + (COURSE_WEEKS - 1) * 7 * DAY
    elif pattern.repeat in INTERVALS:
        interval = INTERVALS[pattern.repeat]
        first = on_or_after(today - (deal % interval) * 7 * DAY, days)
    elif pattern.repeat in WEEKS_OF_MONTH:
        kind, weeks = RecurrenceKind.MONTHLY, WEEKS_OF_MONTH[pattern.repeat]
    return Schedule(
        kind=kind,
        weekdays=days,
        start=pattern.start,
        duration=pattern.duration,
        zone=zone,
        interval=interval,
        weeks_of_month=weeks,
        first_date=first,
        last_date=last,
    )


def demo_overrides(change: Change, schedule: Schedule, *, today: dt.date, place: str) -> tuple[Override, ...]:
    """The dated exception of a made-up meeting, if it has one; *place* is where a moved one sits."""
    sitting = on_or_after(today + 2 * DAY, schedule.weekdays)
    if change is Change.CANCELLED:
        note = "No meeting this time: the floor is being painted."
        return (Override(kind=OverrideKind.CANCELLED, first_date=sitting, last_date=sitting, note=note),)
    if change is Change.HOLIDAY:
        feast = dt.date(today.year + (today > dt.date(today.year, 12, 25)), 12, 25)
        note = "Closed on 25 December."
        return (Override(kind=OverrideKind.CANCELLED, first_date=feast, last_date=feast, note=note),)
    if change is Change.MOVED:
        note = "The usual room is being repaired."
        return (
            Override(
                kind=OverrideKind.MOVED, first_date=today - 7 * DAY, last_date=today + 21 * DAY, place=place, note=note
            ),
        )
    if change is Change.ONLINE_ONLY:
        note = "Online only while the heating is repaired."
        return (Override(kind=OverrideKind.ONLINE_ONLY, first_date=sitting, last_date=sitting + 13 * DAY, note=note),)
    if change is Change.OTHER_TIME and schedule.start is not None:
        later = schedule.start.replace(hour=schedule.start.hour + 1)
        note = "One hour later this week."
        return (
            Override(
                kind=OverrideKind.OTHER_TIME,
                first_date=sitting,
                last_date=sitting + 6 * DAY,
                start=later,
                duration=schedule.duration,
                note=note,
            ),
        )
    return ()
