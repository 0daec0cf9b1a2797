"""Every table of the product: importing this makes ``Base.metadata`` whole."""

from finder.store import accounts, audit, bmlt, link, mail, meeting, people, place, review, shelf, source, vocabulary
from finder.store.base import Base

metadata = Base.metadata

__all__ = [
    "accounts",
    "audit",
    "bmlt",
    "link",
    "mail",
    "meeting",
    "metadata",
    "people",
    "place",
    "review",
    "shelf",
    "source",
    "vocabulary",
]
