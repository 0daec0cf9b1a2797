"""The short pages about a listing: different for some dates, closed for good, still right, a problem."""

import datetime as dt
from typing import Any

from flask import Response, request

from finder.domain.asked import Fields
from finder.domain.errors import NotFoundError
from finder.domain.review import Kind
from finder.review.sending import HeldListing
from finder.web.forms.submit import ExceptionForm, ProblemForm, SenderForm, UndatedSenderForm
from finder.web.parts import parts
from finder.web.presenters.answers import rule_words, sittings_within
from finder.web.presenters.status import listing_words
from finder.web.presenters.submit import exception_lines
from finder.web.submit_page import REFUSED, labels, page, refused, said_by, send, sent
from finder.web.submit_way import Way

PASSED = "These dates have passed: change them."
NEVER = "It does not meet on these dates. It meets: {}. Choose dates on which it does."
#: Somewhere it is still yesterday.
LATEST_ZONE = dt.timedelta(hours=12)

#: Pages that ask for nothing but who sends it: what is asked -> kind, its form, heading, what it does, the button.
SHORT: dict[str, tuple[Kind, type[SenderForm], str, str, str]] = {
    "close": (
        Kind.CLOSE,
        SenderForm,
        "This meeting has closed for good",
        "Once a moderator agrees, the listing leaves the finder. It can be brought back.",
        "Ask to close it",
    ),
    "confirm": (
        Kind.CONFIRM,
        UndatedSenderForm,
        "Everything is still right",
        "Seekers see when a listing was last confirmed. Look at it once more, then tell us that it is right.",
        "Yes, it is still right",
    ),
}


def open_short(way: Way, what: str) -> Response:
    """The page to close a listing for good, or to confirm it."""
    sender = way.sender(SHORT[what][1])
    return page("submit/short.html", **_short(way, what, sender))


def take_short(way: Way, what: str) -> Response:
    """Ask to close a listing for good, or say that it is still right."""
    kind, form, *_ = SHORT[what]
    sender = way.sender(form, request.form)
    if not sender.validate():
        return page("submit/short.html", sender, **_short(way, what, sender))
    try:
        return sent(send(kind=kind, asked={}, **said_by(sender, way)))
    except REFUSED as error:
        return refused(error, "submit/short.html", **_short(way, what, sender))


def _short(way: Way, what: str, sender: SenderForm) -> dict[str, Any]:
    _, _, heading, words, button = SHORT[what]
    said = {"what": what, "heading": heading, "words": words, "button": button}
    return {
        **said,
        "sender": sender,
        "way": way,
        "held": way.held,
        "listing": listing_words(_held(way).fields, labels()),
    }


def _held(way: Way) -> HeldListing:
    if way.held is None:
        raise NotFoundError("There is no such listing here.")
    return way.held


def open_dates(way: Way) -> Response:
    """The form of an exception for some dates."""
    return _dates(way, ExceptionForm(), way.sender(UndatedSenderForm))


def take_dates(way: Way) -> Response:
    """Look an exception for some dates over, or send it."""
    form, sender = ExceptionForm(request.form), way.sender(UndatedSenderForm, request.form)
    step = request.form.get("step")
    if step == "edit" or not _are_right(form, sender) or not _meets(form, _held(way).fields):
        return _dates(way, form, sender)
    asked = form.fields()
    values: dict[str, Any] = {"form": form, "sender": sender, "way": way, "held": way.held}
    values |= {"lines": exception_lines(asked, labels()), "sittings": _sittings(form, _held(way).fields)}
    if step != "send":
        return page("submit/check_dates.html", **values)
    try:
        return sent(send(kind=Kind.EXCEPTION, asked=asked, **said_by(sender, way)))
    except REFUSED as error:
        return refused(error, "submit/check_dates.html", **values)


def _dates(way: Way, form: ExceptionForm, sender: SenderForm) -> Response:
    return page("submit/dates.html", form, sender, form=form, sender=sender, way=way, held=way.held)


def _are_right(form: ExceptionForm, sender: SenderForm) -> bool:
    form.validate()
    sender.validate()
    last = form.last_date.data or form.first_date.data
    if not form.faults and last < _today().isoformat():
        form.blame("last_date" if form.last_date.data else "first_date", PASSED)
    return not form.faults and not sender.faults


def _sittings(form: ExceptionForm, fields: Fields) -> list[str] | None:
    """The sittings that the exception is about, from today on."""
    first, last = form.first_date.data, form.last_date.data or form.first_date.data
    return sittings_within(fields, max(dt.date.fromisoformat(first), _today()), dt.date.fromisoformat(last))


def _today() -> dt.date:
    return (parts().clock() - LATEST_ZONE).date()


def _meets(form: ExceptionForm, fields: Fields) -> bool:
    """Whether there is a sitting that the exception is about; a slip of the day would leave people at a locked door."""
    if _sittings(form, fields) == []:
        form.blame("first_date", NEVER.format(rule_words(fields)))
        return False
    return True


def open_problem(way: Way) -> Response:
    """The page on which anybody says what is wrong with a listing."""
    return page("submit/problem.html", form=ProblemForm(), way=way, held=way.held)


def take_problem(way: Way) -> Response:
    """Take a report of what is wrong; a mail address is not needed."""
    form = ProblemForm(request.form)
    values: dict[str, Any] = {"form": form, "way": way, "held": way.held}
    if not form.validate():
        return page("submit/problem.html", form, **values)
    asked, said = {"problem": form.problem.data}, {"note": form.note.data, "email": form.email.data}
    try:
        return sent(send(kind=Kind.PROBLEM, asked=asked, meeting_slug=way.slug, **said))
    except REFUSED as error:
        return refused(error, "submit/problem.html", **values)
