"""The tree of service bodies that a source tells of, laid over the tree that there is.

A body is known again by its world id, by its place in the tree, or by its number if listings of the source lie in it.
What somebody has edited here stays as edited.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.numbers import bmlt_numbers
from finder.directory.resolve import free_slug
from finder.directory.shelf import shelve
from finder.directory.vocabulary_edit import columns_of
from finder.domain.bmlt import BodyDraft
from finder.domain.text import fold, slugify
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting, RetiredSlug
from finder.store.people import ServiceBody
from finder.store.source import Source

WORDS = ("kind", "url", "helpline", "description", "world_id")
#: Acts by which somebody has the tree follow a source: they edit nothing.
_OF_SOURCES = ("bring", "refresh", "remove")
_CALLED = {
    "name": "is called",
    "kind": "kind",
    "url": "website",
    "helpline": "helpline",
    "description": "description",
    "world_id": "world id",
}
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BodyStep:
    """One body to make (*number* is None) or to change: its words, and whether it goes below the one above it there."""

    draft: BodyDraft
    number: int | None
    words: dict[str, Any]
    moves: bool

    def tell(self) -> str:
        """What becomes of the body, in words."""
        if self.number is None:
            return "is new"
        told = [f"{_CALLED[name]}: {value or 'none'}" for name, value in self.words.items()]
        if self.moves:
            above = self.draft.path[-2] if len(self.draft.path) > 1 else ""
            told.append(f"lies in {above}" if above else "lies in no other")
        return "; ".join(told)


@dataclass(slots=True)
class BodyPlan:
    """What is to be made and changed, from the top down.

    ``paths`` lead from a path there to the path here once it is written, ``before`` to the path as long as it is not.
    """

    paths: dict[Path, Path] = field(default_factory=dict)
    before: dict[Path, Path] = field(default_factory=dict)
    held: dict[Path, int] = field(default_factory=dict)  # ids of those that are there, by path there
    steps: list[BodyStep] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many bodies it touches."""
        return len(self.steps)


class _Tree:
    """The bodies that there are, by what they are known."""

    def __init__(self, session: Session, source: str) -> None:
        rows = list(session.execute(select(ServiceBody).order_by(ServiceBody.id)).scalars())
        self.by_id = {row.id: row for row in rows}
        self.by_place = {(row.parent_id, fold(row.name)): row for row in rows}
        self.by_world_id = {row.world_id: row for row in rows if row.world_id}
        self.by_number = {row.bmlt_id: row for row in rows}
        by_people = AuditEntry.actor.startswith("user:", autoescape=True)
        edited = select(AuditEntry.target_id).where(
            AuditEntry.target_kind == "service_body", by_people, AuditEntry.act.not_in(_OF_SOURCES)
        )
        self.edited = set(session.execute(edited).scalars())
        used = select(Meeting.service_body_id).join(Source, Source.id == Meeting.source_id).where(Source.name == source)
        self.used = set(session.execute(used.distinct()).scalars())
        self.moved: dict[int, Path] = {}  # id of a body that is to move -> what it goes below, by path there

    def candidates(self, draft: BodyDraft, above: int | None, *, top: bool) -> Iterator[ServiceBody]:
        """Bodies that *draft* may be about, the likeliest first; *above*: what it lies in, if not at the *top*."""
        here = self.by_place.get((above, fold(draft.path[-1]))) if top or above is not None else None
        if here is not None and (not draft.world_id or draft.world_id == here.world_id):
            yield here
        if draft.world_id in self.by_world_id:
            yield self.by_world_id[draft.world_id]
        if here is not None and not here.world_id:
            yield here
        same = self.by_number.get(draft.number or 0)
        if same is not None and same.id in self.used:
            yield same
        if here is not None:
            yield here

    def path(self, number: int) -> Path:
        """The names from the top down to a body, as they are."""
        return tuple(self.by_id[each].name for each in reversed(self.way_up(number)))

    def way_up(self, number: int) -> list[int]:
        """A body and what it lies in, up to the top."""
        way = [number]
        while (above := self.by_id[way[-1]].parent_id) is not None and above not in way:
            way.append(above)
        return way

    def way_to_be(self, plan: BodyPlan, place: Path) -> Iterator[int]:
        """The bodies that are there of those from *place*, a path there, up to the top, once *plan* is written."""
        seen = set[int]()
        number: int | None = None
        while number is not None or place:
            if number is None:  # new, so that it lies where it lies there; or to be looked up
                number, place = plan.held.get(place), place[:-1]
            elif number in seen:
                return
            else:
                seen.add(number)
                yield number
                place = self.moved.get(number, ())
                number = None if number in self.moved else self.by_id[number].parent_id


