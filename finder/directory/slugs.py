"""Slugs that are free: unique among meetings and never one that a listing had before."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.store.database import chunks
from finder.store.meeting import Meeting, RetiredSlug

MAX_LENGTH = 64


def free_slugs(session: Session, wanted: Sequence[str]) -> list[str]:
    """One free slug for each wanted one, in order; a taken one gets the smallest number that is free behind it."""
    taken = _taken(session, list(dict.fromkeys(wanted)))
    given: list[str] = []
    last: dict[str, int] = {}
    for base in wanted:
        slug = base
        while slug in taken or not _is_free(session, slug, checked=slug == base):
            last[base] = number = last.get(base, 1) + 1
            tail = f"-{number}"
            slug = base[: MAX_LENGTH - len(tail)] + tail
        taken.add(slug)
        given.append(slug)
    return given


def _taken(session: Session, slugs: Sequence[str]) -> set[str]:
    taken: set[str] = set()
    for part in chunks(slugs):
        taken |= set(session.execute(select(Meeting.slug).where(Meeting.slug.in_(part))).scalars())
        retired = select(RetiredSlug.slug).where(RetiredSlug.kind == "meeting", RetiredSlug.slug.in_(part))
        taken |= set(session.execute(retired).scalars())
    return taken


def _is_free(session: Session, slug: str, *, checked: bool) -> bool:
    return checked or not _taken(session, [slug])
