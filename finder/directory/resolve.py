"""Finds or makes the things that listings share: sources, regions, service bodies, groups, locations.

Two rows share a location when everything that would be shown of it is the same once folded, and so two rows of one
source share a group. A group that was submitted here is told from others of the same words by a name of its own.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from finder.directory.numbers import bmlt_numbers
from finder.domain.errors import BadInputError
from finder.domain.listing import GroupDraft, ListingDraft, LocationDraft, public_words
from finder.domain.text import fold, path_of, slugify
from finder.domain.vocabulary import AddressVisibility
from finder.store.database import chunks, pairs, portions
from finder.store.people import Contact, Group, ServiceBody
from finder.store.place import Location, Region
from finder.store.source import Source
from finder.store.vocabulary import Format, Program


def digest(*parts: object) -> str:
    """A short stable key of *parts*."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:40]


def location_key(location: LocationDraft) -> str:
    """What makes two rows the same place: folded words, the point to about ten metres, what is shown."""
    point = (
        ""
        if location.latitude is None or location.longitude is None
        else f"{location.latitude:.4f},{location.longitude:.4f}"
    )
    words = (location.name, location.formatted_address, location.street, location.unit, location.city)
    rest = (location.state, location.postal_code, location.country, location.notes, location.access_notes)
    folded = (fold(text) for text in (*words, *rest))
    return digest(*folded, point, location.precision, location.zone, location.address_visibility)


def group_key(source: str, group: GroupDraft) -> str:
    """What makes two rows the same group: what it is called in private, or else its source and folded public words."""
    if group.own:
        return digest("own", group.own)
    return digest(source, *(fold(text) for text in public_words(group).values()))


def new_own() -> str:
    """A name for a group that no other has."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class Resolver:
    """The shared things of one batch, looked up together and made where they are missing.

    ``new_vocabulary`` tells whether a region or a service body was made, so that the public vocabulary must follow.
    """

    session: Session
    source: Source
    programs: Mapping[str, int]
    formats: Mapping[str, tuple[int, int]]  # slug -> id, position
    regions: dict[tuple[int | None, str], Region] = field(default_factory=dict)
    bodies: dict[tuple[int | None, str], ServiceBody] = field(default_factory=dict)
    locations: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    new_vocabulary: bool = False

    @classmethod
    def load(cls, session: Session, *, source: str, url: str, kind: str, drafts: Sequence[ListingDraft]) -> "Resolver":
        """Read the vocabulary, then find or make everything that *drafts* share."""
        row = session.execute(select(Source).where(Source.name == source)).scalar_one_or_none()
        if row is None:
            row = Source(name=source, url=url, kind=kind)
            session.add(row)
            session.flush()  # meetings need its id
        resolver = cls(
            session=session,
            source=row,
            programs=pairs(session, select(Program.slug, Program.id)),
            formats={
                slug: (number, position)
                for slug, number, position in session.execute(select(Format.slug, Format.id, Format.position))
            },
            regions={(row.parent_id, row.name_key): row for row in session.execute(select(Region)).scalars()},
            bodies={(row.parent_id, fold(row.name)): row for row in session.execute(select(ServiceBody)).scalars()},
        )
        resolver._share_locations([draft.location for draft in drafts if draft.location])
        resolver._share_groups([draft.group for draft in drafts if draft.group])
        resolver._share_regions(drafts)
        return resolver

    def program_id(self, draft: ListingDraft) -> int:
        """Give the program's id; raises BadInputError when there is no such program."""
        if draft.program not in self.programs:
            raise BadInputError("program", f"There is no program {draft.program!r}: see the list under /programs.")
        return self.programs[draft.program]

    def format_slugs(self, draft: ListingDraft) -> tuple[str, ...]:
        """Give the known formats of a draft in vocabulary order, each once."""
        known = {slug for slug in draft.formats if slug in self.formats}
        return tuple(sorted(known, key=lambda slug: (self.formats[slug][1], slug)))

    def location_id(self, draft: ListingDraft) -> int | None:
        """Give the id of the draft's location, or None when it has none."""
        return self.locations[location_key(draft.location)] if draft.location else None

    def group_id(self, draft: ListingDraft) -> int | None:
        """Give the id of the draft's group, or None when it has none."""
        return self.groups[group_key(self.source.name, draft.group)] if draft.group else None

    def region_id(self, draft: ListingDraft) -> int | None:
        """Give the id of the particular end of the draft's region path, or None."""
        parent: int | None = None
        for name in draft.region:
            parent = self.regions[parent, fold(name)].id
        return parent

    def body_id(self, draft: ListingDraft) -> int | None:
        """Give the id of the service body, "Region > Area > Group" from the top; made when it is not known."""
        parent: int | None = None
        for part in path_of(draft.service_body):
            row = self.bodies.get((parent, fold(part)))
            if row is None:
                taken = {body.slug for body in self.bodies.values()}
                slug = free_slug(slugify(part) or "body", taken)
                number = bmlt_numbers(self.session, ServiceBody, [None])[0]
                row = ServiceBody(parent_id=parent, name=part, slug=slug, bmlt_id=number)
                self.session.add(row)
                self.session.flush()  # children need its id
                self.bodies[parent, fold(part)] = row
                self.new_vocabulary = True
            parent = row.id
        return parent

    def _share_locations(self, drafts: Sequence[LocationDraft]) -> None:
        wanted = {location_key(draft): draft for draft in reversed(drafts)}
        self.locations = _known(self.session, Location, list(wanted))
        missing = [(key, draft) for key, draft in wanted.items() if key not in self.locations]
        self.locations |= _made(self.session, Location, ({"key": key, **asdict(draft)} for key, draft in missing))

    def _share_groups(self, drafts: Sequence[GroupDraft]) -> None:
        wanted = {group_key(self.source.name, draft): draft for draft in reversed(drafts)}
        self.groups = _known(self.session, Group, [key for key, draft in wanted.items() if not draft.own])
        self.groups |= _named(self.session, [draft for draft in wanted.values() if draft.own])
        missing = {key: draft for key, draft in wanted.items() if key not in self.groups}
        made = ({"key": key, "own": draft.own, **public_words(draft)} for key, draft in missing.items())
        self.groups |= _made(self.session, Group, made)
        parts = _parts(self.session, self.groups.values())
        self.groups = {key: _whole(parts, number) for key, number in self.groups.items()}
        contacts = {
            (self.groups[group_key(self.source.name, draft)], contact): None
            for draft in drafts
            for contact in draft.contacts
        }
        fresh = {self.groups[key] for key in missing}
        rows = [{"group_id": number, **asdict(contact)} for number, contact in contacts if number in fresh]
        if rows:
            self.session.execute(insert(Contact), rows)

    def _share_regions(self, drafts: Sequence[ListingDraft]) -> None:
        points = _centres(drafts)
        taken = {region.slug for region in self.regions.values()}
        for path in dict.fromkeys(draft.region for draft in drafts):
            parent: Region | None = None
            for depth, name in enumerate(path, start=1):
                key = (parent.id if parent else None, fold(name))
                row = self.regions.get(key)
                centre = points.get(tuple(fold(part) for part in path[:depth]))
                if row is None:
                    base = slugify(name) or "region"
                    if base in taken and parent is not None:
                        base = slugify(f"{parent.name} {name}")
                    row = Region(parent_id=key[0], name=name, name_key=key[1], slug=free_slug(base, taken))
                    taken.add(row.slug)
                    self.session.add(row)
                    self.regions[key] = row
                    self.new_vocabulary = True
                if row.latitude is None and centre is not None:
                    row.latitude, row.longitude = centre
                    self.new_vocabulary = True
                self.session.flush()  # children need its id
                parent = row


