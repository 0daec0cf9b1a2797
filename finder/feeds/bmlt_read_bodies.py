"""The tree of service bodies as a BMLT server tells of it, from the top down."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from finder.domain.bmlt import NO_BODY, BodyDraft
from finder.domain.text import PATH_MARK, fold, in_path
from finder.feeds.meeting_guide_online import read_link
from finder.feeds.meeting_guide_record import Record
from finder.feeds.rows import Remark, Remarks

MAX_BODIES = 20_000
MAX_LEVELS = 12
LARGEST_NUMBER = 2**31 - 2


def body_words(path: Iterable[str]) -> str:
    """The contrary of `path_of`."""
    return f" {PATH_MARK} ".join(path)


def read_number(record: Record, *fields: str) -> int | None:
    """A number from 1 up, given as one or as text, from the first of *fields* that has one; None and no remark."""
    for field in fields:
        value = record.raw(field)
        if isinstance(value, bool):
            continue
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < len("10000000000"):
            value = int(value)
        if isinstance(value, int) and 0 < value <= LARGEST_NUMBER:
            return value
    return None


def read_bodies(
    rows: Sequence[Any], *, above: tuple[str, ...] = (), partial: bool = False
) -> tuple[list[BodyDraft], list[Remark]]:
    """The bodies, each after the one above it, all of them below *above*; and what was not plain about them."""
    remarks = Remarks()
    records: dict[int, Record] = {}
    for row in rows[:MAX_BODIES]:
        record = Record(row if isinstance(row, Mapping) else {}, remarks)
        if str(record.raw("id")) == str(NO_BODY):  # another directory of this kind: what is below it is of no body
            continue
        number = read_number(record, "id", "id_bigint")
        if number is None or number in records or not record.line("name"):
            remarks.add("service body", row, "has no number or name of its own: left out")
            continue
        records[number] = record
    if len(rows) > MAX_BODIES:
        remarks.add("service body", len(rows), f"are more than {MAX_BODIES:,}: the rest was left out")
    parents = {number: _parent(number, records) for number in records}
    names = _names(records, parents)
    drafts = []
    for number in sorted(records, key=lambda each: (len(_way(each, parents)), each)):
        record, way = records[number], _way(number, parents)
        if len(way) > MAX_LEVELS:
            remarks.add("service body", names[number], f"lies deeper than {MAX_LEVELS} levels: put higher")
            way = way[:MAX_LEVELS]
        drafts.append(
            BodyDraft(
                path=(*above, *(names[each] for each in way[:-1]), names[number]),
                number=number,
                kind=record.line("type", limit=32),
                url=read_link(record, "url"),
                helpline=record.line("helpline"),
                description=record.notes("description"),
                world_id=record.line("world_id", limit=64),
                partial=partial,
            )
        )
    return drafts, list(remarks.all())


def _parent(number: int, records: Mapping[int, Record]) -> int | None:
    """The number of the body above, if there is one and the way up has an end."""
    above = read_number(records[number], "parent_id")
    seen, step = {number}, above
    while step is not None and step in records:
        if step in seen:
            records[number].remarks.add("parent_id", step, "leads round in a circle: put at the top")
            return None
        seen.add(step)
        step = read_number(records[step], "parent_id")
    return above if above in records else None


def _way(number: int, parents: Mapping[int, int | None]) -> list[int]:
    """The numbers from the top down to *number*."""
    way = [number]
    while (above := parents[way[-1]]) is not None:
        way.append(above)
    return way[::-1]


def _names(records: Mapping[int, Record], parents: Mapping[int, int | None]) -> dict[int, str]:
    """A name for each, unlike that of every other below the same one."""
    plain = {number: in_path(record.line("name")) for number, record in records.items()}
    told = Counter((parents[number], fold(name)) for number, name in plain.items())
    return {
        number: name if told[parents[number], fold(name)] == 1 else f"{name[:240]} ({number})"
        for number, name in plain.items()
    }
