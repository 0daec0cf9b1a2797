"""What BMLT servers tell beside meetings: formats, service bodies, fields and their values, the server, its area."""

import datetime as dt
from collections.abc import Iterator

from finder.feeds.bmlt_bodies import NOBODYS
from finder.feeds.bmlt_encode import array, encoded
from finder.feeds.bmlt_fields import DATA, KEYS
from finder.feeds.bmlt_server import centre_of, coverage, coverage_record, server_info
from finder.search.bitmaps import rows_of
from finder.search.bmlt_question import BmltQuestion, Signed
from finder.search.bmlt_values import field_values, points, used_formats
from finder.search.snapshot import Snapshot
from finder.web.bmlt_desk import desk
from finder.web.bmlt_faults import BmltRefusalError
from finder.web.bmlt_search import Told, local_day
from finder.web.forms.bmlt_arguments import Arguments
from finder.web.parts import Parts


def formats(args: Arguments, about: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """Formats: those that some meeting has, or all, by number, key and language."""
    own = desk(held)
    known = own.knowledge(snapshot)
    numbers = set(known.formats.entries) if args.flag("show_all") else used_formats(snapshot, known, now=now)
    chosen = args.signed("format_ids")
    about.ignored = tuple(args.ignored)
    if chosen.wanted:
        numbers &= set(chosen.wanted)
    numbers -= set(chosen.unwanted)
    spoken = list(dict.fromkeys(args.texts("lang_enum")))
    languages, root = spoken or [held.settings.language], held.settings.public_url
    records = known.formats.records(numbers, languages, root, others=not spoken)
    keys = frozenset(args.texts("key_strings"))
    yield from array(encoded(each) for each in records if not keys or each["key_string"] in keys)


def service_bodies(args: Arguments, about: Told, held: Parts, snapshot: Snapshot, _: dt.datetime) -> Iterator[bytes]:
    """Service bodies: all, or those asked for with what is below or above them."""
    bodies, live = desk(held).vocabulary(snapshot)[1], rows_of(snapshot.live)
    chosen = args.signed("services")
    about.ignored = tuple(args.ignored)
    wanted, unwanted = set(chosen.wanted) or set(bodies.by_number), set(chosen.unwanted)
    if args.flag("recursive"):
        wanted, unwanted = bodies.below(wanted), bodies.below(unwanted)
    if args.flag("parents"):
        wanted |= bodies.above(chosen.wanted)
    records = bodies.records(wanted - unwanted, with_nobodys=bool((snapshot.columns.body[live] == NOBODYS).any()))
    yield from array(map(encoded, records))


def field_keys(_: Arguments, __: Told, held: Parts, snapshot: Snapshot, ___: dt.datetime) -> Iterator[bytes]:
    """The fields that one may search by."""
    custom = {name: name for name in desk(held).custom(snapshot)}
    known = {**KEYS, **DATA, **custom}
    yield from array(encoded({"key": key, "description": words}) for key, words in known.items())


def values(args: Arguments, _: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """The values of a field with the meetings that have them. Raises BmltRefusalError for a field that is none."""
    field = args.text("meeting_key")
    own = desk(held)
    if field is None or field not in {*KEYS, *DATA, *own.custom(snapshot)}:
        raise BmltRefusalError(400, "Give the name of a field as meeting_key: see GetFieldKeys.")
    question = BmltQuestion(
        key=field,
        formats=Signed(args.signed("specific_formats").wanted),
        any_format=args.text("all_formats") in {None, "0"},
        today=local_day(held, now),
    )
    found = field_values(snapshot, question, own.knowledge(snapshot), now=now)
    yield from array(encoded({field: value or "NULL", "ids": ",".join(map(str, numbers))}) for value, numbers in found)


def server(_: Arguments, __: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """What the server says of itself."""
    own, settings = desk(held), held.settings
    known = own.knowledge(snapshot)
    record = server_info(
        languages=known.formats.languages,
        native_language=settings.language,
        centre=centre_of(coverage(points(snapshot, known, now=now))),
        country=settings.country,
        unit=settings.unit,
        keys=[*KEYS, *DATA, *own.custom(snapshot)],
    )
    yield encoded([record])


def area(_: Arguments, __: Told, held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    """The box in which all meetings lie."""
    yield encoded([coverage_record(coverage(points(snapshot, desk(held).knowledge(snapshot), now=now)))])
