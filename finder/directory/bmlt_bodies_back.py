"""Which service bodies can be as they were before a source told of them, so that their tree stays one.

What was changed since, what something belongs to, and what would lie in a body that is not there, in one below itself,
or beside another of its name, stays as it is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from finder.directory.vocabulary_edit import BODIES, all_nodes, columns_of, find_node
from finder.directory.vocabulary_make import is_held
from finder.domain.text import fold
from finder.store.audit import AuditEntry

#: A body in the tree: its name for comparison, and the id of the one that it lies in.
_Nodes = Mapping[int, tuple[str, int | None]]


def bodies_to_take_back(session: Session, entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Those of *entries*, acts of `write_bodies`, that can be undone together, in their order."""
    nodes = {number: (fold(name), parent) for number, (name, parent) in all_nodes(session, BODIES).items()}
    back = {entry.target_id: entry for entry in entries if _is_undone_alone(session, entry)}
    while back:
        then = _as_before(nodes, back)
        same_place, above = Counter(then.values()), {parent for _, parent in then.values()}
        stays = set()
        for number, entry in back.items():
            if entry.before is None:
                fits = number not in above
            else:
                fits = then[number] == nodes[number] or (same_place[then[number]] == 1 and _has_a_top(then, number))
            if not fits:
                stays.add(number)
        if not stays:
            break
        back = {number: entry for number, entry in back.items() if number not in stays}
    return [entry for entry in entries if back.get(entry.target_id) is entry]


def _is_undone_alone(session: Session, entry: AuditEntry) -> bool:
    row = find_node(session, BODIES, entry.target_id)
    as_written = row is not None and columns_of(row) == entry.after
    return as_written and (entry.before is not None or not is_held(session, BODIES, entry.target_id))


def _as_before(nodes: _Nodes, back: Mapping[int, AuditEntry]) -> _Nodes:
    """The tree once *back* is undone."""
    made = {number for number, entry in back.items() if entry.before is None}
    before = {
        number: (fold(entry.before["name"]), entry.before["parent_id"])
        for number, entry in back.items()
        if entry.before is not None
    }
    return {number: node for number, node in {**nodes, **before}.items() if number not in made}


def _has_a_top(nodes: _Nodes, number: int) -> bool:
    """Whether the way up from a body has an end, and every body on it is there."""
    seen, above = {number}, nodes[number][1]
    while above is not None:
        if above in seen or above not in nodes:
            return False
        seen.add(above)
        above = nodes[above][1]
    return True
