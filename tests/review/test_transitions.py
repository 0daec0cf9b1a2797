"""The table of statuses, over the whole product of both enums."""

from itertools import product

import pytest

from finder.domain.review import OPEN, TRANSITIONS, WORDS, Action, AlreadyDecidedError, Status, after


def test_every_pair_leads_where_the_table_says_or_is_refused_in_words() -> None:
    for status, action in product(Status, Action):
        if (status, action) in TRANSITIONS:
            assert after(status, action) is TRANSITIONS[status, action]
        else:
            with pytest.raises(AlreadyDecidedError, match=WORDS[status]):
                after(status, action)


def test_every_status_can_be_reached_and_every_open_one_can_be_decided_and_withdrawn() -> None:
    assert {Status.UNPROVEN, *TRANSITIONS.values()} == set(Status)
    for status in OPEN:
        for action in (Action.APPROVE, Action.REJECT, Action.MERGE, Action.WITHDRAW, Action.ASK):
            assert (status, action) in TRANSITIONS


def test_every_decision_can_be_taken_back_and_nothing_else_changes_what_was_decided() -> None:
    decided = {Status.REJECTED, Status.MERGED}
    assert {(status, action) for status, action in TRANSITIONS if status in decided} == {
        (status, Action.UNDO) for status in decided
    }
    assert {status for status, action in TRANSITIONS if action is Action.UNDO} == {
        *decided,
        Status.APPROVED,
        Status.SCHEDULED,
    }
    assert not [status for status, _ in TRANSITIONS if status in {Status.WITHDRAWN, Status.UNDONE}]
