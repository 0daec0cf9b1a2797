"""Where listings come from: the sources that one steers or decides about, one of them, and having it read."""

from http import HTTPStatus

from flask import Response, request
from flask.wrappers import Request
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from finder.accounts.permissions import Viewer
from finder.domain.errors import BadInputError
from finder.domain.roles import Right
from finder.domain.schedule_words import describe_date
from finder.review import sourcing
from finder.sources.asking import MAX_UPLOAD, UPLOADS, keep_upload, upload_of
from finder.sources.shown import LATEST, latest_runs
from finder.web.account_page import go
from finder.web.errors import told
from finder.web.faults import fault_of
from finder.web.forms.moderate import read_number
from finder.web.identity import present, require_anywhere
from finder.web.moderate_page import labels, new_blueprint, now, page
from finder.web.parts import parts
from finder.web.presenters.moderate_words import when
from finder.web.presenters.sources import SOURCES, run_lines, setting_lines, source_line

blueprint = new_blueprint("sources")
ASKED = "The worker reads it next. Look again in a moment."
KEPT = "The file is here. The worker reads it next: look again in a moment."
TOO_LARGE = (
    f"This file is larger than {MAX_UPLOAD >> 20} MB: have it read on the command line, with `finder sources refresh`."
)


@blueprint.url_value_preprocessor
def allow_a_file(endpoint: str | None, _values: object) -> None:
    """Have whoever steers sources send a file, which is larger than anything else that is sent to this site."""
    if _sends_a_file(endpoint):
        _widen(request)


def _sends_a_file(endpoint: str | None) -> bool:
    found = present() if endpoint == "sources.upload" and request.method == "POST" else None
    return found is not None and found.viewer.holds(Right.MANAGE_SOURCES)


@blueprint.errorhandler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
def too_large(_: HTTPException) -> Response:
    """More than is taken: whoever may send a file is told where a larger one is read."""
    message = TOO_LARGE if _sends_a_file(request.endpoint) else ""
    return told(fault_of(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message))


def _widen(sent: Request) -> None:
    sent.max_content_length = MAX_UPLOAD + (64 << 10)  # and what a form has around a file


@blueprint.get(SOURCES)
def sources() -> Response:
    """Every source of the viewer's bodies, and how it is."""
    viewer = require_anywhere(Right.SEE_QUEUE)
    with parts().database.reading() as session:
        found = sourcing.sources_for(session, viewer=viewer)
        gone = sourcing.removed_for(session, viewer=viewer)
    lines = [source_line(each, now=now()) for each in found]
    lines.sort(key=lambda line: not line.urgent)
    removed = [(each, when(each.removed_at, now()), describe_date(each.until.date())) for each in gone]
    return page("sources", viewer, lines=lines, removed=removed, may_add=viewer.holds(Right.MANAGE_SOURCES))


@blueprint.get(f"{SOURCES}/<int:number>")
def one_source(number: int) -> Response:
    """A source: how it is, what was chosen for it, its refreshes, and having it read."""
    return _source(number)


def _source(number: int, *, fault: str = "") -> Response:
    viewer, before = require_anywhere(Right.SEE_QUEUE), max(0, read_number(request.args.get("before", "")))
    with parts().database.reading() as session:
        shown = sourcing.source_for(session, number, viewer=viewer)
        runs = latest_runs(session, number, now=now(), before=before, limit=LATEST + 1)
        names = sourcing.names_of(session, {each for run in runs for each in (run.asked_by, run.decided_by)})
    settings = shown.settings
    return page(
        "source",
        viewer,
        status=400 if fault else 200,
        source=source_line(shown, now=now()),
        settings=setting_lines(settings, body=shown.body, program=labels().program(settings.program)),
        address=settings.url,
        runs=run_lines(runs[:LATEST], names, now=now()),
        before=before,
        older=runs[LATEST - 1].id if len(runs) > LATEST else 0,
        steers=_steers(viewer, settings.service_body_id),
        file_waits=upload_of(parts().settings.data_dir / UPLOADS, number) is not None,
        most=MAX_UPLOAD >> 20,
        fault=fault,
    )


def _steers(viewer: Viewer, body: int | None) -> bool:
    return viewer.may(Right.MANAGE_SOURCES, body)


@blueprint.post(f"{SOURCES}/<int:number>/refresh")
def refresh(number: int) -> Response:
    """Have the worker read a source by its address."""
    viewer = require_anywhere(Right.MANAGE_SOURCES)
    try:
        with parts().database.unit_of_work() as session:
            sourcing.ask_refresh(session, number, by=viewer, now=now())
    except BadInputError as error:
        return _source(number, fault=error.message)
    return go(f"{SOURCES}/{number}", ASKED)


@blueprint.post(f"{SOURCES}/<int:number>/upload")
def upload(number: int) -> Response:
    """Have the worker read a file for what a source says."""
    viewer = require_anywhere(Right.MANAGE_SOURCES)
    with parts().database.reading() as session:
        sourcing.steered(session, number, by=viewer)
    sent = request.files.get("file")
    payload = sent.read(MAX_UPLOAD + 1) if sent else b""
    folder = parts().settings.data_dir / UPLOADS  # a file may wait there that could not be asked for
    if len(payload) > MAX_UPLOAD or not (payload or upload_of(folder, number)):
        return _source(number, fault=TOO_LARGE if payload else "Choose the file of this source.")
    if payload:
        keep_upload(folder, number, payload)
    with parts().database.unit_of_work() as session:
        _ask(session, number, viewer)
    return go(f"{SOURCES}/{number}", KEPT)


def _ask(session: Session, number: int, viewer: Viewer) -> None:
    sourcing.ask_refresh(session, number, by=viewer, now=now(), uploaded=True)