def free_slug(base: str, taken: set[str]) -> str:
    """*base*, or *base* with the smallest number that is free behind it."""
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base[:58]}-{number}"
    return slug


def _centres(drafts: Sequence[ListingDraft]) -> dict[tuple[str, ...], tuple[float, float]]:
    """The centre of each region path, from public points alone: a hidden address must not move it."""
    sums: dict[tuple[str, ...], tuple[float, float, int]] = {}
    for draft in drafts:
        place = draft.location
        if place is None or place.address_visibility is not AddressVisibility.PUBLIC:
            continue
        if place.latitude is None or place.longitude is None:
            continue
        path = tuple(fold(name) for name in draft.region)
        for depth in range(1, len(path) + 1):
            north, east, count = sums.get(path[:depth], (0.0, 0.0, 0))
            sums[path[:depth]] = (north + place.latitude, east + place.longitude, count + 1)
    return {path: (round(north / count, 3), round(east / count, 3)) for path, (north, east, count) in sums.items()}


def _known(session: Session, table: type[Location | Group], keys: Sequence[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for part in chunks(keys):
        known |= pairs(session, select(table.key, table.id).where(table.key.in_(part)))
    return known


def _parts(session: Session, groups: Iterable[int]) -> dict[int, int]:
    """Those of *groups* that became part of others, by id, and which these are, as far as that goes."""
    parts: dict[int, int] = {}
    wanted = set(groups)
    while wanted:
        found: dict[int, int] = {}
        for part in chunks(sorted(wanted)):
            which = (Group.id.in_(part), Group.merged_into.is_not(None))
            found |= pairs(session, select(Group.id, Group.merged_into).where(*which))
        parts |= found
        wanted = set(found.values()) - parts.keys()
    return parts


def _whole(parts: Mapping[int, int], number: int) -> int:
    """The group that *number* is part of by now: itself for most."""
    while number in parts:
        number = parts[number]
    return number


def _named(session: Session, drafts: Sequence[GroupDraft]) -> dict[str, int]:
    """The groups that are called as *drafts* in private, by the keys of the drafts, whatever they are keyed by here."""
    keys = {draft.own: group_key("", draft) for draft in drafts}
    found: dict[str, int] = {}
    for part in chunks(list(keys)):
        found |= {
            keys[own]: number for own, number in session.execute(select(Group.own, Group.id).where(Group.own.in_(part)))
        }
    return found


def _made(session: Session, table: type[Location | Group], rows: Iterable[dict[str, object]]) -> dict[str, int]:
    made: dict[str, int] = {}
    for portion in portions(rows):
        made |= pairs(session, insert(table).returning(table.key, table.id), portion)
    return made
