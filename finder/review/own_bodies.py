"""The service bodies over which somebody holds a right, as a tree to choose from."""

from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.vocabulary_edit import TREES, all_nodes
from finder.domain.roles import Right


def own_bodies(session: Session, viewer: Viewer, right: Right) -> dict[int, tuple[str, int | None]]:
    """Name of each body over which *viewer* holds *right*, and the body above it if that is theirs, too."""
    held = viewer.bodies(right)
    nodes = all_nodes(session, TREES["service_body"])
    mine = {number: node for number, node in nodes.items() if held is None or number in held}
    return {number: (name, above if above in mine else None) for number, (name, above) in mine.items()}
