"""The order of an answer as people see it: on now, coming up, later today, tomorrow, by day, without a time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from finder.search.answer import Hit
from finder.search.criteria import Sort
from finder.web.presenters.cards import Card, Seeker, fill
from finder.web.presenters.labels import counted
from finder.web.presenters.times import day_heading, zone_of

#: What begins within this time is coming up, whatever the day.
SOON = dt.timedelta(hours=3)
NOW_TITLE, SOON_TITLE = "On now", "Coming up"
NO_TIME, CLOSED = "Without a fixed time", "Temporarily closed"


@dataclass(frozen=True, slots=True)
class Group:
    """Cards under one heading (none when empty). ``on``: they are going on now."""

    title: str
    note: str
    cards: list[Markup]
    on: bool = False

    @property
    def body(self) -> Markup:
        """The cards one after another."""
        return Markup("\n".join(self.cards))  # noqa: S704 - of Markup


def groups(shown: Sequence[tuple[Hit, Card]], seeker: Seeker, sort: Sort) -> list[Group]:
    """The cards of a page under their headings; an order that is not by time has none."""
    if sort is not Sort.SOONEST:
        return [Group("", "", [fill(card, hit, seeker) for hit, card in shown])] if shown else []
    zone = zone_of(seeker.zone)
    today = seeker.now.astimezone(zone).date()
    found = []
    for (title, day), members in groupby(shown, key=lambda pair: _title(pair[0], pair[1], seeker.now, zone, today)):
        cards = [fill(card, hit, seeker, under=day) for hit, card in members]
        found.append(Group(title, counted(len(cards)), cards, on=title == NOW_TITLE))
    return found


def _title(hit: Hit, card: Card, now: dt.datetime, zone: dt.tzinfo, today: dt.date) -> tuple[str, dt.date | None]:
    """The heading over a card, and the date that it names."""
    if hit.start is None:
        return (CLOSED if card.closed else NO_TIME), None
    if hit.in_progress:
        return NOW_TITLE, None
    if hit.start - now <= SOON:
        return SOON_TITLE, None
    day = hit.start.astimezone(zone).date()
    return day_heading(day, today), day
