"""Programs and formats, as the seed files and moderators define them."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from finder.domain.vocabulary import Approach, FormatKind
from finder.store.base import Base
from finder.store.types import enum_by_value


class Program(Base):
    """A fellowship or method: AA, NA, SMART ..."""

    __tablename__ = "program"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    short_name: Mapped[str] = mapped_column(String(64), default="")
    approach: Mapped[Approach] = mapped_column(enum_by_value(Approach))
    focus: Mapped[str] = mapped_column(String(255), default="")
    for_whom: Mapped[str] = mapped_column(Text, default="")
    expect: Mapped[str] = mapped_column(Text, default="")
    site: Mapped[str] = mapped_column(String(2048), default="")
    position: Mapped[int] = mapped_column(default=0)


class Format(Base):
    """What a meeting is like; *bit* is its fixed place in the snapshot's bit sets."""

    __tablename__ = "format"

    id: Mapped[int] = mapped_column(primary_key=True)
    bit: Mapped[int] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[FormatKind] = mapped_column(enum_by_value(FormatKind))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)


class FormatCode(Base):
    """A foreign code that stands for a format: (meeting_guide, "BE"), (naws, "NC")."""

    __tablename__ = "format_code"

    system: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    format_id: Mapped[int] = mapped_column(ForeignKey("format.id", ondelete="CASCADE"), index=True)
