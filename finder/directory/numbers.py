"""Numbers by which BMLT clients know meetings, service bodies and formats: given once, kept for good."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.store.bmlt import BmltFormat
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody

#: Both databases hold numbers up to this in a plain integer column; of service bodies it is `NO_BODY`.
LARGEST = 2**31 - 1


def bmlt_numbers(
    session: Session, table: type[Meeting | ServiceBody | BmltFormat], wanted: Sequence[int | None]
) -> list[int]:
    """One number for each thing to be made, in order: the one that is wanted where it is free, else a new one.

    New numbers follow the highest there is, so that a number is not given again to something else soon.
    """
    asked = [number for number in wanted if number is not None and 0 < number < LARGEST]
    column = BmltFormat.id if issubclass(table, BmltFormat) else table.bmlt_id
    taken: set[int] = set()
    for part in chunks(sorted(set(asked))):
        taken |= set(session.execute(select(column).where(column.in_(part))).scalars())
    highest = session.execute(select(func.max(column))).scalar_one() or 0
    following = max([highest, *asked])
    given: list[int] = []
    for number in wanted:
        if number is None or not 0 < number < LARGEST or number in taken:
            following += 1
            given.append(following)
        else:
            taken.add(number)
            given.append(number)
    return given
