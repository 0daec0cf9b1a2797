"""Deciding about one request, taking a decision back, and saying that one is on it."""

from collections.abc import Callable

from flask import Response, request
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.revert import TooLateError
from finder.domain.asked import FIELDS, Fields
from finder.domain.errors import BadInputError, NotFoundError, NotSavedError
from finder.domain.review import Action, AlreadyDecidedError, Kind, StaleError, Status
from finder.domain.roles import Right
from finder.review.decisions import Decision, decide, for_decision, undo
from finder.review.queue import claim, release
from finder.store.review import SavedReply, Submission
from finder.web.account_page import go
from finder.web.errors import RETRY_AFTER_S
from finder.web.forms.moderate import NUMBERS, DecisionForm, read_decision, read_number
from finder.web.identity import require_anywhere
from finder.web.moderate import show
from finder.web.moderate_page import QUEUE, go_back, labels, letterhead, new_blueprint, now
from finder.web.parts import parts
from finder.web.presenters.moderate_case import Typing
from finder.web.presenters.moderate_words import STATUSES, format_slugs

blueprint = new_blueprint("moderate_decide")

#: Faults of a decision whose place in the form is called otherwise than they say.
PLACES = {"accepted": "take", "action": "action", "text": "text", "into": "text"}

#: What is told after a decision was taken back, by where the request stands then.
UNDONE = {
    Status.UNDONE: "Taken back: the listing is as it was before.",
    Status.PENDING: "Taken back: the request waits in the queue again.",
}


@blueprint.post(f"{QUEUE}/<reference>/decide")
def decide_request(reference: str) -> Response:
    """Carry out what a moderator decided; whatever stands in the way is told on the page, with all that was typed."""
    viewer, names = require_anywhere(Right.DECIDE), labels()
    form = read_decision(request.form, format_slugs(names))
    if form.faults:
        return show(reference, viewer, _typing(form, form.faults), status=400)

    def act(session: Session) -> Status:
        row = for_decision(session, reference, viewer)
        decision = decision_of(row, form, _words(session, form, viewer))
        return decide(session, reference, decision, by=viewer, letterhead=letterhead(), now=now())

    return _carried_out(reference, viewer, form, act)


def _carried_out(reference: str, viewer: Viewer, form: DecisionForm, act: Callable[[Session], Status]) -> Response:
    try:
        with parts().database.unit_of_work() as session:
            status = act(session)
    except BadInputError as error:
        place = PLACES.get(error.parameter, f"edit-{error.parameter}")
        return show(reference, viewer, _typing(form, {place: error.message}), status=400)
    except (AlreadyDecidedError, StaleError) as error:
        return show(reference, viewer, _typing(form), status=409, conflict=str(error), form=form)
    except NotFoundError as error:
        if form.action is not Action.APPROVE:
            raise
        # Theirs, but its listing has gone: `show` raises the same error when it is not theirs.
        return show(reference, viewer, _typing(form), status=409, conflict=str(error), form=form)
    except NotSavedError as error:
        return unsaved(show(reference, viewer, _typing(form), status=503, conflict=str(error), form=form))
    return go(f"{QUEUE}/{reference}", f"{STATUSES[status]}. The submitter is told by mail if there is an address.")


def unsaved(response: Response) -> Response:
    """The answer that nothing was saved, with when to try again."""
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _typing(form: DecisionForm, faults: object = None) -> Typing:
    return Typing(form=form.typed, taken=form.taken, faults=faults if isinstance(faults, dict) else {})


def _words(session: Session, form: DecisionForm, viewer: Viewer) -> str:
    """What the submitter reads: what was typed, else the saved reply that was chosen, else where the listing is."""
    if form.text:
        return form.text
    reply = session.get(SavedReply, read_number(form.reply)) if form.reply else None
    if reply is not None and (reply.service_body_id is None or viewer.may(Right.DECIDE, reply.service_body_id)):
        return reply.text
    if form.listing:
        return f"This meeting is listed already: {parts().settings.public_url}/meetings/{form.listing}"
    return ""


def decision_of(row: Submission, form: DecisionForm, text: str) -> Decision:
    """The decision that *form* means about *row*: which of its fields, in whose wording."""
    first: Fields = (row.accepted or {}) if row.status is Status.SECOND_LOOK else {}
    wanted: Fields = row.asked | (row.edited or {}) | first
    exception = row.kind is Kind.EXCEPTION
    edited = {
        name: value
        for name, value in form.wording.items()
        if (name in wanted or exception) and (value or None) != (wanted.get(name) or None)
    }
    for name in NUMBERS & edited.keys():
        if edited[name] is None and not exception:
            raise BadInputError(name, "Give a number.")
    return Decision(
        action=form.action,
        seen_revision=form.seen_revision,
        seen_meeting_revision=form.seen_meeting_revision,
        accepted=_accepted(row, form, edited),
        edited=edited or None,
        text=text,
        on=form.on,
        into=form.into,
    )


def _accepted(row: Submission, form: DecisionForm, edited: dict[str, object]) -> frozenset[str] | None:
    """The fields taken; None for all of them, and for those that the first of two people took."""
    if row.kind not in {Kind.NEW, Kind.CHANGE}:
        return None
    taken = form.taken & (row.asked.keys() | (row.edited or {}).keys())
    if row.status is Status.SECOND_LOOK and row.accepted is not None:
        return None if taken == frozenset(row.accepted) and not edited else taken
    said = {name for name, value in row.asked.items() if row.kind is Kind.CHANGE or value != FIELDS[name].empty}
    return None if taken >= said else taken


@blueprint.post(f"{QUEUE}/<reference>/undo")
def undo_decision(reference: str) -> Response:
    """Take a decision back."""
    viewer = require_anywhere(Right.DECIDE)
    reason = request.form.get("reason", "")[:4000]
    try:
        with parts().database.unit_of_work() as session:
            status = undo(session, reference, by=viewer, reason=reason, letterhead=letterhead(), now=now())
    except (AlreadyDecidedError, StaleError, TooLateError) as error:
        return show(reference, viewer, Typing(form=request.form), status=409, conflict=str(error))
    except NotSavedError as error:
        return unsaved(show(reference, viewer, Typing(form=request.form), status=503, conflict=str(error)))
    return go(f"{QUEUE}/{reference}", UNDONE[status])


@blueprint.post(f"{QUEUE}/<reference>/claim")
def claim_request(reference: str) -> Response:
    """Say that one is on it."""
    viewer = require_anywhere(Right.DECIDE)
    return _shown_on(
        reference,
        viewer,
        lambda session: claim(
            session, reference, by=viewer, revision=read_number(request.form.get("revision", "")), now=now()
        ),
        "You are on it: others see that for half an hour.",
    )


@blueprint.post(f"{QUEUE}/<reference>/release")
def release_request(reference: str) -> Response:
    """Say that one is not on it any more."""
    viewer = require_anywhere(Right.DECIDE)
    return _shown_on(reference, viewer, lambda session: release(session, reference, by=viewer), "It is free again.")


def _shown_on(reference: str, viewer: Viewer, act: Callable[[Session], None], notice: str) -> Response:
    try:
        with parts().database.unit_of_work() as session:
            act(session)
    except (AlreadyDecidedError, StaleError) as error:
        return show(reference, viewer, Typing(), status=409, conflict=str(error))
    return go_back(f"{QUEUE}/{reference}", notice)
