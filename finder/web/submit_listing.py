"""The form of a whole listing, new or changed: filled in, looked over, sent."""

from http import HTTPStatus
from typing import Any

from flask import Response, request

from finder.domain.asked import Fields, changed
from finder.domain.errors import BadInputError
from finder.domain.review import Kind
from finder.review.duplicates import Twin, likely
from finder.web.forms.listing import ListingForm
from finder.web.forms.submit import SenderForm
from finder.web.mapping import map_of
from finder.web.parts import parts
from finder.web.presenters.submit import check_page, format_options, program_options, sender_lines
from finder.web.submit_page import REFUSED, hidden_of, labels, listing_form, page, refused, said_by, send, sent, settled
from finder.web.submit_way import SEEN, Way

SAME = "Nothing is changed yet: change what is wrong, or go back and say that it is still right."


def open_listing(way: Way) -> Response:
    """The form, blank or with the listing as it is."""
    return _form(way, listing_form(None, way.held), way.sender(SenderForm))


def take_listing(way: Way) -> Response:
    """The next page: the form again when there is a fault or more to write, the answers to look over, or thanks.

    When the listing was changed after the form was opened, the answers are to be looked over once more (409), each
    beside what the listing says now: nobody takes back unseen what another has changed.
    """
    form, sender = listing_form(request.form, way.held), way.sender(SenderForm, request.form)
    step = request.form.get("step")
    fields = None if step == "edit" else _checked(form, sender, way)
    if fields is None:
        return _form(way, form, sender)
    if step != "send" or way.is_stale:
        return page("submit/check.html", **_answers(way, form, sender, fields), status=_status(way))
    try:
        kind = Kind.CHANGE if way.held else Kind.NEW
        return sent(send(kind=kind, asked=_asked(way, fields), **said_by(sender, way)))
    except BadInputError as error:
        form.blame(error.parameter, error.message)
        return _form(way, form, sender)
    except REFUSED as error:
        return refused(error, "submit/check.html", **_answers(way, form, sender, fields))


def _form(way: Way, form: ListingForm, sender: SenderForm) -> Response:
    known = labels()
    values: dict[str, Any] = {
        "way": way,
        "held": way.held,
        "was": request.form.get(SEEN, way.seen),
        "hidden": hidden_of(way.held) if way.held else set(),
        "programs": program_options(known),
        "formats": format_options(known, form.format.data),
    }
    return page("submit/listing.html", form, sender, form=form, sender=sender, **values)


def _checked(form: ListingForm, sender: SenderForm, way: Way) -> Fields | None:
    """The fields with their point, or None when there is a fault, which is told at its field."""
    form.validate()
    sender.validate()
    fields = None if form.faults or sender.faults else settled(form, way.held)
    if fields is not None and way.group is not None:
        fields |= way.group.fields  # what it says of itself is not asked
    if fields is not None and not _asked(way, fields):
        form.blame("name", SAME)
        return None
    return fields


def _asked(way: Way, fields: Fields) -> Fields:
    return changed(way.held.fields, fields) if way.held else fields


def _status(way: Way) -> HTTPStatus:
    return HTTPStatus.CONFLICT if way.is_stale else HTTPStatus.OK


def _answers(way: Way, form: ListingForm, sender: SenderForm, fields: Fields) -> dict[str, Any]:
    answers = check_page(
        fields,
        labels(),
        now=parts().clock(),
        before=way.held.fields if way.held else None,
        twins=() if way.held else _twins(fields),
        you=sender_lines(sender.contact_name.data, way.email or sender.address, sender.from_date, sender.note.data),
    )
    drawn = map_of(way.held.fields if way.held else None, fields) if fields["attendance"] != "online" else None
    return {"form": form, "sender": sender, "way": way, "held": way.held, "check": answers, "map": drawn}


def _twins(fields: Fields) -> list[Twin]:
    with parts().database.reading() as register:
        return likely(register, fields, limit=3, public=True)
