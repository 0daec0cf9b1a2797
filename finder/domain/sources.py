"""The closed vocabularies of data sources: how far one is trusted, how a refresh ends, what becomes of its changes."""

from enum import StrEnum


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


class ChangeState(StrEnum):
    """What became of one change."""

    OPEN = "open"
    APPLIED = "applied"
    SET_ASIDE = "set_aside"
    ROLLED_BACK = "rolled_back"
