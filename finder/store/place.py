"""Regions (the place tree) and locations."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from finder.domain.vocabulary import AddressVisibility, Precision
from finder.store.base import Base
from finder.store.types import enum_by_value


class Region(Base):
    """A place in the tree of places; its point is the centre shown for area-only addresses."""

    __tablename__ = "region"
    __table_args__ = (UniqueConstraint("parent_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    slug: Mapped[str] = mapped_column(String(128), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = mapped_column(String(255))  # folded: rows that mean the same share it
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class Location(Base):
    """A building or room; private here, and public only as far as ``address_visibility`` says."""

    __tablename__ = "location"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # digest of what makes two rows the same place
    name: Mapped[str] = mapped_column(String(255), default="")
    formatted_address: Mapped[str] = mapped_column(String(1024), default="")
    street: Mapped[str] = mapped_column(String(255), default="")
    unit: Mapped[str] = mapped_column(String(255), default="")
    city: Mapped[str] = mapped_column(String(255), default="")
    state: Mapped[str] = mapped_column(String(255), default="")
    postal_code: Mapped[str] = mapped_column(String(64), default="")
    country: Mapped[str] = mapped_column(String(255), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    precision: Mapped[Precision] = mapped_column(enum_by_value(Precision), default=Precision.EXACT)
    zone: Mapped[str] = mapped_column(String(64), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    access_notes: Mapped[str] = mapped_column(Text, default="")
    address_visibility: Mapped[AddressVisibility] = mapped_column(
        enum_by_value(AddressVisibility), default=AddressVisibility.PUBLIC
    )
