"""What the pages of direct editing share: their frame, and a notice after an act."""

from http import HTTPStatus

from flask import Blueprint, Response, session

from finder.web.account_page import NOTICE
from finder.web.forms.account import Faulty
from finder.web.page import render


def new_blueprint(name: str) -> Blueprint:
    """A family of such pages, whose answers are kept nowhere."""
    made = Blueprint(name, __name__)
    made.after_request(kept_nowhere)
    return made


def kept_nowhere(response: Response) -> Response:
    """An answer that no cache keeps."""
    response.headers["Cache-Control"] = "no-store"
    return response


def page(template: str, *forms: Faulty, status: int = HTTPStatus.OK, **values: object) -> Response:
    """A page of direct editing; 400 when one of *forms* has faults, which are told at its top."""
    faults = [fault for form in forms for fault in form.faults]
    return render(
        f"edit/{template}.html",
        status=HTTPStatus.BAD_REQUEST if faults and status == HTTPStatus.OK else status,
        faults=faults,
        said=session.pop(NOTICE, "") if NOTICE in session else "",
        **values,
    )
