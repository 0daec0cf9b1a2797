"""How much the directory holds."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.store.shelf import PublicListing


def published_listings(session: Session, *, at_most: int | None = None) -> int:
    """Give the number of listings on the shelf; with *at_most* no more than so many are counted."""
    some = select(PublicListing.id).where(PublicListing.gone.is_(False)).limit(at_most).subquery()
    return session.execute(select(func.count()).select_from(some)).scalar_one()
