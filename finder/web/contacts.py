"""The page on which a help line finds who answers for a group."""

from flask import Response, request

from finder.domain.roles import Right
from finder.domain.text import clean
from finder.review.contact_list import contacts_called
from finder.web.edit_find import LONGEST
from finder.web.edit_page import new_blueprint, page
from finder.web.identity import require_anywhere
from finder.web.parts import parts

blueprint = new_blueprint("contacts")


@blueprint.get("/contacts")
def contacts() -> Response:
    """The private contacts of one's groups, by words in the names and addresses of their listings."""
    viewer, words = require_anywhere(Right.SEE_CONTACTS), clean(request.args.get("q", ""))[:LONGEST]
    with parts().database.reading() as session:
        found, more = contacts_called(session, viewer, words)
    return page("contacts", found=found, more=more, words=words, moderates=viewer.holds(Right.SEE_QUEUE))
