"""What BMLT servers tell beside their meetings, as values: service bodies and formats by their numbers there."""

from dataclasses import dataclass
from typing import Final

#: The number under which BMLT clients find the listings of no service body: the largest, which no body is given.
NO_BODY: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDraft:
    """A service body as a source tells of it; ``path`` are the names from the top of the tree down to its own.

    ``number`` is the one it has there: a new body is given it when it is free. Of a ``partial`` one no more is known
    than stands here: what is empty is not known to be empty.
    """

    path: tuple[str, ...]
    number: int | None = None
    kind: str = ""
    url: str = ""
    helpline: str = ""
    description: str = ""
    world_id: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class FormatName:
    """What a format is called in one language."""

    language: str
    key: str
    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatDraft:
    """A format of a source by the number that it has there; ``key`` is unique within the source.

    ``slug`` is the format here that it stands for; ``used`` says whether any meeting has it. At most one format of a
    source stands for one here; those that say nearly the same stand for nothing, and the listings carry their keys
    beside the format.
    """

    number: int
    key: str
    world_id: str = ""
    kind: str = ""
    slug: str | None = None
    used: bool = True
    names: tuple[FormatName, ...] = ()
