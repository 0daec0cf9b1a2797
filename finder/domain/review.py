"""The life of a submission: what can be asked, where it can stand, and which act leads from where to where.

`TRANSITIONS` is the one table of it: ``docs/moderators.md`` prints it and a test keeps the two equal.
"""

from enum import StrEnum

from finder.domain.errors import FinderError


class Kind(StrEnum):
    """What a submission asks for."""

    NEW = "new"
    CHANGE = "change"
    CLOSE = "close"  # for good
    EXCEPTION = "exception"  # closed, moved, online or at another time for dates
    CONFIRM = "confirm"  # everything is still right
    PROBLEM = "problem"  # something is wrong; anybody may say so, without a mail address


class Status(StrEnum):
    """Where a submission stands."""

    UNPROVEN = "unproven"  # the mail address is not proven yet: no moderator sees it
    PENDING = "pending"
    QUESTION = "question"  # sent back; the submitter is asked something
    SECOND_LOOK = "second_look"  # one of two people has approved
    SCHEDULED = "scheduled"  # approved, and holds from a date
    APPROVED = "approved"
    REJECTED = "rejected"
    MERGED = "merged"  # settled together with another submission or listing
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"  # was approved, and taken back within 30 days


class Action(StrEnum):
    """What moves a submission on."""

    PROVE = "prove"
    ASK = "ask"
    ANSWER = "answer"
    APPROVE_FIRST = "approve_first"  # the first of two people
    APPROVE = "approve"
    SCHEDULE = "schedule"
    APPLY = "apply"  # what was scheduled takes effect
    RETURN = "return"  # what was scheduled no longer fits the listing
    REJECT = "reject"
    MERGE = "merge"
    WITHDRAW = "withdraw"
    UNDO = "undo"


#: Statuses in which a submission waits for somebody.
OPEN = frozenset({Status.PENDING, Status.QUESTION, Status.SECOND_LOOK})

TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (Status.UNPROVEN, Action.PROVE): Status.PENDING,
    (Status.UNPROVEN, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.PENDING, Action.ASK): Status.QUESTION,
    (Status.PENDING, Action.APPROVE_FIRST): Status.SECOND_LOOK,
    (Status.PENDING, Action.APPROVE): Status.APPROVED,
    (Status.PENDING, Action.SCHEDULE): Status.SCHEDULED,
    (Status.PENDING, Action.REJECT): Status.REJECTED,
    (Status.PENDING, Action.MERGE): Status.MERGED,
    (Status.PENDING, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.QUESTION, Action.ASK): Status.QUESTION,
    (Status.QUESTION, Action.ANSWER): Status.PENDING,
    (Status.QUESTION, Action.APPROVE_FIRST): Status.SECOND_LOOK,
    (Status.QUESTION, Action.APPROVE): Status.APPROVED,
    (Status.QUESTION, Action.SCHEDULE): Status.SCHEDULED,
    (Status.QUESTION, Action.REJECT): Status.REJECTED,
    (Status.QUESTION, Action.MERGE): Status.MERGED,
    (Status.QUESTION, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SECOND_LOOK, Action.ASK): Status.QUESTION,
    (Status.SECOND_LOOK, Action.APPROVE_FIRST): Status.SECOND_LOOK,  # the first one may not decide any more
    (Status.SECOND_LOOK, Action.APPROVE): Status.APPROVED,
    (Status.SECOND_LOOK, Action.SCHEDULE): Status.SCHEDULED,
    (Status.SECOND_LOOK, Action.REJECT): Status.REJECTED,
    (Status.SECOND_LOOK, Action.MERGE): Status.MERGED,
    (Status.SECOND_LOOK, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SCHEDULED, Action.APPLY): Status.APPROVED,
    (Status.SCHEDULED, Action.RETURN): Status.PENDING,
    (Status.SCHEDULED, Action.REJECT): Status.REJECTED,
    (Status.SCHEDULED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SCHEDULED, Action.UNDO): Status.PENDING,
    (Status.APPROVED, Action.UNDO): Status.UNDONE,
    (Status.REJECTED, Action.UNDO): Status.PENDING,
    (Status.MERGED, Action.UNDO): Status.PENDING,
}


class BulkStatus(StrEnum):
    """Where many approvals together stand."""

    WAITING = "waiting"  # for a second moderator
    DONE = "done"
    CALLED_OFF = "called_off"


class Risk(StrEnum):
    """A mark that says why a submission wants a careful look."""

    LINK = "link"
    PHONE = "phone"
    ADDRESS = "address"
    PAYMENT = "payment"
    VISIBILITY = "visibility"
    LOOK_ALIKE = "look_alike"  # a name that looks like another's but is spelt with other letters
    NEW_SUBMITTER = "new_submitter"
    PROTECTED = "protected"  # youth, or a hidden address: two people decide
    HIDDEN_CHARACTERS = "hidden_characters"
    JOIN_SECRET = "join_secret"  # noqa: S105 - a word, not a password
    UNKNOWN_HOST = "unknown_host"


#: Marks that do not stand in the way of approving many at once.
HARMLESS = frozenset({Risk.NEW_SUBMITTER})


class AlreadyDecidedError(FinderError):
    """Somebody else was first (a 409 on the web); the words say who and what."""


class StaleError(FinderError):
    """The listing has changed since this was looked at (a 409 on the web); *now* are its fields at present."""

    def __init__(self, message: str, now: dict[str, object]) -> None:
        super().__init__(message)
        self.now = now


def after(status: Status, action: Action) -> Status:
    """Where *action* leads from *status*. Raises AlreadyDecidedError when it leads nowhere from there."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise AlreadyDecidedError(f"This can no longer be done: the request is {WORDS[status]}.") from None


#: How each status is called in a sentence: "the request is ...".
WORDS: dict[Status, str] = {
    Status.UNPROVEN: "waiting for its mail address to be proven",
    Status.PENDING: "waiting for a decision",
    Status.QUESTION: "waiting for an answer",
    Status.SECOND_LOOK: "waiting for a second person",
    Status.SCHEDULED: "approved and waiting for its date",
    Status.APPROVED: "approved",
    Status.REJECTED: "rejected",
    Status.MERGED: "settled together with another",
    Status.WITHDRAWN: "withdrawn",
    Status.UNDONE: "approved and taken back",
}
