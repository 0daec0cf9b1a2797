"""A BMLT server read at once: its tree of service bodies, its formats in every language, its meetings."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from finder.domain.schedule import DEFAULT_DURATION
from finder.domain.text import path_of
from finder.feeds.bmlt_read_answers import Answers, read_answers
from finder.feeds.bmlt_read_bodies import MAX_BODIES, body_words, read_bodies
from finder.feeds.bmlt_read_formats import FormatReader
from finder.feeds.bmlt_read_row import Server, decode_meeting
from finder.feeds.bmlt_read_time import read_length
from finder.feeds.meeting_guide_record import Record
from finder.feeds.payload import Payload
from finder.feeds.rows import Decoded, DecodeOptions, Remarks, Row, believable, unique_keys

#: Where meetings name their service body.
FIELDS = ("service_body_bigint", "service_body_name")
NAME_LENGTH = 1000
MAX_DIGITS = 18


def decode_bmlt(payload: Payload | Mapping[str, Payload], *, options: DecodeOptions) -> Decoded:
    """Every meeting of the answers in *payload*, taken or refused, by its number there; with bodies and formats.

    Servers answer in any order. What meetings of one name are called in addresses here must not depend on it. Rows are
    numbered by their places in the answer, from 1, as whoever looks for one there counts.

    The answers are what `bmlt_read_answers` takes. Raises FeedError when there is no list of meetings among them.
    """
    answers = read_answers(payload, max_rows=options.max_rows)
    remarks = Remarks()
    info = Record(answers.info, remarks)
    above = path_of(options.service_body)
    told = answers.bodies or _named_by_meetings(answers.meetings)
    bodies, remarks_of_bodies = read_bodies(told, above=above, partial=not answers.bodies)
    formats = FormatReader(
        answers.formats,
        options.catalogue,
        language=info.line("nativeLang", limit=16),
        meetings=answers.meetings,
    )
    server = Server(
        formats=formats,
        bodies={body.number: body_words(body.path) for body in bodies if body.number is not None},
        usual=_usual(info),
    )
    rows = (
        decode_meeting(meeting, number=number, options=options, server=server)
        for number, meeting in enumerate(answers.meetings, start=1)
    )
    return Decoded(
        rows=tuple(sorted(unique_keys(believable(rows)), key=_number_there)),
        note=_missing(answers),
        bodies=tuple(bodies),
        formats=formats.drafts,
        remarks=(*remarks.all(), *remarks_of_bodies, *formats.remarks),
    )


def _number_there(row: Row) -> int:
    """The number of a meeting on its server, to sort by: what has none comes last."""
    text = row.key
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 10**MAX_DIGITS


def _usual(info: Record) -> dt.timedelta:
    """The length of meetings that name none, as the server has it."""
    return read_length(info, "defaultDuration") or DEFAULT_DURATION


def _named_by_meetings(meetings: Iterable[Any]) -> list[dict[str, Any]]:
    """Service bodies as the meetings themselves name them, where the server's list of them is not there."""
    named: dict[str | int, str] = {}
    for meeting in meetings:
        number, name = (meeting.get(field) for field in FIELDS) if isinstance(meeting, dict) else (None, None)
        if isinstance(number, str | int) and isinstance(name, str) and name.strip() and len(named) <= MAX_BODIES:
            named[number] = name[:NAME_LENGTH]
    return [{"id": number, "name": name} for number, name in named.items()]


def _missing(answers: Answers) -> str:
    """A sentence on what the server did not tell."""
    parts = (("service bodies", answers.bodies), ("formats", answers.formats))
    absent = [words for words, told in parts if not told]
    return f"No {' and no '.join(absent)} were told beside the meetings." if absent else ""
