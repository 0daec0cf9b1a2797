"""The read endpoint of a BMLT server: `client_interface`, so that its clients run on this directory unchanged.

The operation is in ``switcher``, the format in the path. What those servers answer is in the contract that the tests
restate; what is told otherwise here, and why, is in ``docs/decisions``.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, Flask, Response, request

from finder.domain.errors import BadInputError
from finder.feeds.bmlt_server import SERVER_INFO_XML
from finder.search.snapshot import Snapshot
from finder.store.shelf_connection import READ_ERRORS
from finder.web import bmlt_changes, bmlt_lists, bmlt_naws, bmlt_search
from finder.web.armour import BMLT as PREFIX
from finder.web.armour import OPEN_AS_SCRIPT, WsgiApp
from finder.web.bmlt_faults import BUSY, BmltRefusalError, answered, invalid
from finder.web.bmlt_search import Told
from finder.web.caching import PUBLIC
from finder.web.feeding import feed
from finder.web.forms.bmlt import is_exact
from finder.web.forms.bmlt_arguments import Arguments
from finder.web.parts import Parts

blueprint = Blueprint("bmlt", __name__)

#: Writes an answer: arguments, what is told beside it, the parts of the site, the snapshot, the instant -> pieces.
Write = Callable[[Arguments, Told, Parts, Snapshot, dt.datetime], Iterator[bytes]]

JSON_OPERATIONS: dict[str, Write] = {
    "GetSearchResults": bmlt_search.search_results,
    "GetFormats": bmlt_lists.formats,
    "GetServiceBodies": bmlt_lists.service_bodies,
    "GetFieldKeys": bmlt_lists.field_keys,
    "GetFieldValues": bmlt_lists.values,
    "GetChanges": bmlt_changes.changes,
    "GetServerInfo": bmlt_lists.server,
    "GetCoverageArea": bmlt_lists.area,
}
#: Format in the path -> operation -> what answers it. The table of NA World Services (GetNAWSDump) belongs to csv.
OPERATIONS: dict[str, dict[str, Write]] = {
    "json": JSON_OPERATIONS,
    "jsonp": JSON_OPERATIONS,
    "tsml": {"GetSearchResults": bmlt_search.tsml_results},
    "csv": {"GetNAWSDump": bmlt_naws.naws_dump},
}
UNKNOWN = (
    "Invalid data format or endpoint name. Valid endpoint names for the json and jsonp data formats are: "
    f"{', '.join(JSON_OPERATIONS)}. Valid endpoint names for the csv format are: GetNAWSDump. "
    "Valid endpoint names for the tsml format are: GetSearchResults."
)
NAWS_ONLY_CSV = "GetNAWSDump is only valid for csv format."
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[[0-9]{1,9}\])*")
MAX_CALLBACK = 200
CONTENT_TYPES = {
    "json": "application/json",
    "jsonp": "text/javascript; charset=utf-8",
    "tsml": "application/json",
    "csv": "text/csv; charset=utf-8",
}
#: What clients may send; some set a header that names them.
ALLOWED = "If-None-Match, User-Agent, Accept, Content-Type, X-Requested-With"


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Let any site read the answer, also as a script; no credentials are involved."""
    for name, value in OPEN_AS_SCRIPT:
        response.headers[name] = value
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = ALLOWED
    return response


@blueprint.errorhandler(BmltRefusalError)
def refused(fault: BmltRefusalError) -> Response:
    """A question that those servers refuse."""
    return answered(fault)


@blueprint.errorhandler(BadInputError)
def unusable(error: BadInputError) -> Response:
    """A parameter that cannot be used."""
    return answered(invalid(error))


for _error in READ_ERRORS:

    @blueprint.errorhandler(_error)
    def out_of_reach(_: Exception) -> Response:
        """The database is out of reach."""
        return answered(BmltRefusalError(503, BUSY))


@blueprint.get(f"{PREFIX}serverInfo.xml")
def server_info() -> Response:
    """The version of the server, for clients that ask for no more."""
    return Response(SERVER_INFO_XML, content_type="application/xml; charset=utf-8", headers={"Cache-Control": PUBLIC})


@blueprint.get(f"{PREFIX}<data_format>/", strict_slashes=False)
def client_interface(data_format: str) -> Response:
    """The answer to one operation in one format."""
    args, about = Arguments(request.args), Told()
    write = operation(data_format, args.text("switcher") or "")
    name = callback(args) if data_format == "jsonp" else ""

    def pieces(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterable[bytes]:
        told = write(args, about, held, snapshot, now)
        return wrapped(name, told) if name else told

    response = feed(pieces, content_type=CONTENT_TYPES[data_format], private=is_exact(args))
    tell(response, about)
    return response


def operation(data_format: str, switcher: str) -> Write:
    """What answers an operation in a format. Raises BmltRefusalError where nothing does."""
    if switcher == "GetNAWSDump" and data_format != "csv":
        raise BmltRefusalError(422, NAWS_ONLY_CSV)
    write = OPERATIONS.get(data_format, {}).get(switcher)
    if write is None:
        raise BmltRefusalError(422, UNKNOWN)
    return write


def callback(args: Arguments) -> str:
    """The name of the function that a script answer calls. Raises BmltRefusalError for what is no name."""
    name = args.text("callback") or "callback"
    if len(name) > MAX_CALLBACK or not _CALLBACK.fullmatch(name):
        raise BmltRefusalError(422, "Give the name of a function as callback.")
    return name


def wrapped(name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A script that calls *name* with the answer; the comment keeps anything else from being made of it."""
    yield b"/**/" + name.encode("ascii") + b"(" + next(pieces, b"")
    yield from pieces
    yield b");"


def tell(response: Response, about: Told) -> None:
    """Say beside the answer how many there are in all, what was passed over, and under which name to save it."""
    if about.total is not None:
        response.headers["X-Total-Count"] = str(about.total)
    if about.file_name:
        response.headers["Content-Disposition"] = f'attachment; filename="{about.file_name}"'
    for name in about.ignored:
        response.headers.add("Warning", f'299 - "{name}: what is not a number was ignored"')


class OldAddresses:
    """A WSGI application that gives *inner* the path of the endpoint alone, whatever came before it.

    Clients know where a server was: below `/main_server/`, say, and with any number of slashes.
    """

    def __init__(self, inner: WsgiApp) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as *inner* does."""
        before, found, rest = environ.get("PATH_INFO", "").partition(PREFIX)
        if before and found:
            environ = environ | {"PATH_INFO": found + rest}
        return self.inner(environ, start_response)


def install(app: Flask) -> None:
    """Put the endpoint into *app*."""
    app.register_blueprint(blueprint)
    app.wsgi_app = OldAddresses(app.wsgi_app)  # type: ignore[method-assign]  # how Flask wants middleware put on
