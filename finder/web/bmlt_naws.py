"""The table of NA World Services, of a service body and everything below it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from flask import Blueprint, Response, request

from finder.domain.bmlt import NO_BODY
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.text import slugify, some_of
from finder.feeds.bmlt_bodies import NO_BODY_NAME, NOBODYS
from finder.feeds.document import Document
from finder.feeds.exports import FORMATS
from finder.feeds.words import Words
from finder.search.exporting import export_of, of_bodies
from finder.search.snapshot import Snapshot
from finder.web.bmlt_search import Told
from finder.web.feeding import feed
from finder.web.forms.bmlt_arguments import Arguments
from finder.web.parts import Parts, parts

#: What stands for the service body of listings without one.
NO_BODYS: Final[Document] = {"id": NOBODYS, "bmlt_id": NO_BODY, "world_id": "", "name": NO_BODY_NAME}
#: So many service bodies are named to whoever asks for one that there is not.
MOST_NAMED = 12

blueprint = Blueprint("bmlt_naws", __name__)


@blueprint.get("/export/naws.csv")
def table() -> Response:
    """The table of the service body that ``service_body`` names by slug or BMLT number. Raises NotFoundError."""
    asked = request.args.get("service_body", "").strip()
    bodies = Words.read(parts().reader.vocabulary).bodies
    body = bodies.get(asked) or _numbered(asked, bodies.values())
    if body is None:
        known = some_of([*bodies][:MOST_NAMED], len(bodies)) or "there are none"
        raise NotFoundError(f"Give service_body= with the slug or the BMLT number of a service body. Known: {known}.")

    def write(held: Parts, _: Snapshot, now: dt.datetime) -> Iterable[bytes]:
        return _lines(body, held, now)

    return feed(write, content_type=FORMATS["naws"].content_type, file_name=file_name(body, parts().clock()))


def naws_dump(args: Arguments, about: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """What BMLT clients get for GetNAWSDump: the table of the body with the number ``sb_id``. Raises BadInputError."""
    del snapshot
    number = (args.text("sb_id") or "").strip()
    body = _numbered(number, Words.read(held.reader.vocabulary).bodies.values())
    if body is None:
        raise BadInputError("sb_id", "The selected sb_id is invalid." if number else "The sb_id field is required.")
    about.file_name = file_name(body, now)
    return iter(_lines(body, held, now))


def _numbered(number: str, bodies: Iterable[Document]) -> Document | None:
    """That of *bodies*, or what stands for none, which BMLT clients know by *number*."""
    return next((each for each in (*bodies, NO_BODYS) if number == str(each["bmlt_id"])), None)


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
