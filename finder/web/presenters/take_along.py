"""A list to take along: where the same question is answered to calendars, spreadsheets, readers and others."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finder.feeds.ical import MAX_IN_CALENDAR
from finder.web.presenters.ask import Link
from finder.web.presenters.feeds import CHANGES, Alternate, alternates_of, behind, feed_of
from finder.web.presenters.labels import counted

Asked = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TakeAlong:
    """The ways as links, and those that programs look for.

    ``words`` tell what of the list is not in all of them, if anything.
    """

    links: list[Link]
    alternates: Sequence[Alternate]
    words: str = ""


def take_along(asked: Asked, public_url: str, *, total: int = 0) -> TakeAlong:
    """The ways for the question *asked*, which *total* meetings answer; *public_url* is where the site is reached."""
    query = behind(asked)
    calendar = re.sub(r"^https?:", "webcal:", public_url) + f"/meetings.ics{query}"
    links = [
        Link("Follow it in your calendar", calendar, note="webcal"),
        Link("A table for a spreadsheet", f"/export/meetings.csv{query}", note="CSV"),
        Link("All of it for another meeting finder", feed_of(asked), note="Meeting Guide JSON"),
        Link("Data for other software, page by page", f"/api/v1/meetings{query}", note="API"),
        Link("What is new and what changes", CHANGES + query, note="Atom"),
        Link("Show it on your own website", f"/embed/code{query}", note="HTML"),
    ]
    has_place = any(asked.get(name) for name in ("near", "lat"))
    words = in_calendar(MAX_IN_CALENDAR, nearest=has_place) if total > MAX_IN_CALENDAR else ""
    return TakeAlong(links, alternates_of(asked, public_url), words)


def in_calendar(count: int, *, nearest: bool) -> str:
    """What to tell of a calendar that holds *count* meetings of more, and which it holds. It names no place."""
    which = "nearest to the place that was asked for" if nearest else "first by name"
    return (
        f"The calendar holds {counted(count)} of this list, those {which}, since calendar programs bear no more. "
        "For the others, follow a calendar of a search that finds fewer: of a day, a region or a program."
    )
