"""What the pages of facilitators share: their headers, the form of a listing with its choices, and sending."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from finder.domain.asked import Fields, empty_fields
from finder.domain.errors import BadInputError, FinderError, NotSavedError, PerhapsProgramError, TooManyError
from finder.domain.vocabulary import RecurrenceKind
from finder.review.letters import Letterhead
from finder.review.sending import HeldListing, Received, Request, submit
from finder.web import human
from finder.web.caching import PRIVATE, squeezed
from finder.web.forms.listing import ListingForm, values_of
from finder.web.forms.submit import SenderForm
from finder.web.forms.submit_fields import Carried
from finder.web.locating import POINT, located, stays
from finder.web.page import frame, render
from finder.web.parts import parts
from finder.web.presenters.labels import Labels
from finder.web.presenters.troubles import Fault
from finder.web.submit_way import Way

#: Refusals after which a page comes again with everything that was typed, and their statuses.
REFUSALS: dict[type[FinderError], HTTPStatus] = {
    NotSavedError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
    PerhapsProgramError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
#: The errors of REFUSALS, to catch.
REFUSED = tuple(REFUSALS)
RETRY_AFTER_S = {HTTPStatus.SERVICE_UNAVAILABLE: "5", HTTPStatus.TOO_MANY_REQUESTS: "600"}


def new_blueprint(name: str) -> Blueprint:
    """A blueprint whose answers no cache keeps.

    They go out compressed. Their length tells nobody what is secret in them: a page repeats what it was sent only to
    those who sent the token of their own session.
    """
    blueprint = Blueprint(name, __name__)

    @blueprint.after_request
    def kept_nowhere(response: Response) -> Response:
        response.headers["Cache-Control"] = PRIVATE
        response.headers["Vary"] = "Accept-Encoding, Cookie"
        return squeezed(response)

    return blueprint


def letterhead() -> Letterhead:
    """Who writes to people, and from where."""
    settings = parts().settings
    return Letterhead(site_name=settings.site_name, public_url=settings.public_url)


def labels() -> Labels:
    """The names of the vocabulary as it is now."""
    held = parts()
    return frame().labels(held, held.keeper.current())


def page(template: str, *forms: Carried, status: int = HTTPStatus.OK, **values: object) -> Response:
    """The page of *template*; 422 when one of *forms* has a fault and no other *status* says more."""
    faults = [Fault(words, href) for form in forms for words, href in form.faults]
    if faults and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    mark = request.form.get(human.MARK) if human.read_mark() else human.new_mark()
    return render(template, status=status, faults=faults, mark=mark, trap=human.TRAP, **values)


def refused(error: FinderError, template: str, **values: object) -> Response:
    """The page that was sent, once more with all its values, under the words of *error* and with its status."""
    status = next(status for kind, status in REFUSALS.items() if isinstance(error, kind))
    response = page(template, status=status, refusal=str(error), **values)
    if status in RETRY_AFTER_S:
        response.headers["Retry-After"] = RETRY_AFTER_S[status]
    return response


def listing_form(formdata: MultiDict[str, str] | None, held: HeldListing | None) -> ListingForm:
    """The form with what was sent, or with the listing that is changed, or blank; with all that can be chosen."""
    form = ListingForm()
    known, settings = labels(), parts().settings
    countries = dict(parts().gazetteer.countries)
    if held is not None and held.fields["country"]:
        countries.setdefault(held.fields["country"], held.fields["country"])
    form.offer(programs=list(known.programs), formats=list(known.formats), countries=countries)
    blank = {"country": settings.country, "attendance": "in_person", "kind": "weekly", "zone": settings.zone}
    form.process(formdata, data=values_of(shown(held)) if held else blank)
    if held is not None:
        form.hidden = frozenset(hidden_of(held))
    return form


def shown(held: HeldListing) -> Fields:
    """The fields of a listing as its form shows them: an address that came in one line begins with its street."""
    fields = held.fields
    if not fields["street"] and fields["formatted_address"] and fields["attendance"] != "online":
        return {**fields, "street": fields["formatted_address"].split(",")[0].strip()}
    return fields


def hidden_of(held: HeldListing) -> set[str]:
    """The fields that are kept private on a listing."""
    found: set[str] = set()
    if held.fields["address_visibility"] == "area" and not held.fields["street"]:
        found |= {"street", "unit", "postal_code", "place_name", "place_notes", "access_notes", "pin"}
    if held.fields["join_policy"] == "on_request" and not held.fields["conference_url"]:
        found |= {"conference_url", "conference_url_notes", "conference_phone", "conference_phone_notes"}
    return found


def fields_from(form: ListingForm, held: HeldListing | None) -> Fields:
    """Every field as the form has it, over those of the listing that is changed."""
    fields = {**(held.fields if held else empty_fields()), **form.fields()}
    if held is not None and held.fields["kind"] == fields["kind"] == RecurrenceKind.APPOINTMENT.value:
        fields["weekdays"] = held.fields["weekdays"]  # of a source that told the day and no time
    return fields


def settled(form: ListingForm, held: HeldListing | None) -> Fields | None:
    """The fields of a form without faults, with their point; None when there is a fault now, told at its field."""
    fields = fields_from(form, held)
    if held is not None and stays(fields, shown(held)):
        kept = {*POINT, "zone", "street"} - ({"zone"} if fields["attendance"] == "online" else set())
        fields |= {name: held.fields[name] for name in kept}
    else:
        try:
            fields = located(fields, parts())
        except BadInputError as error:
            form.blame(error.parameter, error.message)
            return None
    return fields if form.check_schedule(fields) else None


def said_by(sender: SenderForm, way: Way) -> dict[str, Any]:
    """Who sends a request and what they say, as `send` takes it; an address that the *way* proves wants no link."""
    return {
        "email": way.email or sender.address,
        "proven_email": bool(way.email),
        "contact_name": sender.contact_name.data,
        "note": sender.note.data,
        "effective_date": sender.from_date,
        "meeting_slug": way.slug,
        "group_id": way.group.id if way.group else None,
    }


def send(**values: Any) -> Received:  # noqa: ANN401 - what `Request` takes
    """Store a request. Raises PerhapsProgramError, and what `finder.review.sending.submit` raises."""
    human.keep_programs_out()
    held = parts()
    wanted = Request(form_key=human.form_key(), network=human.network(), **values)
    with held.database.unit_of_work() as register:
        return submit(register, wanted, letterhead=letterhead(), now=held.clock())


def sent(received: Received) -> Response:
    """Where somebody goes after sending: to their mail, to their status page, or to thanks."""
    if received.status_secret:
        where = f"/status/{received.status_secret}"
    elif received.proof_mailed:
        where = "/submit/mail"
    else:
        where = f"/submit/thanks?reference={received.reference}"
    return Response(status=303, headers={"Location": where})
