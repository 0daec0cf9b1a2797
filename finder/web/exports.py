"""Lists to take along: any search as a table, a calendar to follow, a feed of changes, events or services.

Everything public of every listing that answers, streamed. Whoever gave coordinates gets an answer that is kept nowhere.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from flask import Blueprint, Response, request

from finder.domain.errors import BadInputError
from finder.feeds.exports import FORMATS
from finder.feeds.ical import MAX_IN_CALENDAR
from finder.search.criteria import Sort
from finder.search.engine import find
from finder.search.exporting import export_of
from finder.search.snapshot import Snapshot
from finder.web.feeding import answering, feed, question
from finder.web.forms.query import to_query
from finder.web.parts import Parts, parts
from finder.web.presenters.take_along import in_calendar

blueprint = Blueprint("exports", __name__)


class Chosen(NamedTuple):
    """The ids of the listings to take along, ascending, and what people should know of them, if anything."""

    ids: Sequence[int]
    about: str = ""


Choose = Callable[[Parts, Snapshot, dt.datetime], Chosen]


@blueprint.get("/export/meetings.csv")
def table() -> Response:
    """Every public field of the meetings that answer, as a table; ``mark=1`` for programs that want a mark."""
    return exported("csv", _all)


@blueprint.get("/export/meetings.jsonld")
def events() -> Response:
    """The meetings that answer, as schema.org events."""
    return exported("jsonld", _all)


@blueprint.get("/export/hsds.json")
def services() -> Response:
    """The meetings that answer, as Open Referral (HSDS 3) has them."""
    return exported("hsds", _all)


@blueprint.get("/meetings.ics")
def calendar() -> Response:
    """The meetings that answer, as a calendar to follow."""
    return exported("ics", _few)


@blueprint.get("/feeds/changes.atom")
def changes() -> Response:
    """What is new and what has changed among the meetings that answer."""
    return exported("atom", _all)


def exported(name: str, choose: Choose) -> Response:
    """The listings that answer the question of this request in the format *name*. Raises InvalidSearchError."""
    held, written = parts(), FORMATS[name]
    asked = question(held, held.keeper.current(), request.args)
    query = to_query(asked.asked)
    address = f"{held.settings.public_url}{request.path}" + (f"?{query}" if query else "")
    mark = _mark()

    def write(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterable[bytes]:
        ids, about = choose(held, snapshot, now)
        export = export_of(held.reader, ids, settings=held.settings, now=now, address=address, mark=mark)
        return written.encode(dataclasses.replace(export, about=about))

    return feed(write, content_type=written.content_type, file_name=written.file_name, private=asked.exact_place)


def _mark() -> bool:
    text = request.args.get("mark", "")
    if text not in {"", "0", "1"}:
        raise BadInputError("mark", "Give 1 for a byte order mark, or leave it out.")
    return text == "1"


def _all(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Chosen:
    return Chosen(answering(held, snapshot, now, request.args))


def _few(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Chosen:
    """All of them, or of too many the nearest; without a place the first by name, which stay the same."""
    chosen = _all(held, snapshot, now)
    if len(chosen.ids) <= MAX_IN_CALENDAR:
        return chosen
    criteria = question(held, snapshot, request.args).criteria
    order = Sort.NEAREST if criteria.has_place else Sort.NAME
    found = find(snapshot, dataclasses.replace(criteria, sort=order, page=1, per_page=MAX_IN_CALENDAR), now=now)
    return Chosen(sorted(hit.id for hit in found.hits), in_calendar(MAX_IN_CALENDAR, nearest=criteria.has_place))
