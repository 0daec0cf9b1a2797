"""Approving many harmless requests at once: a second look first, then each in a transaction of its own."""

from flask import Response, request
from flask import session as browser_session
from werkzeug.datastructures import MultiDict

from finder.accounts.permissions import Viewer
from finder.domain.errors import BadInputError, NotFoundError, NotSavedError
from finder.domain.review import AlreadyDecidedError, StaleError
from finder.domain.roles import Right
from finder.review.bulk import decide_one, refuse_too_many, second_look
from finder.web.account_page import go
from finder.web.forms.moderate import read_number
from finder.web.identity import require_anywhere
from finder.web.moderate_page import QUEUE, labels, letterhead, new_blueprint, now, page
from finder.web.parts import parts
from finder.web.presenters.moderate_queue import candidate_lines

blueprint = new_blueprint("moderate_bulk")

RESULTS = "moderated"
#: How one of many went: the word that the cookie holds -> the sentence that is shown.
TOLD = {
    "approved": "Approved.",
    "first": "Somebody was first: nothing was done.",
    "changed": "The listing has changed since: open the request and compare.",
    "refused": "It wants a look by itself: open the request.",
    "gone": "It is not here any more.",
    "unsaved": "Not saved: the database was busy. Try again.",
}


@blueprint.get(f"{QUEUE}/bulk")
def second_look_at_many() -> Response:
    """Every change that approving the ticked requests would make, before anything is done."""
    return _second_look(require_anywhere(Right.DECIDE), request.args.getlist("take"))


def _second_look(viewer: Viewer, references: list[str]) -> Response:
    try:
        with parts().database.reading() as session:
            found = candidate_lines(second_look(session, references, viewer=viewer), labels())
    except BadInputError as error:
        return page("bulk", viewer, status=400, lines=[], ready=0, fault=error.message)
    return page("bulk", viewer, lines=found, ready=sum(not line.refusal for line in found), fault="")


@blueprint.post(f"{QUEUE}/bulk")
def approve_many() -> Response:
    """Approve what was looked at, one after the other; each is told by itself."""
    viewer, references = require_anywhere(Right.DECIDE), request.form.getlist("take")
    try:
        with parts().database.reading() as session:
            refuse_too_many(session, references)
    except BadInputError as error:
        return page("bulk", viewer, status=400, lines=[], ready=0, fault=error.message)
    done = {reference: _approve(reference, viewer, request.form) for reference in dict.fromkeys(references)}
    browser_session[RESULTS] = list(done.items())
    return go(f"{QUEUE}/bulk/results")


def _approve(reference: str, viewer: Viewer, form: MultiDict[str, str]) -> str:
    """Approve one; gives the word of `TOLD` for how it went."""
    seen, _, seen_meeting = form.get(f"seen-{reference}", "").partition(".")
    try:
        with parts().database.unit_of_work() as session:
            decide_one(
                session,
                reference,
                by=viewer,
                seen_revision=read_number(seen),
                seen_meeting_revision=read_number(seen_meeting),
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
        return "unsaved"
    return "approved"


@blueprint.get(f"{QUEUE}/bulk/results")
def results_of_many() -> Response:
    """How each of the last many went."""
    viewer = require_anywhere(Right.DECIDE)
    told = [
        (str(reference), TOLD.get(word, ""), word == "approved") for reference, word in browser_session.get(RESULTS, ())
    ]
    return page("bulk_results", viewer, told=told, approved=sum(good for _, _, good in told))
