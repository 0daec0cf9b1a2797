"""Formats as BMLT clients know them: numbers that stay, keys, names in several languages."""

from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from finder.store.base import Base
from finder.store.types import Json


class BmltFormat(Base):
    """A format by its shared number. Without a source it is the directory's own.

    ``format_id`` is what it stands for here; one that stands for nothing is kept for the meetings that carry its key.
    ``told`` is how a source has one of the directory's own: its ``source``, ``world_id``, ``kind`` and ``names``.
    """

    __tablename__ = "bmlt_format"
    __table_args__ = (UniqueConstraint("source_id", "source_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # the shared number that clients use
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"), index=True)
    source_number: Mapped[int]  # the number it had there
    key: Mapped[str] = mapped_column(String(64))
    world_id: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(16), default="")  # FC1, FC2, FC3, O, LANG, ALERT, or ""
    format_id: Mapped[int | None] = mapped_column(ForeignKey("format.id"), index=True)
    told: Mapped[dict[str, Any] | None] = mapped_column(Json)


class BmltFormatName(Base):
    """What a format is called in one language."""

    __tablename__ = "bmlt_format_name"

    bmlt_format_id: Mapped[int] = mapped_column(ForeignKey("bmlt_format.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255), default="")
    description: Mapped[str] = mapped_column(Text, default="")
