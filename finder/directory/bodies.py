"""How drafts name service bodies: by the path from the top."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.resolve import BODY_SEPARATOR
from finder.domain.text import fold
from finder.store.people import ServiceBody


def body_path(session: Session, number: int | None) -> str:
    """The service body of that number as drafts name it, from the top: ``Region > Area``; "" for none."""
    names: list[str] = []
    tree = {row.id: row for row in session.execute(select(ServiceBody)).scalars()} if number is not None else {}
    while number is not None and number in tree and len(names) <= len(tree):
        names.append(tree[number].name)
        number = tree[number].parent_id
    return f" {BODY_SEPARATOR} ".join(reversed(names))


def body_at(session: Session, path: str) -> int | None:
    """The number of the service body that drafts name so; None for none, and for one that nobody has."""
    names = [name for name in (part.strip() for part in path.split(BODY_SEPARATOR)) if name]
    tree = {(row.parent_id, fold(row.name)): row.id for row in session.execute(select(ServiceBody)).scalars()}
    number: int | None = None
    for name in names:
        number = tree.get((number, fold(name)))
        if number is None:
            return None
    return number
