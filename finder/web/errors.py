"""Errors as answers: the one table from kinds of errors to statuses, as pages and as problem JSON (RFC 9457).

Nothing of an error's inside is shown, and the log gets a verb, an endpoint and a kind of error: never an address, a
query or the words of an exception, which may hold what somebody searched for.
"""

import traceback
from http import HTTPStatus
from typing import cast

import orjson
import structlog
from flask import Flask, Response, render_template, request
from jinja2 import TemplateError
from werkzeug.exceptions import HTTPException, SecurityError

from finder.directory.revert import TooLateError
from finder.domain.errors import BadInputError, FinderError, GoneError, NotFoundError, NotSavedError, TooManyError
from finder.domain.review import AlreadyDecidedError, StaleError
from finder.store.shelf_connection import READ_ERRORS
from finder.web import unsaved
from finder.web.faults import Fault, bare_page, fault_of, place_fault, unsaved_fault
from finder.web.forms.search import InvalidSearchError

RETRY_AFTER_S = 5
#: What programs ask for, which read problem JSON.
DATA_PATHS = ("/api/", "/meetings.json", "/wp-admin/")
#: What programs ask for, and people in a browser, who say that they read pages.
LIST_PATHS = ("/export/", "/feeds/", "/meetings.ics")

#: Kinds of our own errors that are an answer rather than a fault, with their status.
STATUSES: dict[type[FinderError], int] = {
    BadInputError: 400,
    InvalidSearchError: 400,
    NotFoundError: 404,
    AlreadyDecidedError: 409,
    StaleError: 409,
    TooLateError: 409,
    GoneError: 410,
    TooManyError: 429,
    NotSavedError: 503,
}


def problem(fault: Fault, **extensions: object) -> Response:
    """A fault as problem JSON (RFC 9457); ``parameter`` and ``errors`` name what to change."""
    content: dict[str, object] = {
        "type": "about:blank",
        "title": fault.title,
        "status": fault.status,
        "detail": fault.message,
    }
    if fault.parameters:
        content["parameter"] = next(iter(fault.parameters))
        content["errors"] = [{"parameter": name, "detail": text} for name, text in fault.parameters.items()]
    body = orjson.dumps(content | extensions)
    headers = {"Access-Control-Allow-Origin": "*"}
    return Response(body, status=fault.status, content_type="application/problem+json", headers=headers)


def page(fault: Fault, template: str = "error", **values: object) -> Response:
    """A fault as a page; a bare one when even the template cannot be rendered."""
    try:
        said = {"status": fault.status, "title": fault.title, "message": fault.message}
        body = render_template(f"errors/{template}.html", **said, **values)
    except (TemplateError, RuntimeError, *READ_ERRORS):
        body = bare_page(fault)
    return Response(body, status=fault.status, content_type="text/html; charset=utf-8")


def _wants_data() -> bool:
    if request.path.startswith(LIST_PATHS):
        return "text/html" not in request.headers.get("Accept", "").lower()
    return request.path.startswith(DATA_PATHS)


def told(fault: Fault) -> Response:
    """A fault in the form that the client asked in: problem JSON where data is asked for, else a page.

    Whoever sent a form while the database is out of reach gets it back with all they filled in.
    """
    out_of_reach = fault.status == HTTPStatus.SERVICE_UNAVAILABLE
    if _wants_data():
        response = problem(fault)
    elif out_of_reach and request.method == "POST":
        response = page(unsaved_fault(fault), "not_saved", sent=unsaved.sent_form())
        response.headers["Cache-Control"] = "no-store"
    else:
        response = page(fault)
    if out_of_reach:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _of_ours(error: FinderError) -> Response:
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _of_anything(error)
    parameters: dict[str, str] = {}
    if isinstance(error, NotSavedError):
        structlog.get_logger().warning("not_saved", endpoint=request.endpoint)
        unsaved.put_session_back()
    elif isinstance(error, InvalidSearchError):
        if error.is_about_a_place_alone:
            return told(place_fault(error.errors["near"]))
        parameters = error.errors
    elif isinstance(error, BadInputError):
        parameters = {error.parameter: error.message}
    return told(fault_of(status, str(error), parameters))


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return cast("Response", Response.force_type(error.get_response(request.environ), request.environ))
    if isinstance(error, SecurityError):  # there is no routing, and so no template, for a host that is not ours
        words = fault_of(status, "This site does not answer under that name.")
        return Response(bare_page(words), status=status, content_type="text/html; charset=utf-8")
    response = told(fault_of(status))
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _of_database(error: Exception) -> Response:
    structlog.get_logger().warning("database_unreachable", endpoint=request.endpoint, error=type(error).__name__)
    return told(fault_of(503))


def _of_anything(error: Exception) -> Response:
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    structlog.get_logger().error(
        "request_failed", endpoint=request.endpoint, error=type(error).__name__, where=where[-8:]
    )
    return told(fault_of(500))


def install(app: Flask) -> None:
    """Have every error of *app* answered from the table."""
    app.register_error_handler(FinderError, _of_ours)
    app.register_error_handler(HTTPException, _of_http)
    for kind in READ_ERRORS:
        app.register_error_handler(kind, _of_database)
    app.register_error_handler(Exception, _of_anything)
