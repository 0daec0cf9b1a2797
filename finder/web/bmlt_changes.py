"""GetChanges: what came, changed and left, newest first; who did it, and what it said before, is told to nobody."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping

import orjson

from finder.domain.schedule import weekdays_of, zone_of
from finder.feeds.bmlt_changes import change_record, changed_fields
from finder.feeds.bmlt_encode import array, encoded, meant_by
from finder.feeds.bmlt_fields import Told as TellingOf
from finder.feeds.document import schedule_of
from finder.search.snapshot import Snapshot
from finder.store.shelf_history import Change, ChangesWanted
from finder.web.bmlt_desk import desk
from finder.web.bmlt_faults import BmltRefusalError
from finder.web.bmlt_search import Told, local_day
from finder.web.feeding import BATCH
from finder.web.forms.bmlt_arguments import Arguments, is_numeric, whole
from finder.web.parts import Parts

#: Beyond every number of a change.
_NEWEST = 2**31 - 1
_DAY = dt.timedelta(days=1)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: No zone moves an instant of these days out of the calendar.
_FIRST, _LAST = dt.date(1900, 1, 1), dt.date(9000, 1, 1)


def changes(args: Arguments, _: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """Changes between two dates (inclusive, where the directory is at home). Raises BmltRefusalError."""
    own = desk(held)
    bodies = own.vocabulary(snapshot)[1]
    zone = zone_of(held.settings.zone)
    first, last = _date(args, "start_date"), _date(args, "end_date")
    meeting, body = _number(args, "meeting_id"), _number(args, "service_body_id")
    wanted = ChangesWanted(
        since=None if first is None else dt.datetime.combine(first, dt.time(), zone),
        until=None if last is None else dt.datetime.combine(last + _DAY, dt.time(), zone),
        number=None if meeting is None else meant_by(meeting)[0],
        bodies=None if body is None else bodies.ids(sorted(bodies.below([body]))),
    )
    telling = own.told(snapshot, held.settings.language, local_day(held, now))

    def records() -> Iterator[bytes]:
        before = _NEWEST
        while found := held.reader.changes(before, wanted, BATCH):
            before = found[-1].id
            texts = held.reader.documents(list({each.listing_id for each in found}))
            for change in found:
                text = texts.get(change.listing_id)
                document = None if text is None else orjson.loads(text)
                fields = changed_fields(change.fields, document)
                if fields or change.kind != "change":
                    yield encoded(_record(change, fields, document, telling, zone))

    yield from array(records())


def _record(
    change: Change, fields: list[str], document: Mapping[str, object] | None, telling: TellingOf, zone: dt.tzinfo
) -> dict[str, object]:
    body = telling.bodies.by_id.get(change.body_id)
    shown = document is not None and change.kind != "delete"
    return change_record(
        number=change.id,
        kind=change.kind,
        at=change.at.astimezone(zone),
        meeting=change.number,
        name=str(document["name"]) if shown and document is not None else "",
        body=(body.number, body.name) if body else (0, ""),
        fields=fields,
        exists=document is not None,
        after=_after(document, change, telling) if document is not None and change.latest else None,
    )


def _after(document: Mapping[str, object], change: Change, telling: TellingOf) -> dict[str, str]:
    """What the shelf says of the listing now, as far as it says anything."""
    fields = telling.fields(document, telling.numbers(document))
    days = weekdays_of(schedule_of(document))
    moving = {"id_bigint": str(change.number), "weekday_tinyint": str(days[0] + 1) if days else ""}
    told = telling.same | fields | moving
    return {field: told[field] for field in telling.order if told.get(field)}


def _date(args: Arguments, name: str) -> dt.date | None:
    text = args.text(name)
    if text is None:
        return None
    try:
        day = dt.date.fromisoformat(text if _DATE.fullmatch(text) else "")
        return min(max(day, _FIRST), _LAST)
    except ValueError as error:
        message = f"The {name} field must match the format Y-m-d."
        raise BmltRefusalError(422, message, {name: [message]}) from error


def _number(args: Arguments, name: str) -> int | None:
    text = args.text(name)
    if text is None:
        return None
    if not is_numeric(text):
        message = f"The {name} field must be a number."
        raise BmltRefusalError(422, message, {name: [message]})
    return whole(text)
