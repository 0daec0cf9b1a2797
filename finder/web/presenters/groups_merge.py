"""What becomes of two groups when they are made one, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from finder.domain.listing import GROUP_WORDS
from finder.review.merging_groups import HeldMerge
from finder.web.presenters.labels import counted

CALLED = {
    "notes": "About the group",
    "email": "Public mail address",
    "phone": "Public phone",
    "square": "Cash App",
    "paypal": "PayPal",
}


@dataclass(frozen=True, slots=True)
class MergePage:
    """The listings that move and how many stay, the words that differ (label, going, staying), and who answers."""

    moving: str
    staying: str
    words: Sequence[tuple[str, str, str]]
    people: str


def merge_page(held: HeldMerge) -> MergePage:
    """The page of *held*."""
    going, staying = held.gone.draft, held.into.draft
    pairs = ((name, getattr(going, name), getattr(staying, name)) for name in GROUP_WORDS)
    words = [(CALLED.get(name, name.capitalize()), old, new) for name, old, new in pairs if old != new]
    return MergePage(counted(len(held.gone.listings)), counted(len(held.into.listings)), words, _people(held))


def _people(held: HeldMerge) -> str:
    if not held.answering:
        return "Nobody answers for either of them: no mail asks whether the listings are still right."
    before = f"{len(held.gone.contacts)} for the one, {len(held.into.contacts)} for the other"
    who = "1 person answers" if held.answering == 1 else f"{held.answering} people answer"
    return f"{who} for all these listings then. Now: {before}."
