"""The table of NA World Services, of a service body and everything below it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from flask import Blueprint, Response, request

from finder.domain.bmlt import NO_BODY
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.text import slugify
from finder.feeds.bmlt_bodies import NO_BODY_NAME, NOBODYS
from finder.feeds.document import Document
from finder.feeds.exports import FORMATS
from finder.feeds.words import Words
from finder.search.exporting import export_of, of_bodies
from finder.search.snapshot import Snapshot
from finder.web.bmlt_search import Told
from finder.web.feeding import feed
from finder.web.forms.bmlt_arguments import Arguments
from finder.web.forms.values import is_slug
from finder.web.parts import Parts, parts

#: What stands for the service body of listings without one.
NO_BODYS: Final[Document] = {"id": NOBODYS, "bmlt_id": NO_BODY, "world_id": "", "name": NO_BODY_NAME}

blueprint = Blueprint("bmlt_naws", __name__)


@blueprint.get("/export/naws.csv")
def table() -> Response:
    """The table of the service body that ``service_body`` names by its slug. Raises NotFoundError."""
    slug = request.args.get("service_body", "")
    body = Words.read(parts().reader.vocabulary).bodies.get(slug) if is_slug(slug) else None
    if body is None:
        raise NotFoundError("There is no service body of that name here: give service_body=, as its page calls it.")

    def write(held: Parts, _: Snapshot, now: dt.datetime) -> Iterable[bytes]:
        return _lines(body, held, now)

    return feed(write, content_type=FORMATS["naws"].content_type, file_name=file_name(body, parts().clock()))


def naws_dump(args: Arguments, about: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """What BMLT clients get for GetNAWSDump: the table of the body with the number ``sb_id``. Raises BadInputError."""
    del snapshot
    number = (args.text("sb_id") or "").strip()
    bodies = [*Words.read(held.reader.vocabulary).bodies.values(), NO_BODYS]
    body = next((each for each in bodies if number == str(each["bmlt_id"])), None)
    if body is None:
        raise BadInputError("sb_id", "The selected sb_id is invalid." if number else "The sb_id field is required.")
    about.file_name = file_name(body, now)
    return iter(_lines(body, held, now))


def _lines(body: Document, held: Parts, now: dt.datetime) -> Iterable[bytes]:
    words = Words.read(held.reader.vocabulary)
    below = frozenset[int]([body["id"], *(each["id"] for each in words.bodies_below(body["id"]))])
    whole = export_of(held.reader, held.reader.ids(below), settings=held.settings, now=now)
    return FORMATS["naws"].encode(of_bodies(whole, below))


def file_name(body: Mapping[str, object], now: dt.datetime) -> str:
    """What the file is called, as BMLT calls it: ``BMLT_AR48104_cape_cod_area_2026_01_29_12_40_52.csv``."""
    named = (str(body["world_id"]), slugify(str(body["name"])).replace("-", "_"), f"{now:%Y_%m_%d_%H_%M_%S}")
    safe = ("".join(char for char in part if char.isascii() and (char.isalnum() or char == "_")) for part in named)
    return "_".join(["BMLT", *filter(None, safe)]) + ".csv"
