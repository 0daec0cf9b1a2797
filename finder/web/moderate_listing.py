"""What was done to a listing, from the audit chain, and taking one act back."""

from flask import Response, request
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.one_listing import read_listing
from finder.directory.register import RegisterRow
from finder.directory.revert import TooLateError, revert
from finder.directory.revision import take_lock
from finder.domain.errors import NotFoundError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.domain.text import clean_multiline
from finder.review.case import HISTORY, timeline
from finder.web.account_page import go
from finder.web.forms.moderate import read_number
from finder.web.forms.values import is_slug
from finder.web.identity import require_anywhere
from finder.web.moderate_page import QUEUE, labels, new_blueprint, now, page
from finder.web.parts import parts
from finder.web.presenters.moderate_history import step_lines
from finder.web.presenters.moderate_text import visible

blueprint = new_blueprint("moderate_listing")
UNKNOWN = "There is no such listing here."


@blueprint.get(f"{QUEUE}/listing/<slug>")
def listing(slug: str) -> Response:
    """The timeline of a listing, published or not."""
    return _shown(slug, require_anywhere(Right.SEE_AUDIT))


def _shown(slug: str, viewer: Viewer, conflict: str = "") -> Response:
    with parts().database.reading() as session:
        row = _theirs(session, slug, viewer, Right.SEE_AUDIT)
        before = read_number(request.args.get("before", ""))
        older_than = before if before > 0 else None
        found = timeline(session, meeting_id=row.meeting.id, before=older_than, most=HISTORY + 1)
        return page(
            "listing",
            viewer,
            status=409 if conflict else 200,
            name=visible(row.meeting.name),
            slug=row.meeting.slug,
            published=row.meeting.published,
            body=row.body.name if row.body else "",
            place=row.location.id if row.location else 0,
            group=row.meeting.group_id or 0,
            steps_of=step_lines(found[:HISTORY], labels(), now=now()),
            older=found[HISTORY - 1].entry if len(found) > HISTORY else 0,
            conflict=conflict,
            reason=request.form.get("reason", ""),
        )


def _theirs(session: Session, slug: str, viewer: Viewer, right: Right) -> RegisterRow:
    """The listing, for somebody who may use *right* on it. Raises NotFoundError: what is foreign is not there."""
    row = read_listing(session, slug) if is_slug(slug) else None
    if row is None or not viewer.may(right, row.meeting.service_body_id):
        raise NotFoundError(UNKNOWN)
    return row


@blueprint.post(f"{QUEUE}/listing/<slug>/undo")
def undo_act(slug: str) -> Response:
    """Take one act back: what it changed is as it was."""
    viewer, entry = require_anywhere(Right.EDIT), read_number(request.form.get("entry", ""))
    reason = clean_multiline(request.form.get("reason", ""))[:4000]
    try:
        with parts().database.unit_of_work() as session:
            take_lock(session)
            row = _theirs(session, slug, viewer, Right.EDIT)
            newest = timeline(session, meeting_id=row.meeting.id, before=entry + 1, most=1)
            if [step.entry for step in newest] != [entry]:
                raise NotFoundError(UNKNOWN)
            revert(session, entry, actor=f"user:{viewer.user_id}", reason=reason, now=now())
    except (StaleError, TooLateError) as error:
        return _shown(slug, viewer, str(error))
    return go(f"{QUEUE}/listing/{slug}", "Undone: the listing is as it was before that.")
