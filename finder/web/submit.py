"""Facilitators' pages about one listing: new, change, exceptions for dates, close, still right, a problem."""

from flask import Response, request

from finder.domain.asked import Fields, changed
from finder.domain.errors import BadInputError
from finder.domain.review import Kind
from finder.review.duplicates import Twin, likely
from finder.review.sending import HeldListing
from finder.web.forms.listing import ListingForm
from finder.web.forms.submit import ExceptionForm, ProblemForm, SenderForm, UndatedSenderForm
from finder.web.forms.values import is_slug
from finder.web.parts import parts
from finder.web.presenters.submit import check_page, exception_lines, format_options, program_options
from finder.web.submit_page import (
    hidden_of,
    labels,
    listing_form,
    listing_of,
    new_blueprint,
    page,
    send,
    sent,
    settled,
)

blueprint = new_blueprint("submit")

SAME = "Nothing is changed yet: change what is wrong, or go back and say that it is still right."


@blueprint.get("/submit")
def new() -> Response:
    """The form of a new meeting."""
    return _form(listing_form(None, None), SenderForm(), None)


@blueprint.post("/submit")
def send_new() -> Response:
    """Look a new meeting over, or send it."""
    return _listing(None)


@blueprint.get("/meetings/<slug>/change")
def change(slug: str) -> Response:
    """The form with a listing as it is."""
    held = listing_of(slug)
    return _form(listing_form(None, held), SenderForm(), held)


@blueprint.post("/meetings/<slug>/change")
def send_change(slug: str) -> Response:
    """Look a change over, or send it."""
    return _listing(listing_of(slug))


def _form(form: ListingForm, sender: SenderForm, held: HeldListing | None) -> Response:
    known = labels()
    choices = {"programs": program_options(known), "formats": format_options(known)}
    hidden = hidden_of(held) if held else set()
    return page("submit/listing.html", form, sender, form=form, sender=sender, held=held, hidden=hidden, **choices)


def _listing(held: HeldListing | None) -> Response:
    form, sender = listing_form(request.form, held), SenderForm(request.form)
    if request.form.get("step") == "edit":
        return _form(form, sender, held)
    fields = _checked(form, sender, held)
    if fields is None:
        return _form(form, sender, held)
    asked = _changes(fields, held)
    if held is not None and not asked:
        form.blame("name", SAME)
        return _form(form, sender, held)
    if request.form.get("step") != "send":
        return _check(form, sender, held, fields)
    kind = Kind.CHANGE if held else Kind.NEW
    try:
        return sent(send(kind=kind, asked=asked, meeting_slug=held.slug if held else "", **_sender(sender)))
    except BadInputError as error:
        form.blame(error.parameter, error.message)
        return _form(form, sender, held)


def _checked(form: ListingForm, sender: SenderForm, held: HeldListing | None) -> Fields | None:
    """The fields with their point, or None when there is a fault, which is told at its field."""
    form.validate()
    sender.validate()
    if form.faults or sender.faults:
        return None
    return settled(form, held)


def _changes(fields: Fields, held: HeldListing | None) -> Fields:
    return changed(held.fields, fields) if held else fields


def _sender(sender: SenderForm) -> dict[str, object]:
    return {
        "email": sender.email.data,
        "contact_name": sender.contact_name.data,
        "note": sender.note.data,
        "effective_date": sender.from_date,
    }


def _check(form: ListingForm, sender: SenderForm, held: HeldListing | None, fields: Fields) -> Response:
    now = parts().clock()
    answers = check_page(
        fields, labels(), now=now, before=held.fields if held else None, twins=[] if held else _twins(fields)
    )
    return page("submit/check.html", form=form, sender=sender, held=held, check=answers)


def _twins(fields: Fields) -> list[Twin]:
    with parts().database.reading() as register:
        return likely(register, fields, limit=3)


@blueprint.get("/meetings/<slug>/dates")
def dates(slug: str) -> Response:
    """The form of an exception for some dates."""
    return _dates(listing_of(slug), ExceptionForm(), UndatedSenderForm())


@blueprint.post("/meetings/<slug>/dates")
def send_dates(slug: str) -> Response:
    """Send an exception for some dates."""
    held, form, sender = listing_of(slug), ExceptionForm(request.form), UndatedSenderForm(request.form)
    form.validate()
    sender.validate()
    if form.faults or sender.faults:
        return _dates(held, form, sender)
    if request.form.get("step") != "send":
        lines = exception_lines(form.fields(), labels())
        return page("submit/check_dates.html", form=form, sender=sender, held=held, lines=lines)
    return sent(send(kind=Kind.EXCEPTION, asked=form.fields(), meeting_slug=slug, **_sender(sender)))


def _dates(held: HeldListing, form: ExceptionForm, sender: SenderForm) -> Response:
    return page("submit/dates.html", form, sender, form=form, sender=sender, held=held)


#: Pages that ask for nothing but who sends it: what is asked -> kind, heading, what it does, the button.
SHORT = {
    "close": (
        Kind.CLOSE,
        "This meeting has closed for good",
        "Once a moderator agrees, the listing leaves the finder. It can be brought back.",
        "Ask to close it",
    ),
    "confirm": (
        Kind.CONFIRM,
        "Everything is still right",
        "Seekers see when a listing was last confirmed. Look at it once more, then tell us that it is right.",
        "Yes, it is still right",
    ),
}


@blueprint.get("/meetings/<slug>/<any(close, confirm):what>")
def short(slug: str, what: str) -> Response:
    """The page to close a listing for good, or to confirm it."""
    return _short(listing_of(slug), what, _sender_form(what)())


@blueprint.post("/meetings/<slug>/<any(close, confirm):what>")
def send_short(slug: str, what: str) -> Response:
    """Ask to close a listing for good, or say that it is still right."""
    held, sender = listing_of(slug), _sender_form(what)(request.form)
    if not sender.validate():
        return _short(held, what, sender)
    return sent(send(kind=SHORT[what][0], asked={}, meeting_slug=slug, **_sender(sender)))


def _sender_form(what: str) -> type[SenderForm]:
    return SenderForm if what == "close" else UndatedSenderForm


def _short(held: HeldListing, what: str, sender: SenderForm) -> Response:
    _, heading, words, button = SHORT[what]
    values = {"what": what, "heading": heading, "words": words, "button": button}
    return page("submit/short.html", sender, sender=sender, held=held, **values)


@blueprint.get("/meetings/<slug>/problem")
def problem(slug: str) -> Response:
    """The page on which anybody says what is wrong with a listing."""
    return _problem(listing_of(slug), ProblemForm())


@blueprint.post("/meetings/<slug>/problem")
def send_problem(slug: str) -> Response:
    """Take a report of what is wrong; a mail address is not needed."""
    held, form = listing_of(slug), ProblemForm(request.form)
    if not form.validate():
        return _problem(held, form)
    asked = {"problem": form.problem.data}
    said = {"note": form.note.data, "email": form.email.data}
    return sent(send(kind=Kind.PROBLEM, asked=asked, meeting_slug=slug, **said))


def _problem(held: HeldListing, form: ProblemForm) -> Response:
    return page("submit/problem.html", form, form=form, held=held)


@blueprint.get("/submit/mail")
def look_at_mail() -> Response:
    """That a mail is on its way; the same for everybody."""
    return page("submit/mail.html")


@blueprint.get("/submit/thanks")
def thanks() -> Response:
    """That a report has arrived."""
    reference = request.args.get("reference", "")[:16]
    return page("submit/thanks.html", reference=reference if is_slug(reference.lower()) else "")
