"""GetSearchResults: meetings, the formats that they use, or both, streamed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import orjson

from finder.domain.errors import BadInputError
from finder.domain.schedule import zone_of
from finder.feeds.bmlt_encode import array, encoded, meant_by
from finder.feeds.bmlt_tsml import tsml_meeting
from finder.search.bmlt_finding import find_meetings
from finder.search.bmlt_pairs import Found
from finder.search.bmlt_question import Signed
from finder.search.snapshot import Snapshot
from finder.web.bmlt_desk import BmltDesk, desk
from finder.web.feeding import BATCH
from finder.web.forms.bmlt import BmltRequest, Locate, read_bmlt
from finder.web.forms.bmlt_arguments import Arguments
from finder.web.parts import Parts


@dataclass(slots=True)
class Told:
    """What is told about an answer beside it: how many there are in all, which parameters were partly passed over.

    ``file_name`` makes browsers save it.
    """

    total: int | None = None
    ignored: tuple[str, ...] = field(default=())
    file_name: str = ""


def search_results(args: Arguments, about: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """Meetings as BMLT tells them; *about* is filled in before the first piece. Raises BadInputError before it."""
    asked, found = _found(args, about, held, snapshot, now)
    own = desk(held)
    teller = own.teller(snapshot, asked.language, asked.question.today, asked.fields, others=asked.others)
    used: set[int] = set()
    meetings = teller.meetings(found.sittings, used)
    if asked.formats_only:
        for _ in meetings:
            pass
        yield b'{"formats":' + _formats(own, snapshot, used, asked, held) + b"}"
        return
    if not asked.used_formats:
        yield from array(meetings)
        return
    yield b'{"meetings":'
    yield from array(meetings)
    yield b',"formats":' + _formats(own, snapshot, used, asked, held) + b"}"


def tsml_results(args: Arguments, about: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """The same meetings in the shape of Meeting Guide."""
    asked, found = _found(args, about, held, snapshot, now)
    told = desk(held).told(snapshot, asked.language, asked.question.today, others=asked.others)
    codes = desk(held).vocabulary(snapshot)[2]

    def meetings() -> Iterator[bytes]:
        for start in range(0, len(found.sittings), BATCH):
            part = found.sittings[start : start + BATCH]
            texts = held.reader.documents(list(dict.fromkeys(sitting.id for sitting in part)))
            for sitting in part:
                if sitting.id in texts:
                    yield tsml_meeting(orjson.loads(texts[sitting.id]), told, sitting, codes)

    yield from array(meetings())


def _found(
    args: Arguments, about: Told, held: Parts, snapshot: Snapshot, now: dt.datetime
) -> tuple[BmltRequest, Found]:
    settings = held.settings
    today = local_day(held, now)
    asked = read_bmlt(args, locate=_locate(held, snapshot), unit=settings.unit, language=settings.language, today=today)
    question = asked.question
    if asked.updated_after is not None:
        since = held.reader.revision_after(asked.updated_after)
        question = replace(question, since=snapshot.revision + 1 if since is None else since)
    question = replace(
        question, meeting_ids=_led(held, question.meeting_ids), search_ids=_led(held, question.search_ids)
    )
    found = find_meetings(snapshot, question, desk(held).knowledge(snapshot), now=now)
    about.total, about.ignored = found.total, asked.ignored
    return asked, found


def _led(held: Parts, chosen: Signed) -> Signed:
    """Numbers of meetings with those of the listings that they were merged into."""
    days = {number: meant_by(number) for number in chosen.wanted}
    led = held.reader.merged_numbers({own for own, _ in days.values()})
    more = [led[own] + (number - own) for number, (own, _) in days.items() if own in led]
    return replace(chosen, wanted=(*chosen.wanted, *more)) if more else chosen


def local_day(held: Parts, now: dt.datetime) -> dt.date:
    """The date of *now* where the directory is at home."""
    return now.astimezone(zone_of(held.settings.zone)).date()


def _formats(own: BmltDesk, snapshot: Snapshot, used: set[int], asked: BmltRequest, held: Parts) -> bytes:
    known = own.vocabulary(snapshot)[0]
    return encoded(known.records(used, [asked.language], held.settings.public_url, others=asked.others))


def _locate(held: Parts, snapshot: Snapshot) -> Locate:
    """Looks places up in the embedded gazetteer; of several of one name the first is meant."""

    def locate(text: str) -> tuple[float, float] | None:
        local = held.local.current(snapshot.revision)
        try:
            answer = held.gazetteer.lookup(text, default_country=held.settings.country, local=local)
        except BadInputError:
            return None
        place = answer.place or next(iter(answer.choices), None)
        return None if place is None else (place.latitude, place.longitude)

    return locate
