"""What a feed changes about the listings of its source, as values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from finder.directory.batch import SourceWord
from finder.domain.asked import Fields
from finder.domain.listing import ListingDraft
from finder.domain.review import Risk
from finder.domain.risks import content_risks
from finder.domain.sourced import Verdict, Winner, base_after, sourced_fields
from finder.domain.sources import NOTED, ChangeKind

#: A feed from which more would go at once is taken for broken, until somebody says that it is not.
MAX_GONE = 10
MAX_GONE_SHARE = 0.1

#: The field of a remark that names a listing which may be the same meeting.
SAME_AS = "same_as"

TellRemark = tuple[str, str, str]  # field, value, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row that is not as before. ``waits``: a person has to look at all of it, whatever the policy says.

    ``fields`` would change, from what ``before`` says; ``digest`` is that of the draft, ``held_digest`` that of the
    source's word before.
    """

    kind: ChangeKind
    row: int = 0
    key: str = ""
    draft: ListingDraft | None = None
    digest: str = ""
    held_digest: str = ""
    meeting_id: int | None = None
    meeting_revision: int | None = None
    title: str = ""
    fields: tuple[str, ...] = ()
    before: Fields | None = None
    risks: tuple[str, ...] = ()
    remarks: tuple[TellRemark, ...] = ()
    waits: bool = False
    noted: bool = False  # nothing but when it was written or confirmed
    back: bool = False  # listed again after it was gone
    here: ListingDraft | None = None
    verdicts: tuple[Verdict, ...] = ()
    base: dict[str, Any] | None = None
    told_in: str = ""  # as in `Row`
    beside: dict[str, Any] | None = None  # what was told beside the rows
    entries: tuple[int, ...] = ()  # of the audit chain that wrote it already, first and last

    @property
    def word(self) -> SourceWord:
        """What is kept of the source's own word once this is applied; while it clashes, it is compared again."""
        return SourceWord(self.held_digest if self.clashes else self.digest, base_after(self.base, self.verdicts))

    @property
    def clashes(self) -> bool:
        """Whether both have changed one of its fields, so that somebody has to choose."""
        return any(each.winner is Winner.ASK for each in self.verdicts)

    def only(self, *winners: Winner) -> "Change":
        """The part of a changed listing on whose fields one of *winners* holds."""
        held = sourced_fields(self.here) if self.here else {}
        return replace(self, **told_by(held, [each for each in self.verdicts if each.winner in winners]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a feed changes. ``settled`` are listings that are as it says already, or that edits made here hold.

    ``unlisted`` counts rows that are as before, and not listed: somebody has set them aside, or taken them off here.
    """

    changes: tuple[Change, ...]
    unchanged: int
    unlisted: int
    published: int
    settled: tuple[dict[str, Any], ...] = ()  # values of meetings

    def of(self, kind: ChangeKind) -> list[Change]:
        """The changes of a kind."""
        return [change for change in self.changes if change.kind is kind]

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return not self.settled and all(change.kind is ChangeKind.REFUSED for change in self.changes)

    @property
    def erases_too_much(self) -> bool:
        """Whether more would go than a living source loses at once."""
        return self._too_many(len(self.of(ChangeKind.GONE)))

    @property
    def untimed(self) -> int:
        """How many listings would have a time no more."""
        return sum(map(_loses_its_time, self.of(ChangeKind.CHANGED)))

    @property
    def untimes_too_much(self) -> bool:
        """Whether more would lose their time than a living source forgets at once."""
        return self._too_many(self.untimed)

    def _too_many(self, count: int) -> bool:
        return count > MAX_GONE or count > self.published * MAX_GONE_SHARE


def _loses_its_time(change: Change) -> bool:
    return any(
        each.name == "start" and each.here and not each.source and each.winner is not Winner.HERE
        for each in change.verdicts
    )


def told_by(held: Fields, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What verdicts on a listing, of which the fields are *held* here, say of the change."""
    moved = [each for each in verdicts if each.winner is not Winner.HERE]
    risks = content_risks(held, {each.name: each.source for each in moved})
    return {
        "verdicts": tuple(verdicts),
        "fields": tuple(each.name for each in moved),
        "before": {each.name: each.here for each in moved},
        "risks": tuple(risk.value for risk in Risk if risk in risks),
        "noted": NOTED.issuperset(each.name for each in moved),
    }
