"""What listings say of their region and their service body, by where those stand in their trees."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from finder.domain.asked import Fields
from finder.domain.text import PATH_MARK
from finder.store.database import chunks, pairs
from finder.store.meeting import Meeting

Nodes = Mapping[int, tuple[str, int | None]]


def words_of(
    session: Session, kind: str, column: InstrumentedAttribute[int | None], nodes: Nodes, listings: Sequence[int]
) -> dict[int, Fields]:
    """The field ``region`` or ``service_body`` (*kind*) of *listings*, by id; *nodes* are name and parent by id."""
    told: dict[int, Fields] = {}
    paths: dict[int | None, list[str]] = {None: []}
    for part in chunks(listings):
        where: dict[int, int | None] = pairs(session, select(Meeting.id, column).where(Meeting.id.in_(part)))
        for number, node in where.items():
            path = paths.setdefault(node, _path(nodes, node))
            told[number] = {kind: path if kind == "region" else f" {PATH_MARK} ".join(path)}
    return told


def _path(nodes: Nodes, node: int | None) -> list[str]:
    names: list[str] = []
    while node is not None and node in nodes and len(names) < len(nodes):
        name, node = nodes[node]
        names.insert(0, name)
    return names
