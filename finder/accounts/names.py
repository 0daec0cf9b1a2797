"""Corrects what somebody is called: the name before it is kept for as long as that can be taken back."""

import datetime as dt

from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.accounts.users import MAX_NAME
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.domain.text import clean
from finder.store.accounts import User


def correct_name(session: Session, user_id: int, name: str, *, by: Viewer, now: dt.datetime) -> None:
    """Have somebody be called otherwise; what they were called is kept for as long as that can be taken back.

    Raises NotFoundError out of reach, and BadInputError for no name, for too long a one, and for the same.
    """
    user = session.get(User, user_id, populate_existing=True)
    if user is None or not by.may(Right.MANAGE_SITE, None):
        raise NotFoundError("There is no such account.")
    wanted = clean(name)
    if not 0 < len(wanted) <= MAX_NAME:
        raise BadInputError("name", f"Enter a first name of at most {MAX_NAME} characters.")
    if wanted == user.name:
        raise BadInputError("name", "They are called so already.")
    user.name, user.former_name, user.renamed_at = wanted, user.name, now


def former_name(session: Session, user_id: int, *, by: Viewer, now: dt.datetime) -> None:
    """Have somebody be called again as before it was corrected. Raises NotFoundError, and StaleError when forgotten."""
    user = session.get(User, user_id, populate_existing=True)
    if user is None or not by.may(Right.MANAGE_SITE, None):
        raise NotFoundError("There is no such account.")
    if user.former_name is None:
        raise StaleError("Their name has been changed since, or the former one is forgotten.", {})
    user.name, user.former_name, user.renamed_at = user.former_name, user.name, now
