"""Meeting Guide JSON of the whole directory, or of any search: ``/meetings.json``, and the plugin's own address for it.

The WordPress plugin answers under ``/wp-admin/admin-ajax.php?action=meetings``, to GET and to POST, with filters of its
own. A POST there changes nothing: it asks, in a body, and so wants no token.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence

import orjson
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from finder.domain.errors import BadInputError
from finder.domain.geo import KM_PER_MILE, distance_km
from finder.domain.schedule import zone_of
from finder.domain.text import slugify
from finder.feeds.meeting_guide_write import Row, listing_rows
from finder.search.snapshot import Snapshot
from finder.search.whole import every_id
from finder.web.armour import OPEN_TO_ALL
from finder.web.cross_site import only_asks
from finder.web.feed_words import feed_words, words_of
from finder.web.feeding import Document, documents, feed, question
from finder.web.forms.elsewhere import Elsewhere, from_elsewhere
from finder.web.parts import Parts, parts

blueprint = Blueprint("meeting_guide", __name__)

CONTENT_TYPE = "application/json; charset=utf-8"
BETWEEN = b",\n"
NOTHING = b"[]"

#: Makes the rows of one listing: its document and its usual rows -> those that the answer has.
Choose = Callable[[Document, list[Row]], list[Row]]


@blueprint.get("/meetings.json")
def meetings() -> Response:
    """Every meeting that answers a search, with the parameters of the search page; without them all there are."""
    held = parts()
    asked = question(held, held.keeper.current(), request.args)

    def write(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
        ids = every_id(snapshot, asked.criteria, now=now)
        return written(held, snapshot, now, ids, days=asked.criteria.days)

    return feed(write, content_type=CONTENT_TYPE, private=asked.exact_place)


@blueprint.route("/wp-admin/admin-ajax.php", methods=["GET", "POST"])
@only_asks
def plugin() -> Response:
    """What the plugin answers to ``action=meetings``, in a query or in a form."""
    if request.values.get("action") != "meetings":
        raise BadInputError("action", "Give action=meetings: nothing else of the plugin is answered here.")
    asked = request.form if request.method == "POST" and request.form.keys() - {"action"} else request.args

    def write(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
        local = held.clock().astimezone(zone_of(held.settings.zone))
        found = from_elsewhere(asked, words_of(asked, held, snapshot), now=local, own=False)
        if found.unusable:
            return iter([NOTHING])
        if found.point is not None and "within" not in found.asked:  # distances are told then, and nothing is left out
            del found.asked["lat"], found.asked["lon"]
        criteria = question(held, snapshot, _parameters(found)).criteria
        choose = chooser(found, unit=found.asked.get("unit", (held.settings.unit,))[0])
        return written(held, snapshot, now, every_id(snapshot, criteria, now=now), days=criteria.days, choose=choose)

    private = request.method == "POST" or "latitude" in asked
    return feed(write, content_type=CONTENT_TYPE, private=private)


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Let any site read the answer, errors too."""
    for name, value in OPEN_TO_ALL:
        response.headers[name] = value
    return response


def _parameters(found: Elsewhere) -> "MultiDict[str, str]":
    return MultiDict((name, value) for name, values in found.asked.items() for value in values)


def written(
    held: Parts,
    snapshot: Snapshot,
    now: dt.datetime,
    ids: Sequence[int],
    *,
    days: Collection[int] = (),
    choose: Choose | None = None,
) -> Iterator[bytes]:
    """The feed of the listings *ids*, a listing at a time; only rows of *days* when given, and what *choose* leaves."""
    vocabulary, public_url = feed_words(held, snapshot).writing, held.settings.public_url
    before = b"["
    for document in documents(held, ids):
        rows = listing_rows(document, vocabulary=vocabulary, public_url=public_url, now=now, days=days)
        for row in choose(document, rows) if choose else rows:
            yield before + orjson.dumps(row)
            before = BETWEEN
    yield b"]" if before is BETWEEN else NOTHING


def chooser(found: Elsewhere, *, unit: str) -> Choose:
    """Leaves the rows that have everything the plugin's filters want, and tells how far away they are."""
    codes = {code.casefold() for code in found.codes}
    attendance = found.attendance | ({"hybrid"} if found.attendance & {"online", "in_person"} else set())

    def choose(document: Document, rows: list[Row]) -> list[Row]:
        if found.districts and slugify((document["group"] or {}).get("district", "")) not in found.districts:
            return []
        if attendance:
            rows = [row for row in rows if row["attendance_option"] in attendance]
        if codes:
            rows = [row for row in rows if codes <= {code.casefold() for code in row.get("types", ())}]
        if found.point is not None:
            rows = [_with_distance(row, found.point, unit) for row in rows]
        return rows

    return choose


def _with_distance(row: Row, point: tuple[float, float], unit: str) -> Row:
    if "latitude" not in row:
        return row
    away = distance_km(*point, row["latitude"], row["longitude"])
    return row | {"distance": round(away if unit == "km" else away / KM_PER_MILE, 1)}
