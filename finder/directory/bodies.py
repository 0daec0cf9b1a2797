"""How drafts name service bodies: by the path from the top."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.domain.text import PATH_MARK, fold, path_of
from finder.store.people import ServiceBody


def body_path(session: Session, number: int | None) -> str:
    """The service body of that number as drafts name it, from the top: ``Region > Area``; "" for none."""
    names: list[str] = []
    tree = {row.id: row for row in session.execute(select(ServiceBody)).scalars()} if number is not None else {}
    while number is not None and number in tree and len(names) <= len(tree):
        names.append(tree[number].name)
        number = tree[number].parent_id
    return f" {PATH_MARK} ".join(reversed(names))


def body_at(session: Session, path: str) -> int | None:
    """The number of the service body that drafts name so; None for none, and for one that nobody has."""
    tree = {(row.parent_id, fold(row.name)): row.id for row in session.execute(select(ServiceBody)).scalars()}
    number: int | None = None
    for name in path_of(path):
        number = tree.get((number, fold(name)))
        if number is None:
            return None
    return number
