"""The rules of the oracle that need no documents: windows of time, hours of the day, slips of a word."""

import datetime as dt

from finder.domain.schedule import Occurrence, weekday_of
from finder.search.criteria import When

DAY = dt.timedelta(days=1)


def in_window(when: When, sitting: Occurrence, now: dt.datetime, zone: dt.tzinfo) -> bool:
    """Whether *sitting* is in the window at *now*."""
    start, end = sitting.start.astimezone(dt.UTC), sitting.end.astimezone(dt.UTC)
    if end <= now:
        return False
    local = now.astimezone(zone)
    today = local.date()
    match when:
        case When.NOW:
            return start <= now + dt.timedelta(hours=2)
        case When.NEXT24H:
            return start < now + DAY
        case When.TOMORROW:
            return start.astimezone(zone).date() == today + DAY
        case When.WEEKEND:
            saturday = today
            while weekday_of(saturday) != 6:
                saturday += -DAY if weekday_of(today) == 0 else DAY
            return start.astimezone(zone).date() in {saturday, saturday + DAY}
        case When.TONIGHT:
            evening = today - DAY if local.hour < 4 else today
            begins = dt.datetime.combine(evening, dt.time(17), zone).astimezone(dt.UTC)
            ends = dt.datetime.combine(evening + DAY, dt.time(4), zone).astimezone(dt.UTC)
            return start < ends and end > begins


def between(minute: int | None, first: int | None, until: int | None) -> bool:
    """Whether a start is from *first* to before *until*, which may go over midnight."""
    if first is None and until is None:
        return True
    if minute is None:
        return False
    first, until = first or 0, 24 * 60 if until is None else until
    if first >= until:
        return minute >= first or minute < until
    return first <= minute < until


def slips(one: str, other: str) -> int:
    """Letters too many, missing, wrong, or two neighbours swapped, to make one word of the other (no part twice)."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
