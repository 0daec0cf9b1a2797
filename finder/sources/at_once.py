"""What of a refresh is applied at once, as the policy of its source lets it, and what waits for somebody.

Where only some fields of a listing clash with what was edited here, these wait, and the others do not wait for them.
"""

from collections.abc import Iterator
from dataclasses import replace

from finder.domain.sourced import Winner
from finder.domain.sources import ChangeKind, SourcePolicy, applied_at_once
from finder.sources.difference import Change


def parts_of(change: Change, policy: SourcePolicy) -> Iterator[tuple[Change, bool]]:
    """A change, or the two parts of one, each with whether it is applied at once."""
    if not change.clashes:
        yield change, _goes(change, policy)
        return
    sure = change.only(Winner.SOURCE, Winner.HERE)
    if sure.noted or change.back or not _goes(sure, policy):  # when it was written is no reason for two parts
        yield change, False
        return
    yield replace(sure, verdicts=change.verdicts), True
    yield replace(change.only(Winner.ASK), remarks=()), False


def _goes(change: Change, policy: SourcePolicy) -> bool:
    if change.kind is ChangeKind.REFUSED or change.waits:
        return False
    if change.kind is ChangeKind.BESIDE:
        return bool(change.entries)
    if change.noted:
        return True
    kind = ChangeKind.NEW if change.back else change.kind
    return applied_at_once(policy, kind, risky=bool(change.risks))
