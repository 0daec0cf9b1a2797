"""The shelf: the only tables that public pages, feeds, API and the snapshot read.

``document`` is what the public may see and nothing else. The other columns of ``public_listing`` are values of
that document, laid out so that a search snapshot of 300,000 rows loads in seconds. A listing that has left the
shelf stays as a row without document, so that snapshots learn of it.
"""

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from finder.domain.vocabulary import ShelfChange
from finder.store.base import Base
from finder.store.types import Instant, enum_by_value


class PublicListing(Base):
    """One published listing. ``gone`` rows have an empty document."""

    __tablename__ = "public_listing"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the meeting's id
    slug: Mapped[str] = mapped_column(String(64), index=True)
    revision: Mapped[int] = mapped_column(index=True)  # the directory revision that wrote it
    gone: Mapped[bool] = mapped_column(default=False)
    document: Mapped[str] = mapped_column(Text)
    program_id: Mapped[int] = mapped_column(default=0)
    attendance: Mapped[int] = mapped_column(default=0)  # 0 in person, 1 online, 2 hybrid
    closed: Mapped[bool] = mapped_column(default=False)  # temporarily closed
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    weekdays: Mapped[int] = mapped_column(default=0)  # bit mask, 1 = Sunday
    start_minute: Mapped[int] = mapped_column(default=-1)  # -1: by appointment
    duration_min: Mapped[int] = mapped_column(default=60)
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    special: Mapped[bool] = mapped_column(default=False)  # not plainly weekly: expand from the document
    formats: Mapped[str] = mapped_column(String(64), default="")  # hexadecimal bit set, bit numbers as stored
    region_id: Mapped[int] = mapped_column(default=0)
    service_body_id: Mapped[int] = mapped_column(default=0)
    bmlt_id: Mapped[int] = mapped_column(default=0, index=True)
    world_id: Mapped[str] = mapped_column(String(64), default="")  # kept when gone: NA World Services wants to be told
    group_id: Mapped[int] = mapped_column(default=0, index=True)
    location_id: Mapped[int] = mapped_column(default=0, index=True)
    city: Mapped[str] = mapped_column(String(255), default="")
    state: Mapped[str] = mapped_column(String(255), default="")
    country: Mapped[str] = mapped_column(String(255), default="")
    postal_code: Mapped[str] = mapped_column(String(64), default="")
    name_key: Mapped[str] = mapped_column(String(255), default="")  # folded name, for the order by name
    words: Mapped[str] = mapped_column(Text, default="")  # distinct folded words, space between


class PublicVocabulary(Base):
    """Programs, formats, regions and service bodies as the public sees them, a JSON document each."""

    __tablename__ = "public_vocabulary"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(String(128), index=True)
    document: Mapped[str] = mapped_column(Text)


class PublicSlug(Base):
    """A retired slug of the public side and the slug that answers for it now."""

    __tablename__ = "public_slug"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    slug: Mapped[str] = mapped_column(String(128), primary_key=True)
    target_id: Mapped[int]


class PublicRevision(Base):
    """When each revision of the directory was made, so that a listing's revision tells when it last changed."""

    __tablename__ = "public_revision"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(Instant, index=True)


class PublicChange(Base):
    """That a listing came to the shelf, changed on it or left it. What it said before is nowhere public.

    ``fields`` are the names of what changed in the document (`changed_parts`), space between.
    """

    __tablename__ = "public_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(index=True)
    kind: Mapped[ShelfChange] = mapped_column(enum_by_value(ShelfChange))
    listing_id: Mapped[int] = mapped_column(index=True)
    bmlt_id: Mapped[int]
    service_body_id: Mapped[int] = mapped_column(default=0)
    fields: Mapped[str] = mapped_column(Text, default="")


class DirectoryRevision(Base):
    """The single row (id 1) that says how new the shelf is; raised by every change of it.

    ``vocabulary_revision`` is the directory revision of the last change of programs, formats, regions or bodies.
    """

    __tablename__ = "directory_revision"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(default=0)
    vocabulary_revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
