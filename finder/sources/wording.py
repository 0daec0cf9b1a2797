"""How a refresh ended, in a sentence or two."""

from finder.domain.sources import RunState
from finder.store.source import SourceRun


def counted(number: int, one: str, many: str = "") -> str:
    """*number* with its word: "1 row", "12 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def counts_words(run: SourceRun) -> str:
    """What a refresh brought: "3 new, 1 changed, 12 as before"."""
    counts = ((run.new, "new"), (run.changed, "changed"), (run.gone, "gone"), (run.refused, "refused"))
    told = [f"{count:,} {words}" for count, words in counts if count]
    return ", ".join([*told, f"{run.unchanged:,} as before"])


def outcome_words(run: SourceRun, *, waiting: int, objection: str) -> str:
    """How a refresh ended: what it brought, and what became of it."""
    told = f"{counts_words(run)}."
    if objection:
        return f"In quarantine, nothing was changed: {objection} ({told})"
    if run.state is RunState.PROPOSED:
        return f"{told} {counted(waiting, 'change waits', 'changes wait')} for a moderator."
    return told if run.state is not RunState.UNCHANGED else f"Nothing has changed: {told}"
