"""Cards: one listing of a page of results, in words and in HTML.

What a card says about its listing is rendered once from ``templates/parts/card.html`` and kept by the listing's id and
revision; what depends on the moment and the question (when, how far, how fresh) is filled into its gaps each time.
"""

import datetime as dt
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from markupsafe import Markup, escape

from finder.domain.vocabulary import OverrideKind
from finder.search.answer import Hit
from finder.web.presenters.distances import distance_words
from finder.web.presenters.labels import Labels
from finder.web.presenters.links import service_of, web_link
from finder.web.presenters.overrides import this_time
from finder.web.presenters.pieces import Render, pieces_of
from finder.web.presenters.place_words import place_words
from finder.web.presenters.times import clock, moment, zone_of
from finder.web.presenters.trust import trust

MACRO, GAPS = "card", 10
MAX_CARDS = 10_000
MAX_FORMATS = 4
#: Kinds of formats in the order in which they help to choose; what the place is like can wait.
TELLING = ("audience", "openness", "language", "focus", "style", "access", "topic")
#: Goes without saying on pages in English.
UNSAID = frozenset({"english"})
#: A join button stands on the card when the meeting is on or about to begin.
JOIN_BEFORE = dt.timedelta(minutes=30)
#: The revision of a document without reading all of it; the key stands before every free text.
_REVISION = re.compile(rb'"revision":(\d+)')

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What a card says whatever the moment, in words: ``card`` in its template."""

    slug: str
    name: str
    program: str
    formats: list[str]
    place: str
    join_url: str
    join_on: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card without what depends on the moment: its HTML in pieces, and what the gaps need.

    ``pieces``: the HTML between the gaps, which are in order: state, clock, soon, until, distance, change, trust's
    state, trust's words, and the beginning and the end of the join button.
    """

    pieces: tuple[str, ...]
    zone: str
    online: bool
    exact: bool
    closed: bool
    has_join: bool
    start: str
    confirmed_at: dt.datetime | None
    overrides: tuple[Document, ...]
    demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """Whom a card is for: the aware instant of now, the seeker's zone, the unit of distances."""

    now: dt.datetime
    zone: str
    unit: str


@dataclass(slots=True)
class CardBox:
    """Cards by (id, revision of the listing, revision of the vocabulary); the oldest are dropped first.

    ``macro`` is the template that they are made from.
    """

    render: Render
    macro: str = MACRO
    size: int = MAX_CARDS
    held: OrderedDict[tuple[int, int, int], Card] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self, number: int, revision: int, labels: Labels) -> Card | None:
        """The card of listing *number* at that revision, if it is held."""
        return self.held.get((number, revision, labels.revision))

    def card(self, number: int, document: bytes, labels: Labels) -> Card:
        """The card of listing *number* with that JSON document."""
        found = _REVISION.search(document)
        key = (number, int(found[1]) if found else 0, labels.revision)
        card = self.held.get(key)
        if card is None:
            card = self._make(orjson.loads(document), labels)
            with self.lock:
                self.held[key] = card
                while len(self.held) > self.size:
                    self.held.popitem(last=False)
        return card

    def _make(self, document: Document, labels: Labels) -> Card:
        conference = document["conference"] or {}
        join = web_link(conference.get("url") or "")
        says = Said(
            slug=document["slug"],
            name=document["name"],
            program=labels.program(document["program"]),
            formats=[labels.format(slug) for slug in telling(document["formats"], labels)],
            place=place_words(document),
            join_url=join,
            join_on=service_of(join) if join else "",
        )
        location = document["location"] or {}
        confirmed = document["confirmed_at"]
        return Card(
            pieces=pieces_of(self.render, self.macro, GAPS, card=says),
            zone=document["schedule"]["zone"],
            online=document["attendance"] == "online",
            exact=location.get("precision") == "exact",
            closed=document["temporarily_closed"],
            has_join=bool(join),
            start=document["schedule"]["start"] or "",
            confirmed_at=dt.datetime.fromisoformat(confirmed) if confirmed else None,
            overrides=tuple(document["overrides"]),
            demo=document["demo"],
        )


def telling(formats: Iterable[str], labels: Labels) -> list[str]:
    """Those of the format slugs that help most to choose, the most telling first."""
    rank = {kind: place for place, kind in enumerate(TELLING)}
    told = [slug for slug in formats if slug not in UNSAID and labels.kind(slug) in rank]
    return sorted(told, key=lambda slug: rank[labels.kind(slug)])[:MAX_FORMATS]


def fill(card: Card, hit: Hit, seeker: Seeker, *, under: dt.date | None = None) -> Markup:
    """The HTML of *card* for one hit of an answer and the seeker who asked.

    *under* is the date of the heading that the card stands under, which it need not repeat.
    """
    pieces = card.pieces
    state = when = soon = until = zone = change = ""
    joins = False
    if hit.start is not None and hit.end is not None:
        said = moment(
            hit.start,
            hit.end,
            now=seeker.now,
            own=card.zone,
            seeker=seeker.zone,
            online=card.online,
            on=hit.in_progress,
        )
        when, until = said.clock, said.until
        soon = "" if said.day is not None and said.day == under else said.soon
        state = " on" if said.on else ""
        zone, change = said.zone, _change(card, hit.start)
        joins = card.has_join and hit.start - seeker.now <= JOIN_BEFORE
    else:
        state, when, soon = _timeless(card)
        change = _called_off(card, seeker.now)
    fresh = trust(card.confirmed_at, seeker.now)
    html = (
        pieces[0],
        state,
        pieces[1],
        when,
        pieces[2],
        soon,
        pieces[3],
        until,
        pieces[4],
        distance_words(hit.distance_km, seeker.unit, exact=card.exact),
        pieces[5],
        (f'<p class="zone">{escape(zone)}</p>' if zone else "")
        + (f'<p class="change">{escape(change)}</p>' if change else ""),
        pieces[6],
        " stale" if fresh.stale else "",
        pieces[7],
        fresh.words,
        pieces[8],
        pieces[9] if joins else "",
        pieces[10],
    )
    return Markup("".join(html))  # noqa: S704 - pieces come from the template, the rest is ours or escaped


def _timeless(card: Card) -> tuple[str, str, str]:
    """State, clock and words of a card without a next time."""
    at = clock(dt.time.fromisoformat(card.start)) if card.start else ""
    if card.closed:
        return " shut", at or "Closed", "closed for now"
    return (" shut", at, "no date set") if at else ("", "Ask first", "no fixed time")


def _called_off(card: Card, now: dt.datetime) -> str:
    """What is said of what keeps a meeting that has a time from taking place at all, if anything is."""
    if card.closed or not card.start:
        return ""
    today = now.astimezone(zone_of(card.zone)).date().isoformat()
    off = [each for each in card.overrides if each["kind"] == OverrideKind.CANCELLED and each["last_date"] >= today]
    return f"Cancelled. {off[-1]['note']}".strip() if off else ""


def _change(card: Card, start: dt.datetime) -> str:
    """What is different at this one sitting, if anything."""
    if not card.overrides:
        return ""
    day = start.astimezone(zone_of(card.zone)).date().isoformat()
    for override in card.overrides:
        if override["first_date"] <= day <= override["last_date"]:
            return this_time(override["kind"], override["place"], override["note"])
    return ""
