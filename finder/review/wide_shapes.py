"""What an act that may want two people is, how it is shown, and what each kind of them has to know."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to be done to what: a key of `KINDS`, a number, what it is to become (JSON), the state looked at."""

    kind: str
    target: int
    asked: Mapping[str, Any]
    seen: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an act is about: its name and page, its listings (slug, name), and each field as it is and is to be."""

    name: str
    page: str
    listings: Sequence[tuple[str, str]]
    changes: Sequence[tuple[str, object, object]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How acts of a kind are looked at, counted and done. All raise NotFoundError for what is not the viewer's.

    ``do`` gives the number of what holds the result, and raises BadInputError and StaleError. Before a second moderator
    is asked it is tried, unless there is a ``check`` that raises the same and takes less. ``tell`` gives sentences on
    what else a second moderator has to know.
    """

    words: str
    look: Callable[[Session, Act, Viewer], Shown]
    count: Callable[[Session, Act], int]
    do: Callable[[Session, Act, Viewer, str, dt.datetime], int]
    check: Callable[[Session, Act], None] | None = None
    tell: Callable[[Session, Act], Sequence[str]] | None = None


def differences(now: Mapping[str, Any], asked: Mapping[str, Any]) -> list[tuple[str, object, object]]:
    """The fields that would change: name, as it is, as it is asked to be."""
    return [(name, now[name], asked[name]) for name in now if name in asked and now[name] != asked[name]]
