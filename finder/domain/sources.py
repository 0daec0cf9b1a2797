"""The closed vocabularies of data sources: how far one is trusted, how a refresh ends, what becomes of its changes."""

from enum import StrEnum

#: The source of listings that were written here and nowhere else.
OWN = "this directory"
#: Formats that are tables: people see their rows, and the numbers of these, in a sheet.
SHEETS = frozenset({"csv", "xlsx", "naws"})


class SourcePolicy(StrEnum):
    """What becomes of what a source says."""

    PUBLISH = "publish"  # at once
    PUBLISH_SMALL = "publish_small"  # small changes at once; risky ones are proposed
    PROPOSE = "propose"  # moderators decide about everything


class RunState(StrEnum):
    """Where a refresh stands."""

    PROPOSED = "proposed"  # some of its changes wait for a moderator
    APPLIED = "applied"
    PARTLY = "partly"  # some were applied, the rest set aside
    SET_ASIDE = "set_aside"  # a moderator wanted none of it
    QUARANTINED = "quarantined"  # too much would go, or nothing of it can be used: nothing is applied by itself
    UNCHANGED = "unchanged"
    FAILED = "failed"  # the source could not be read
    ROLLED_BACK = "rolled_back"
    OVERTAKEN = "overtaken"  # a later refresh says what holds now


class ChangeKind(StrEnum):
    """What a row of a refresh is to the directory."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    REFUSED = "refused"
    BESIDE = "beside"  # what it tells beside its rows: service bodies and formats, one change for all of them


class ChangeState(StrEnum):
    """What became of one change."""

    OPEN = "open"
    APPLIED = "applied"
    SET_ASIDE = "set_aside"
    ROLLED_BACK = "rolled_back"


class FieldRule(StrEnum):
    """What holds of a field that people here have edited."""

    ASK = "ask"  # the edit, until the source itself changes the field: then a moderator chooses
    HERE = "here"  # the edit, whatever the source says
    SOURCE = "source"  # the source's word, whatever was edited here


#: The name under which the rule of every field stands that is not named.
EVERY_FIELD = "*"
#: Fields that say when something was written or confirmed: there is nothing to decide about them.
NOTED = frozenset({"confirmed_at", "updated_at"})

#: How each policy is called where people choose one.
POLICY_WORDS: dict[SourcePolicy, str] = {
    SourcePolicy.PUBLISH: "Publish everything at once",
    SourcePolicy.PUBLISH_SMALL: "Publish small changes at once, propose the rest",
    SourcePolicy.PROPOSE: "Propose everything to moderators",
}
#: How each state is called in a sentence: "the refresh is ...".
RUN_WORDS: dict[RunState, str] = {
    RunState.PROPOSED: "waiting for a moderator",
    RunState.APPLIED: "applied",
    RunState.PARTLY: "applied in part",
    RunState.SET_ASIDE: "set aside",
    RunState.QUARANTINED: "in quarantine",
    RunState.UNCHANGED: "without a change",
    RunState.FAILED: "failed",
    RunState.ROLLED_BACK: "rolled back",
    RunState.OVERTAKEN: "overtaken by a later one",
}
#: States in which changes wait for somebody.
WAITING = frozenset({RunState.PROPOSED, RunState.QUARANTINED})

_NOTHING = frozenset[ChangeKind]()
#: What each policy applies by itself, by kind of change: without risk marks, and with them.
AT_ONCE: dict[SourcePolicy, tuple[frozenset[ChangeKind], frozenset[ChangeKind]]] = {
    SourcePolicy.PUBLISH: (
        frozenset({ChangeKind.NEW, ChangeKind.CHANGED, ChangeKind.GONE, ChangeKind.BESIDE}),
        frozenset({ChangeKind.NEW, ChangeKind.CHANGED, ChangeKind.GONE, ChangeKind.BESIDE}),
    ),
    SourcePolicy.PUBLISH_SMALL: (frozenset({ChangeKind.CHANGED}), _NOTHING),
    SourcePolicy.PROPOSE: (_NOTHING, _NOTHING),
}


def applied_at_once(policy: SourcePolicy, kind: ChangeKind, *, risky: bool) -> bool:
    """Whether a source of this policy may make such a change without a moderator."""
    return kind in AT_ONCE[policy][risky]
