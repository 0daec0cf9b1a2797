"""Approving many requests at once: a second look first, a second moderator when they are many, each by itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from flask import Response, request
from flask import session as browser_session
from werkzeug.datastructures import MultiDict

from finder.accounts.permissions import Viewer
from finder.directory.revert import TooLateError
from finder.domain.errors import BadInputError, NotFoundError, NotSavedError
from finder.domain.review import AlreadyDecidedError, StaleError
from finder.domain.roles import Right
from finder.review import second_person
from finder.review.bulk import decide_one, most_at_once, refuse_too_many, second_look, wants_second
from finder.review.decisions import undo
from finder.review.second_person import Seen
from finder.web.account_page import go
from finder.web.forms.moderate import read_number
from finder.web.identity import require_anywhere
from finder.web.moderate_page import QUEUE, labels, letterhead, new_blueprint, now, page
from finder.web.parts import parts
from finder.web.presenters.moderate_queue import candidate_lines

blueprint = new_blueprint("moderate_bulk")

RESULTS = "moderated"
UNSAVED = "unsaved"
#: How one of many went: the word that the cookie holds -> the sentence that is shown.
TOLD = {
    "approved": "Approved.",
    "undone": "Taken back.",
    "first": "Somebody was first: nothing was done.",
    "changed": "The listing has changed since: open the request and compare.",
    "late": "It lies too far back to be taken back.",
    "refused": "It wants a look by itself: open the request.",
    "gone": "It is not here any more.",
    UNSAVED: "Not saved: the database was busy. Try again.",
}
GOOD = {"approved", "undone"}
WAITS = "It waits for a second moderator now. You find it above the queue."


@blueprint.get(f"{QUEUE}/bulk")
def second_look_at_many() -> Response:
    """Every change that approving the ticked requests would make, before anything is done."""
    viewer, references = require_anywhere(Right.DECIDE), request.args.getlist("take")
    try:
        with parts().database.reading() as session:
            found = candidate_lines(second_look(session, references, viewer=viewer), labels())
            most = most_at_once(session)
            second = wants_second(session, references)
    except BadInputError as error:
        return _fault(viewer, error.message)
    ready = sum(not line.refusal for line in found)
    return page("bulk", viewer, lines=found, ready=ready, fault="", second=second, most=most)


def _fault(viewer: Viewer, words: str) -> Response:
    return page("bulk", viewer, status=400, lines=[], ready=0, fault=words)


@blueprint.post(f"{QUEUE}/bulk")
def approve_many() -> Response:
    """Approve what was looked at, one after the other; or ask a second moderator, when they are too many for one."""
    viewer, references = require_anywhere(Right.DECIDE), request.form.getlist("take")
    seen = {reference: _seen(request.form, reference) for reference in references}
    try:
        refuse_too_many(references)
        with parts().database.reading() as session:
            second = wants_second(session, references)
    except BadInputError as error:
        return _fault(viewer, error.message)
    if second:
        with parts().database.unit_of_work() as session:
            number = second_person.keep_waiting(session, seen, by=viewer, letterhead=letterhead(), now=now())
        return go(f"{QUEUE}/bulk/{number}", WAITS)
    done = _approve_all(seen, viewer)
    try:
        with parts().database.unit_of_work() as session:
            number = second_person.keep_done(session, seen, _approved(done), by=viewer, now=now())
    except NotSavedError:
        number = 0  # what is approved is: it can be taken back one by one, though not as one act
    return _told(done, number)


def _seen(form: MultiDict[str, str], reference: str) -> tuple[int, int | None]:
    revision, _, listing = form.get(f"seen-{reference}", "").partition(".")
    return read_number(revision) or 0, read_number(listing)


def _approve_all(seen: Seen, viewer: Viewer) -> dict[str, str]:
    return _one_by_one(seen, lambda reference: _approve(reference, *seen[reference], viewer))


def _one_by_one(references: Iterable[str], act: Callable[[str], str]) -> dict[str, str]:
    """How each went. Once the database is busy the rest is left, and nobody waits for each in turn.

    Raises NotSavedError when that was so from the first.
    """
    done: dict[str, str] = {}
    for reference in references:
        done[reference] = UNSAVED if UNSAVED in done.values() else act(reference)
    if done and set(done.values()) == {UNSAVED}:
        raise NotSavedError("This was not saved: the database is busy or out of reach. Try again shortly.")
    return done


def _approved(done: Mapping[str, str]) -> list[str]:
    return [reference for reference, word in done.items() if word == "approved"]


def _told(done: Mapping[str, str], number: int) -> Response:
    browser_session[RESULTS] = [number, list(done.items())]
    return go(f"{QUEUE}/bulk/results")


def _approve(reference: str, revision: int, listing_revision: int | None, viewer: Viewer) -> str:
    """Approve one; gives the word of `TOLD` for how it went."""
    try:
        with parts().database.unit_of_work() as session:
            decide_one(
                session,
                reference,
                by=viewer,
                seen_revision=revision,
                seen_meeting_revision=listing_revision,
                letterhead=letterhead(),
                now=now(),
            )
    except AlreadyDecidedError:
        return "first"
    except StaleError:
        return "changed"
    except BadInputError:
        return "refused"
    except NotFoundError:
        return "gone"
    except NotSavedError:
        return UNSAVED
    return "approved"


@blueprint.get(f"{QUEUE}/bulk/results")
def results_of_many() -> Response:
    """How each of the last many went, with the way to take all of it back."""
    viewer = require_anywhere(Right.DECIDE)
    number, done = browser_session.get(RESULTS, (0, ()))
    told = [(str(reference), TOLD.get(word, ""), word in GOOD) for reference, word in done]
    undoing = any(word == "undone" for _, word in done)
    return page(
        "bulk_results",
        viewer,
        told=told,
        good=sum(well for _, _, well in told),
        undoing=undoing,
        number=number if any(word == "approved" for _, word in done) else 0,
    )


@blueprint.get(f"{QUEUE}/bulk/<int:number>")
def one_bulk(number: int) -> Response:
    """Many approvals as one act: for the second moderator with every change, afterwards with the way back."""
    return _bulk(require_anywhere(Right.DECIDE), number)


def _bulk(viewer: Viewer, number: int, *, fault: str = "", status: int = 200) -> Response:
    with parts().database.reading() as session:
        held = second_person.bulk_for(session, number, viewer=viewer, now=now())
        found = candidate_lines(second_look(session, list(held.seen), viewer=viewer), labels())
    ready = sum(not line.refusal for line in found)
    return page("bulk_second", viewer, status=status, held=held, lines=found, ready=ready, fault=fault)


@blueprint.post(f"{QUEUE}/bulk/<int:number>/confirm")
def confirm_bulk(number: int) -> Response:
    """Approve as the second moderator what the first one looked at."""
    viewer = require_anywhere(Right.DECIDE)
    try:
        with parts().database.unit_of_work() as session:
            seen = second_person.take_up(session, number, by=viewer, now=now())
    except (BadInputError, AlreadyDecidedError) as error:
        return _bulk(viewer, number, fault=str(error), status=409)
    done = _approve_all(seen, viewer)
    with parts().database.unit_of_work() as session:
        second_person.note_approved(session, number, _approved(done))
    return _told(done, number)


@blueprint.post(f"{QUEUE}/bulk/<int:number>/call-off")
def call_off_bulk(number: int) -> Response:
    """Leave the requests as they are."""
    viewer = require_anywhere(Right.DECIDE)
    try:
        with parts().database.unit_of_work() as session:
            second_person.call_off(session, number, by=viewer, now=now())
    except AlreadyDecidedError as error:
        return _bulk(viewer, number, fault=str(error), status=409)
    return go(QUEUE, "Nothing was approved: the requests wait as before.")


@blueprint.post(f"{QUEUE}/bulk/<int:number>/undo")
def undo_bulk(number: int) -> Response:
    """Take all the approvals of one act back; what has changed since is left and named."""
    viewer = require_anywhere(Right.DECIDE)
    with parts().database.reading() as session:
        held = second_person.bulk_for(session, number, viewer=viewer, now=now())
    return _told(_undo_all(held.approved, viewer), number)


def _undo_all(references: Sequence[str], viewer: Viewer) -> dict[str, str]:
    return _one_by_one(references, lambda reference: _undo(reference, viewer))


def _undo(reference: str, viewer: Viewer) -> str:
    try:
        with parts().database.unit_of_work() as session:
            undo(session, reference, by=viewer, reason="", letterhead=letterhead(), now=now())
    except AlreadyDecidedError:
        return "first"
    except StaleError:
        return "changed"
    except TooLateError:
        return "late"
    except NotFoundError:
        return "gone"
    except NotSavedError:
        return UNSAVED
    return "undone"
