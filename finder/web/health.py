"""Whether the site lives (``/healthz``) and whether it can answer (``/readyz``), for whatever watches over it."""

import orjson
from flask import Blueprint, Response

from finder.store.shelf_connection import READ_ERRORS
from finder.web.parts import parts

blueprint = Blueprint("health", __name__)


def _said(status: int, content: dict[str, object]) -> Response:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "5"} if status != 200 else {})  # noqa: PLR2004 - OK
    return Response(orjson.dumps(content), status=status, mimetype="application/json", headers=headers)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process lives; nothing else is asked."""
    return _said(200, {"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """The shelf can be read and there is a snapshot to search; 503 otherwise."""
    held = parts()
    try:
        held.reader.revision()
        snapshot = held.keeper.current()
    except READ_ERRORS:
        return _said(503, {"status": "unready", "reason": "The database is out of reach."})
    return _said(200, {"status": "ready", "revision": snapshot.revision})
