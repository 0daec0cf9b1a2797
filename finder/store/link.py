"""What the worker found when it looked whether the websites of listings still lead somewhere."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from finder.store.base import Base
from finder.store.types import Instant


class LinkCheck(Base):
    """A web address. ``failures``: on how many days in a row it led nowhere; ``words`` say what came instead."""

    __tablename__ = "link_check"

    url: Mapped[str] = mapped_column(String(1024), primary_key=True)
    looked_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    failures: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(String(255), default="")
