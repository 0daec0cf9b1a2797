"""What dated exceptions do to the sitting of one date."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from finder.domain.schedule import Override
from finder.domain.vocabulary import OverrideKind


def override_on(overrides: Sequence[Override], day: dt.date) -> Override | None:
    """What holds on the local date *day* (first and last dates inclusive), or None when nothing is out of the ordinary.

    When several cover the date, a cancellation wins. Else they become one that holds on the days they share, and the
    last in the sequence wins for each attribute that it gives: start, duration, note. Kind and place come together
    from the last that says where to go (moved, online only), so that a new hour does not hide a new hall.
    """
    hits = [override for override in overrides if override.first_date <= day <= override.last_date]
    if not hits:
        return None
    for override in hits:
        if override.kind is OverrideKind.CANCELLED:
            return override
    return hits[0] if len(hits) == 1 else _together(hits)


def _together(hits: list[Override]) -> Override:
    last_first = hits[::-1]
    where = next((override for override in last_first if override.kind is not OverrideKind.OTHER_TIME), last_first[0])
    return replace(
        where,
        first_date=max(override.first_date for override in hits),
        last_date=min(override.last_date for override in hits),
        start=next((override.start for override in last_first if override.start is not None), None),
        duration=next((override.duration for override in last_first if override.duration is not None), None),
        note=next((override.note for override in last_first if override.note), ""),
    )
