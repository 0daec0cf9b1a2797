"""Saved replies: reasons and questions that are used again."""

from flask import Response, request

from finder.accounts.permissions import Viewer
from finder.domain.errors import BadInputError
from finder.domain.roles import Right
from finder.review.replies import bodies_to_choose, delete_reply, list_replies, save_reply
from finder.web.account_page import go
from finder.web.forms.moderate import read_number
from finder.web.identity import require_anywhere
from finder.web.moderate_page import QUEUE, new_blueprint, page
from finder.web.parts import parts

blueprint = new_blueprint("moderate_replies")
REPLIES = f"{QUEUE}/replies"


@blueprint.get(REPLIES)
def replies() -> Response:
    """The saved replies of one's bodies, and a form for another."""
    return _shown(require_anywhere(Right.DECIDE), {})


def _shown(viewer: Viewer, faults: dict[str, str]) -> Response:
    with parts().database.reading() as session:
        return page(
            "replies",
            viewer,
            status=400 if faults else 200,
            replies=list_replies(session, viewer),
            bodies=bodies_to_choose(session, viewer),
            typed=request.form,
            faults=faults,
        )


@blueprint.post(REPLIES)
def add_reply() -> Response:
    """Keep another reply."""
    viewer, form = require_anywhere(Right.DECIDE), request.form
    body = read_number(form["body"]) if form.get("body") else None
    try:
        with parts().database.unit_of_work() as session:
            save_reply(session, title=form.get("title", ""), text=form.get("text", ""), body_id=body, by=viewer)
    except BadInputError as error:
        return _shown(viewer, {error.parameter: error.message})
    return go(REPLIES, "Saved.")


@blueprint.post(f"{REPLIES}/<int:number>/delete")
def remove_reply(number: int) -> Response:
    """Remove a reply."""
    viewer = require_anywhere(Right.DECIDE)
    with parts().database.unit_of_work() as session:
        delete_reply(session, number, by=viewer)
    return go(REPLIES, "Removed.")
