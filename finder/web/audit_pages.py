"""What was done, by whom and why: a timeline with a filter, and the same as a table to keep."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from flask import Response, request

from finder.domain.roles import Right
from finder.review.audit_log import TARGETS, LogQuestion, acts, as_csv, csv_head, entries
from finder.web.identity import require_anywhere
from finder.web.moderate_page import QUEUE, labels, new_blueprint, now, page
from finder.web.parts import parts
from finder.web.presenters.moderate_history import audit_lines, audit_query

blueprint = new_blueprint("audit")

LARGEST_ENTRY = 10**15


def read_question() -> LogQuestion:
    """The filter of this request; what cannot be read asks for everything."""
    target, before = request.args.get("about", ""), request.args.get("before", "")
    return LogQuestion(
        target=target if target in TARGETS else "",
        since=_day("since"),
        until=_day("until"),
        words=request.args.get("q", "")[:200],
        before_entry=int(before) if before.isascii() and before.isdigit() and int(before) < LARGEST_ENTRY else None,
    )


def _day(name: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if found.year < dt.MAXYEAR else None


@blueprint.get(f"{QUEUE}/audit")
def timeline() -> Response:
    """The acts on what is one's own, the newest first."""
    viewer, question = require_anywhere(Right.SEE_AUDIT), read_question()
    with parts().database.reading() as session:
        steps, older = acts(session, question, viewer=viewer)
    return page(
        "audit",
        viewer,
        steps_of=audit_lines(steps, labels(), now=now()),
        question=question,
        targets=TARGETS,
        older=audit_query(replace(question, before_entry=steps[-1].entry)) if older else "",
        table=audit_query(replace(question, before_entry=None)),
    )


@blueprint.get(f"{QUEUE}/audit.csv")
def table() -> Response:
    """The acts as a table, sent while it is read."""
    viewer, question, database = require_anywhere(Right.SEE_AUDIT), read_question(), parts().database

    def lines() -> Iterator[str]:
        yield csv_head()
        with database.reading() as session:
            for entry in entries(session, question, viewer=viewer):
                yield as_csv(entry)

    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(lines(), mimetype="text/csv", headers=headers)
