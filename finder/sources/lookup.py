"""Finds a source by its number or its name. One that was removed is not there, but its name is taken for a while."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.sources import OWN
from finder.domain.text import clean
from finder.store.source import Source

LONGEST_NAME = 255


def source_named(session: Session, name: str) -> Source:
    """The source of that name. Raises NotFoundError."""
    present = (Source.name != OWN, Source.removed_at.is_(None))
    found = session.execute(select(Source).where(Source.name == name, *present)).scalar_one_or_none()
    if found is None:
        known = select(Source.name).where(*present, Source.kind != "").order_by(Source.name).limit(20)
        names = ", ".join(session.execute(known).scalars()) or "none yet"
        raise NotFoundError(f"There is no source {name!r}. There are: {names}.")
    return found


def source_of(session: Session, number: int) -> Source:
    """Source *number*, but for the directory itself and those that were removed. Raises NotFoundError."""
    row = session.get(Source, number, populate_existing=True)
    if row is None or row.name == OWN or row.removed_at is not None:
        raise NotFoundError("There is no such source here.")
    return row


def refuse_removed(session: Session, name: str, *, but: int = 0) -> None:
    """Nothing, unless a source of that name was removed and can still be restored: BadInputError says so."""
    removed = select(Source.id).where(Source.name == name, Source.id != but, Source.removed_at.is_not(None))
    if session.execute(removed).scalar() is not None:
        raise BadInputError("name", f"A source {name!r} was removed: restore it, or choose another name.")


def checked_name(session: Session, name: str, *, but: int = 0) -> str:
    """*name*, tidied, when a new source (or source *but*) can be called so. Raises BadInputError with what to do."""
    name = clean(name)
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadInputError("name", f"Give the source a name of at most {LONGEST_NAME} characters.")
    if name == OWN:
        raise BadInputError("name", f"{OWN!r} stands for what is written here already: choose another name.")
    refuse_removed(session, name, but=but)
    if session.execute(select(Source.id).where(Source.name == name, Source.id != but)).scalar() is not None:
        raise BadInputError("name", "There is a source of that name already: choose another name.")
    return name


def name_to_import(session: Session, name: str) -> str:
    """What the source is called that is meant by *name*: one that is here, or a new one, with its name tidied.

    Raises BadInputError where `checked_name` does.
    """
    tidied = clean(name)
    spellable = name.encode(errors="ignore").decode()  # a name that no database can hold is that of no source
    present = select(Source.name).where(Source.name.in_([spellable, tidied]), Source.name != OWN)
    found = session.execute(present.where(Source.removed_at.is_(None))).scalars().all()
    return next((each for each in (name, tidied) if each in found), "") or checked_name(session, name)
