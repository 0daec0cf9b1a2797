"""The submitter's side of a request: proving the address, seeing where it stands, answering, withdrawing."""

from http import HTTPStatus
from typing import Any

from flask import Response, request

from finder.domain.errors import BadInputError, TooManyError
from finder.domain.review import AlreadyDecidedError
from finder.review import correspondence, tokens
from finder.review.letters import ASKED
from finder.store.review import Submission
from finder.web.forms.submit import AnswerForm
from finder.web.parts import parts
from finder.web.presenters.status import asked_words, status_page
from finder.web.submit_page import labels, letterhead, new_blueprint, page

blueprint = new_blueprint("status")


@blueprint.get("/prove/<secret>")
def look(secret: str) -> Response:
    """What was asked, and the button. Programs that look at mail open this, too, so that it changes nothing."""
    held = parts()
    with held.database.reading() as register:
        token = tokens.look(register, "prove", secret, now=held.clock())
        row = register.get_one(Submission, token.submission_id)
        words = asked_words(row.kind, row.then, row.asked, labels())
        told: dict[str, Any] = {"asked": ASKED[row.kind], "title": row.title, "note": row.note, "words": words}
    return page("status/prove.html", secret=secret, **told)


@blueprint.post("/prove/<secret>")
def prove(secret: str) -> Response:
    """The address is proven: the request enters the queue."""
    held = parts()
    with held.database.unit_of_work() as register:
        status = correspondence.prove(register, secret, letterhead=letterhead(), now=held.clock())
    return Response(status=303, headers={"Location": f"/status/{status}"})


@blueprint.get("/status/<secret>")
def status(secret: str) -> Response:
    """Where a request stands."""
    return _status(secret, AnswerForm())


def _status(secret: str, form: AnswerForm, code: HTTPStatus = HTTPStatus.OK) -> Response:
    held = parts()
    now = held.clock()
    with held.database.reading() as register:
        view = correspondence.status_of(register, secret, now=now)
    shown = status_page(view, labels(), now=now)
    return page("status/status.html", form, form=form, secret=secret, view=shown, status=code)


@blueprint.post("/status/<secret>/answer")
def answer(secret: str) -> Response:
    """Answer the moderators."""
    held, form = parts(), AnswerForm(request.form)
    if not form.validate():
        return _status(secret, form)
    try:
        with held.database.unit_of_work() as register:
            correspondence.answer(register, secret, form.text.data, letterhead=letterhead(), now=held.clock())
    except (BadInputError, AlreadyDecidedError, TooManyError) as error:
        form.blame("text", str(error))
        return _status(secret, form, HTTPStatus.TOO_MANY_REQUESTS if isinstance(error, TooManyError) else HTTPStatus.OK)
    return Response(status=303, headers={"Location": f"/status/{secret}"})


@blueprint.post("/status/<secret>/withdraw")
def withdraw(secret: str) -> Response:
    """Take a request back, with everything personal in it."""
    held = parts()
    with held.database.unit_of_work() as register:
        correspondence.withdraw(register, secret, now=held.clock())
    return Response(status=303, headers={"Location": f"/status/{secret}"})
