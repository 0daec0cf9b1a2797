"""The queue of a moderator's bodies, and one request of it."""

from flask import Response, request

from finder.accounts.permissions import Viewer
from finder.domain.review import OPEN, Kind
from finder.domain.roles import Right
from finder.review.bulk import most_at_once
from finder.review.case import Case, read_case
from finder.review.queue import list_queue, next_waiting
from finder.review.second_person import waiting_for
from finder.review.sources_waiting import refreshes_waiting
from finder.review.tally import Remembered, state_of
from finder.review.wide import waiting
from finder.web.forms.moderate import DecisionForm, read_queue
from finder.web.identity import require_anywhere
from finder.web.mapping import map_of
from finder.web.moderate_page import QUEUE, labels, new_blueprint, now, page
from finder.web.moderate_preview import preview
from finder.web.page import frame
from finder.web.parts import parts
from finder.web.presenters.moderate_case import Typing, case_page, conflict_lines
from finder.web.presenters.moderate_queue import queue_view

blueprint = new_blueprint("moderate")


@blueprint.get(QUEUE)
def queue() -> Response:
    """What waits in the queues of one's bodies."""
    viewer, form = require_anywhere(Right.SEE_QUEUE), read_queue(request.args)
    with parts().database.reading() as session:
        state = state_of(session)
        counts = Remembered(parts().tally, state)
        found = list_queue(session, viewer, form.question, now=now(), counts=counts)
        most = counts.of("most at once", lambda: most_at_once(session))
        second = waiting_for(session, viewer) if state.bulks else []
        wide = waiting(session, viewer) if state.wides else []
        refreshes = refreshes_waiting(session, viewer) if state.refreshes else []
    view = queue_view(form, found, frame().entries, may_decide=viewer.holds(Right.DECIDE), now=now())
    return page("queue", viewer, queue=view, most=most, second=second, wide=wide, refreshes=refreshes)


@blueprint.get(f"{QUEUE}/<reference>")
def one_request(reference: str) -> Response:
    """Everything there is to see about one request."""
    return show(reference, require_anywhere(Right.SEE_QUEUE), Typing())


def show(
    reference: str,
    viewer: Viewer,
    typing: Typing,
    *,
    status: int = 200,
    conflict: str = "",
    form: DecisionForm | None = None,
) -> Response:
    """The page of a request, with what was typed before; *conflict* says what came between. Raises NotFoundError."""
    with parts().database.reading() as session:
        case = read_case(session, reference, viewer=viewer, now=now())
        coming = next_waiting(session, viewer, now=now()) if case.submission.status not in OPEN else None
        names = labels()
        return page(
            "request",
            viewer,
            status=status,
            case=case_page(case, names, viewer, now=now(), typing=typing),
            preview=preview(case, names),
            map=map_of(case.now, wanted_of(case)) if case.submission.kind in {Kind.NEW, Kind.CHANGE} else None,
            conflict=conflict,
            chosen=conflict_lines(case, chosen_of(case, form), names) if conflict and form else [],
            coming=coming,
        )


def wanted_of(case: Case) -> dict[str, object]:
    """The listing as the request would have it, in the moderators' wording where there is one."""
    row = case.submission
    return {**(case.now or {}), **row.asked, **(row.edited or {})}


def chosen_of(case: Case, form: DecisionForm) -> dict[str, object]:
    """What a moderator wanted the listing to say: the fields they ticked, in the wording beside them."""
    row = case.submission
    asked = {**row.asked, **(row.edited or {}), **form.wording}
    return {name: asked[name] for name in asked if name in form.taken and name in row.asked}