def plan_bodies(session: Session, drafts: Sequence[BodyDraft], *, source: str) -> BodyPlan:
    """What *drafts* (each after the one above it) change about the tree; writes nothing."""
    plan = BodyPlan()
    tree = _Tree(session, source) if drafts else None
    for draft in drafts:
        if tree is not None:
            _lay(plan, tree, draft)
    return plan


def _lay(plan: BodyPlan, tree: _Tree, draft: BodyDraft) -> None:
    """Find or plan *draft*, and first what lies above it and is not told of by itself."""
    if draft.path in plan.paths:
        return
    top = draft.path[:-1]
    if top and top not in plan.paths:
        _lay(plan, tree, BodyDraft(path=top, partial=True))
    above = plan.held.get(top)
    taken = set(plan.held.values())
    row = next((row for row in tree.candidates(draft, above, top=not top) if row.id not in taken), None)
    place = (*plan.paths.get(top, ()), draft.path[-1])
    words = {name: getattr(draft, name) for name in WORDS}
    if row is None:
        plan.paths[draft.path] = place
        plan.before[draft.path] = (*plan.before.get(top, ()), draft.path[-1])
        plan.steps.append(BodyStep(draft, None, {"name": draft.path[-1], **words}, moves=True))
        return
    plan.held[draft.path] = row.id
    plan.before[draft.path] = tree.path(row.id)
    if row.id in tree.edited or draft.partial:
        words = {name: value for name, value in words.items() if value and not getattr(row, name)}
        moves, place = False, tree.path(row.id)
    else:
        words |= {"name": draft.path[-1]}
        words = {name: value for name, value in words.items() if value != getattr(row, name)}
        moves = row.parent_id != above or bool(top and above is None)
        if moves and row.id in tree.way_to_be(plan, top):
            moves, place = False, (*tree.path(row.id)[:-1], draft.path[-1])
        if moves:
            tree.moved[row.id] = top
    plan.paths[draft.path] = place
    if moves or (words and row.id not in tree.edited):
        plan.steps.append(BodyStep(draft, row.id, words, moves=moves))


def write_bodies(session: Session, plan: BodyPlan, *, revision: int) -> list[audit.Act]:
    """Make and change the bodies of *plan*; gives the acts for the audit chain. The caller holds the write lock."""
    taken = set(session.execute(select(ServiceBody.slug)).scalars())
    taken |= set(session.execute(select(RetiredSlug.slug).where(RetiredSlug.kind == "service_body")).scalars())
    new = [step.draft.number for step in plan.steps if step.number is None]
    numbers = iter(bmlt_numbers(session, ServiceBody, new))
    ids: dict[Path, int | None] = {(): None, **plan.held}
    acts, renamed = [], []
    for step in plan.steps:
        row = session.get(ServiceBody, step.number) if step.number else None
        before = columns_of(row) if row else None
        if row is None:
            slug = free_slug(slugify(step.words["name"]) or "body", taken)
            taken.add(slug)
            row = ServiceBody(slug=slug, bmlt_id=next(numbers))
            session.add(row)
        elif "name" in step.words:
            renamed.append(row.id)
        for name, value in step.words.items():
            setattr(row, name, value)
        if step.moves:
            row.parent_id = ids[step.draft.path[:-1]]
        session.flush()  # those below need its id
        ids[step.draft.path] = row.id
        act = "refresh" if before else "bring"
        acts.append(
            audit.Act(act=act, target_kind="service_body", target_id=row.id, before=before, after=columns_of(row))
        )
    if renamed:  # the listings of a body tell its name
        session.expire_all()
        listings = select(Meeting.id).where(Meeting.service_body_id.in_(renamed))
        held = session.execute(listings).scalars()
        shelve(session, held, revision=revision, renamed=frozenset({"service_body"}))
    return acts
