"""Every table of the product: importing this makes ``Base.metadata`` whole."""

from finder.store import audit, meeting, people, place, shelf, vocabulary
from finder.store.base import Base

metadata = Base.metadata

__all__ = ["audit", "meeting", "metadata", "people", "place", "shelf", "vocabulary"]
