"""How drafts name service bodies: by the path from the top."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.domain.text import PATH_MARK, fold, path_of
from finder.store.people import ServiceBody


def body_path(session: Session, number: int | None) -> str:
    """The service body of that number as drafts name it, from the top: ``Region > Area``; "" for none."""
    if number is None:
        return ""
    return _path({row.id: row for row in session.execute(select(ServiceBody)).scalars()}, number)


def body_paths(session: Session) -> dict[int, str]:
    """Every service body as drafts name it, by number."""
    tree = {row.id: row for row in session.execute(select(ServiceBody)).scalars()}
    return {number: _path(tree, number) for number in tree}


def _path(tree: Mapping[int, ServiceBody], number: int | None) -> str:
    names: list[str] = []
    while number is not None and number in tree and len(names) <= len(tree):
        names.append(tree[number].name)
        number = tree[number].parent_id
    return f" {PATH_MARK} ".join(reversed(names))


def folded_path(path: str) -> tuple[str, ...]:
    """A path for comparison."""
    return tuple(map(fold, path_of(path)))


def body_at(session: Session, path: str) -> int | None:
    """The number of the service body that drafts name so; None for none, and for one that nobody has."""
    tree = {(row.parent_id, fold(row.name)): row.id for row in session.execute(select(ServiceBody)).scalars()}
    number: int | None = None
    for name in path_of(path):
        number = tree.get((number, fold(name)))
        if number is None:
            return None
    return number
