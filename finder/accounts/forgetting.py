"""What is kept about accounts goes after its time."""

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.orm import Session

from finder.accounts.sessions import IDLE, LIFETIME
from finder.store.accounts import AccountLink, Attempt, KnownNetwork, SecurityEvent, SignedIn

ATTEMPTS_KEPT = dt.timedelta(days=2)  # longer than anything is limited for
EVENTS_KEPT = dt.timedelta(days=30)
NETWORKS_KEPT = dt.timedelta(days=180)


def forget_old(session: Session, *, now: dt.datetime) -> None:
    """Remove attempts, security events, ended sessions, dead links and networks whose time is over."""
    session.execute(delete(Attempt).where(Attempt.at < now - ATTEMPTS_KEPT))
    session.execute(delete(SecurityEvent).where(SecurityEvent.at < now - EVENTS_KEPT))
    session.execute(delete(SignedIn).where((SignedIn.started_at < now - LIFETIME) | (SignedIn.seen_at < now - IDLE)))
    session.execute(delete(AccountLink).where(AccountLink.expires_at < now - EVENTS_KEPT))
    session.execute(delete(KnownNetwork).where(KnownNetwork.seen_at < now - NETWORKS_KEPT))
