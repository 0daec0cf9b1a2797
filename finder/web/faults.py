"""Faults as people are told them: a status, a title, a sentence of what to do. They need no request and no template."""

from http import HTTPStatus
from typing import NamedTuple

from markupsafe import escape

#: Status -> title and what to do, in plain words.
WORDS: dict[int, tuple[str, str]] = {
    400: ("This could not be understood", "Something in the address is wrong. Start again from the search page."),
    403: ("This is not open to you", "Start again from the search page."),
    404: ("This page is not here", "It may have moved or closed. Search for meetings instead."),
    405: ("This cannot be done here", "Start again from the search page."),
    409: ("Somebody else was first", "Look at it again: it has changed meanwhile."),
    410: ("This link can no longer be used", "Links work once and for a limited time. Ask for a new one."),
    413: ("This is too large", "Send less at once."),
    414: ("This address is too long", "Ask for less at once."),
    415: ("This cannot be read", "Send it in another form."),
    429: ("Too many questions at once", "Wait a minute, then try again."),
    431: ("This request is too long", "Ask for less at once."),
    500: ("Something went wrong here", "This is our fault, not yours. Try again in a minute."),
    503: ("The directory is out of reach just now", "Try again in a minute."),
}
#: What is said to those who sent a form, when nothing more is known.
NOT_SAVED = "This was not saved: the database is out of reach just now. Try again in a minute."


class Fault(NamedTuple):
    """An error as it is told: status, title, a sentence, and an instruction for each parameter at fault."""

    status: int
    title: str
    message: str
    parameters: dict[str, str]


def fault_of(status: int, message: str = "", parameters: dict[str, str] | None = None) -> Fault:
    """The fault of *status* in the table's words, or with a message of its own."""
    title, words = WORDS.get(status, (HTTPStatus(status).phrase, ""))
    return Fault(status, title, message or words, parameters or {})


def place_fault(message: str) -> Fault:
    """The fault of a place that nothing here has the name of, or several have."""
    return Fault(404, "This place is not known by that name", message, {"near": message})


def unsaved_fault(fault: Fault) -> Fault:
    """*fault* as it is told to somebody who has sent a form: that nothing of it was saved."""
    message = NOT_SAVED if fault.message == WORDS[fault.status][1] else fault.message
    return fault._replace(title="Not saved yet", message=message)


def bare_page(fault: Fault) -> str:
    """A page that needs nothing: no template, no database, no routing."""
    title, message = escape(fault.title), escape(fault.message)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body><main><h1>{title}</h1><p>{message}</p><p><a href="/">Find a meeting</a></p></main></body></html>\n'
    )
