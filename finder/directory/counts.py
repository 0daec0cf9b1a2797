"""How much the directory holds."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.store.shelf import PublicListing


def published_listings(session: Session) -> int:
    """Give the number of listings on the shelf."""
    statement = select(func.count()).select_from(PublicListing).where(PublicListing.gone.is_(False))
    return session.execute(statement).scalar_one()
