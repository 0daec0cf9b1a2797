"""The table of NA World Services, of a service body and everything below it."""

import datetime as dt
from collections.abc import Iterable, Mapping

import orjson
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from finder.domain.errors import NotFoundError
from finder.domain.text import slugify
from finder.feeds.document import Document
from finder.feeds.exports import FORMATS
from finder.feeds.words import Words
from finder.search.exporting import export_of, of_bodies
from finder.search.snapshot import Snapshot
from finder.web.armour import OPEN_TO_ALL
from finder.web.feeding import feed
from finder.web.forms.values import is_slug
from finder.web.parts import Parts, parts

blueprint = Blueprint("bmlt_naws", __name__)

UNPROCESSABLE = 422


@blueprint.get("/export/naws.csv")
def table() -> Response:
    """The table of the service body that ``service_body`` names by its slug. Raises NotFoundError."""
    slug = request.args.get("service_body", "")
    body = Words.read(parts().reader.vocabulary).bodies.get(slug) if is_slug(slug) else None
    if body is None:
        raise NotFoundError("There is no service body of that name here: give service_body=, as its page calls it.")
    return _table(body)


def naws_dump(args: "MultiDict[str, str]") -> Response:
    """What BMLT clients get for GetNAWSDump: the table of the body with the number ``sb_id``, or 422 in JSON."""
    number = args.get("sb_id", "").strip()
    bodies = Words.read(parts().reader.vocabulary).bodies.values()
    body = next((each for each in bodies if number == str(each["bmlt_id"])), None)
    if body is not None:
        return _table(body)
    message = "The sb_id field is required." if not number else "The selected sb_id is invalid."
    told = orjson.dumps({"message": message, "errors": {"sb_id": [message]}})
    return Response(told, status=UNPROCESSABLE, headers=OPEN_TO_ALL, content_type="application/json")


def _table(body: Document) -> Response:
    below = frozenset[int](each["id"] for each in Words.read(parts().reader.vocabulary).bodies_below(body["id"]))

    def write(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterable[bytes]:
        del snapshot
        whole = export_of(held.reader, held.reader.ids(below), settings=held.settings, now=now)
        return FORMATS["naws"].encode(of_bodies(whole, below))

    return feed(write, content_type=FORMATS["naws"].content_type, file_name=file_name(body, parts().clock()))


def file_name(body: Mapping[str, object], now: dt.datetime) -> str:
    """What the file is called, as BMLT calls it: ``BMLT_AR48104_cape_cod_area_2026_01_29_12_40_52.csv``."""
    named = (str(body["world_id"]), slugify(str(body["name"])).replace("-", "_"), f"{now:%Y_%m_%d_%H_%M_%S}")
    safe = ("".join(char for char in part if char.isascii() and (char.isalnum() or char == "_")) for part in named)
    return "_".join(["BMLT", *filter(None, safe)]) + ".csv"
