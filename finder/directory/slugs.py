"""Slugs: those that are free, and those by which other sites knew a listing before it came here."""

import re
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from finder.store.database import chunks
from finder.store.meeting import Meeting, RetiredSlug
from finder.store.shelf import PublicListing, PublicSlug

MAX_LENGTH = 64
#: Under this kind the shelf keeps what sources call their listings, where that is not the slug here.
SOURCE_KEY = "source_key"
#: Under these it keeps the numbers of listings that were merged: those of BMLT clients, and their own.
BMLT_NUMBER, NUMBER = "bmlt_id", "listing"
_SLUG_OF_OTHERS = re.compile(r"[\w.-]{1,128}", re.ASCII)


def free_slugs(session: Session, wanted: Sequence[str], *, first: Collection[int] = ()) -> list[str]:
    """One free slug for each wanted one; a taken one gets the smallest number that is free behind it.

    They are given in order, but before all others to those at the places *first*: their addresses are known already.
    """
    taken = _taken(session, list(dict.fromkeys(wanted)))
    given = [""] * len(wanted)
    last: dict[str, int] = {}
    for place in sorted(range(len(wanted)), key=lambda each: each not in first):
        base = wanted[place]
        slug = base
        while slug in taken or not _is_free(session, slug, checked=slug == base):
            last[base] = number = last.get(base, 1) + 1
            tail = f"-{number}"
            slug = base[: MAX_LENGTH - len(tail)] + tail
        taken.add(slug)
        given[place] = slug
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


def lead_from_source_keys(session: Session, keys: Mapping[str, int]) -> None:
    """Have what sources call their listings lead to these, as far as it could stand in an address.

    Of two listings that are called the same by their sources the first one that is still there keeps it.
    """
    wanted = {key.lower(): number for key, number in keys.items() if _SLUG_OF_OTHERS.fullmatch(key)}
    for part in chunks(list(wanted)):
        which = (PublicSlug.kind == SOURCE_KEY, PublicSlug.slug.in_(part))
        there = select(PublicListing.id).where(PublicListing.gone.is_(False))
        taken = set(session.execute(select(PublicSlug.slug).where(*which, PublicSlug.target_id.in_(there))).scalars())
        session.execute(delete(PublicSlug).where(*which, PublicSlug.target_id.not_in(there)))
        rows = [{"kind": SOURCE_KEY, "slug": key, "target_id": wanted[key]} for key in part if key not in taken]
        if rows:
            session.execute(insert(PublicSlug), rows)
