"""Refreshes of sources in the browser's pages: looked at, applied or set aside in part, rolled back whole."""

import re
from dataclasses import replace

from sqlalchemy import select, update

from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.domain.sources import ChangeKind, ChangeState, RunState, SourcePolicy
from finder.domain.vocabulary import AddressVisibility
from finder.sources.applying import merge_new
from finder.sources.rolling_back import roll_back
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.place import Location
from tests.conftest import NOW
from tests.factories import a_location, a_schedule
from tests.feeds.bmlt_answers import a_meeting, answers
from tests.sources.feeds import a_row
from tests.sources.instance import (
    Feed,
    a_source,
    changes,
    faults,
    feeding,
    meeting,
    refreshed,
    run,
    shown,
    source,
    trusted,
)
from tests.sources.test_three_ways import edit
from tests.web.desk import Desk, entrust, form_of
from tests.web.source_pages import ROWS, WHY, changed_rows, filled, post, proposed, text, token


def test_a_refresh_says_what_is_new_changed_gone_and_refused_and_whose_word_holds(desk: Desk, feed: Feed) -> None:
    _, number, path = proposed(desk, feed, changed_rows())
    assert {each.kind for each in changes(desk.database, number)} == set(ChangeKind) - {ChangeKind.BESIDE}
    page = text(desk.client("moderator").get(path))
    for words in ("New: Night owls", "Changed: Larks 0", "Gone: Larks 11", "Refused:", "Row 13"):
        assert words in page, words
    assert re.search(r'data-head="Holds"> The source <', page)
    assert "Ring the bell." in page
    assert "Beside the listings" not in page
    only = text(desk.client("moderator").get(f"{path}?kind=gone"))
    assert "Larks 11" in only
    assert "Night owls" not in only


def test_service_bodies_and_formats_of_a_server_are_looked_at_and_applied(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, kind="bmlt", program="na", policy=SourcePolicy.PROPOSE)
    outcome = refreshed(desk.database, number, feed, payload=answers(a_meeting(1), a_meeting(2)))
    path = f"/moderate/sources/{number}/refreshes/{outcome.run}"
    page = text(desk.client("administrator").get(path))
    assert "Beside the listings: Service bodies and formats" in page
    assert "<b>Service body</b> “Lark Region &gt; River Area”: is new" in page
    assert "service bodies or formats changed" in text(desk.client("administrator").get("/moderate"))
    [beside] = changes(desk.database, outcome.run, ChangeKind.BESIDE)
    answer = post(desk, "administrator", f"{path}/decide", action="apply", change=str(beside.id), revision="1")
    assert answer.status_code == 303
    assert "Applied" in text(desk.client("administrator").get(f"{path}?kind=beside"))
    with desk.database.reading() as session:
        assert "River Area" in session.execute(select(ServiceBody.name)).scalars().all()
    assert len(changes(desk.database, outcome.run, state=ChangeState.OPEN)) == 2
    assert faults(desk.database) == []


def test_rows_of_a_table_are_those_of_the_sheet(desk: Desk, feed: Feed) -> None:
    feed.body = b"Name,City\n\nLarks,Austin\n,Austin\n"
    number = a_source(desk.database, feed, kind="csv", service_body_id=desk.bodies["own"])
    outcome = refreshed(desk.database, number, feed)
    page = text(desk.client("moderator").get(f"/moderate/sources/{number}/refreshes/{outcome.run}"))

    assert re.findall(r"<span>(Row [^<]+)</span>", page) == ["Row 3 of the sheet", "Row 4 of the sheet"]


def test_an_edit_made_here_and_the_sources_word_stand_side_by_side(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    slug = shown(desk.database)["larks-0"]["slug"]
    with desk.database.unit_of_work() as session:
        held = session.execute(select(Meeting.id).where(Meeting.slug == slug)).scalar_one()
        edited = replace(draft_of(next(read_register(session, [held]))), notes="Use the side door.")
        revise(session, held, edited, actor=f"user:{desk.users['moderator']}", reason="They rang", now=NOW)
    feed.rows = [a_row(0, notes="Ring the bell."), *ROWS[1:]]
    outcome = refreshed(desk.database, number, feed, later=60)
    page = text(desk.client("moderator").get(f"/moderate/sources/{number}/refreshes/{outcome.run}"))
    page = re.sub(r">\s+<", "><", page)
    assert '<td data-head="Source before"><div class="own"><span class="soft">nothing</span></div>' in page
    assert '<td data-head="Here"><div class="own">Use the side door.</div>' in page
    assert "Ring the bell." in re.sub(r"<[^>]+>", "", page)
    assert "Both have changed it: choose" in page


LATER = {"notes": "Ring the bell.", "day": 4, "time": "18:00", "end_time": "19:00"}


def clashing(desk: Desk, feed: Feed) -> tuple[int, str]:
    """A refresh that changes notes, day and hour of a listing of which notes were edited here, and its page."""
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    edit(desk.database, "larks-0", {"notes": "Written here."})
    trusted(desk.database, number, feed, SourcePolicy.PROPOSE, service_body_id=desk.bodies["own"])
    feed.rows = [a_row(0, **LATER), *ROWS[1:]]
    outcome = refreshed(desk.database, number, feed, later=60)
    return outcome.run, f"/moderate/sources/{number}/refreshes/{outcome.run}"


def test_a_moderator_chooses_field_by_field(desk: Desk, feed: Feed) -> None:
    run_id, path = clashing(desk, feed)
    [change] = changes(desk.database, run_id)
    page = text(desk.client("moderator").get(path))
    boxes = re.findall(r'name="keep" value="([^"]+)"', page)
    assert boxes == [f"{change.id}:weekdays", f"{change.id}:notes"], "A day and its hour are one thing."
    assert "Keep the day and time that is here" in page
    assert "Goes with the day and time" in page
    assert 'name="keep"' not in text(desk.client("reader").get(path))
    ticks = {"keep": f"{change.id}:weekdays", "revision": "1"}
    again = text(post(desk, "moderator", f"{path}/decide", action="apply", **ticks))
    assert "Tick at least one" in again
    assert re.search(rf'value="{change.id}:weekdays" checked', again), "Nothing of what was chosen is lost."
    chosen = {**ticks, "change": str(change.id)}
    assert post(desk, "moderator", f"{path}/decide", action="apply", **chosen).status_code == 303
    document = shown(desk.database)["larks-0"]
    assert (document["notes"], document["schedule"]["start"]) == ("Ring the bell.", "19:00")
    page = text(desk.client("moderator").get(path))
    assert page.count("What is here, as a moderator decided") == 2
    assert page.count('data-head="Holds"> The source <') == 1
    assert 'name="keep"' not in page
    assert faults(desk.database) == []


def test_what_was_edited_here_is_not_among_what_is_applied_all_at_once(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    edit(desk.database, "larks-0", {"notes": "Written here."})
    trusted(desk.database, number, feed, SourcePolicy.PROPOSE, service_body_id=desk.bodies["own"])
    feed.rows = [a_row(0, notes="Written there."), a_row(1, notes="Written there."), *ROWS[2:]]
    outcome = refreshed(desk.database, number, feed, later=60)
    path = f"/moderate/sources/{number}/refreshes/{outcome.run}"

    page = text(desk.client("moderator").get(path))
    assert "1 change touches what was edited here as well. It is not among those that are applied all at once" in page
    assert "Apply the other one</button>" in page
    client = desk.client("moderator")
    asked = {"csrf_token": token(client), "action": "apply_all", "revision": "1"}
    done = text(client.get(client.post(f"{path}/decide", data=asked).headers["Location"]))
    assert "1 change touches what was edited here and waits: choose whose word holds." in done
    assert "Apply all" not in done
    notes = {key: told["notes"] for key, told in shown(desk.database).items()}
    assert (notes["larks-0"], notes["larks-1"]) == ("Written here.", "Written there.")
    assert faults(desk.database) == []


def test_a_second_moderator_confirms_what_the_first_has_chosen_and_sees_that_alone(desk: Desk, feed: Feed) -> None:
    more = [a_row(number) for number in range(50, 80)]
    _, run_id, path = proposed(desk, feed, [a_row(0, **LATER), *ROWS[1:11], *more])
    by_kind = {each.kind: each.id for each in changes(desk.database, run_id)}
    gone, changed = str(by_kind[ChangeKind.GONE]), by_kind[ChangeKind.CHANGED]
    assert post(desk, "moderator", f"{path}/decide", action="aside", change=gone, revision="1").status_code == 303
    ask = {"action": "apply_all", "revision": "2", "keep": f"{changed}:notes"}
    first = post(desk, "moderator", f"{path}/decide", **ask).headers["Location"]
    page = text(desk.client("second").get(first))
    assert "Larks 0" in page
    assert "Larks 11" not in page, "It is set aside already."
    assert post(desk, "second", f"{first}/confirm").status_code == 303
    document = shown(desk.database)["larks-0"]
    assert (document["notes"], document["schedule"]["start"]) == ("", "18:00")
    assert "Larks 50" in text(desk.client("second").get(first))


def test_an_act_that_was_overtaken_is_not_above_the_queue_any_more(desk: Desk, feed: Feed) -> None:
    number, run_id, path = proposed(desk, feed, [*ROWS, *(a_row(n) for n in range(50, 80))])
    waits = post(desk, "moderator", f"{path}/decide", action="apply_all", revision="1").headers["Location"]
    assert waits in text(desk.client("second").get("/moderate"))
    feed.rows = [*feed.rows, a_row(90)]
    refreshed(desk.database, number, feed, later=120)
    assert run(desk.database, run_id).state is RunState.OVERTAKEN
    assert waits not in text(desk.client("second").get("/moderate"))
    page = text(desk.client("second").get(waits))
    assert "somebody has decided otherwise about it meanwhile" in page
    assert "Do it for all of them" not in page
    assert post(desk, "second", f"{waits}/confirm").status_code == 409


def test_what_a_refresh_says_of_itself_is_true_before_and_after_it_is_decided(desk: Desk, feed: Feed) -> None:
    number, run_id, path = proposed(desk, feed, changed_rows())
    client = desk.client("moderator")
    of_source = f"/moderate/sources/{number}"
    assert "3 changes wait for a moderator" in text(client.get(path))
    assert "1 new, 1 changed, 1 gone" in text(client.get("/moderate"))
    new = next(each for each in changes(desk.database, run_id) if each.kind is ChangeKind.NEW)
    assert "Every Friday, 7:00 pm to 8:00 pm; Hall 0, 1 Example Street" in text(client.get(path))
    post(desk, "moderator", f"{path}/decide", action="apply", change=str(new.id), revision="1")
    assert "2 changes wait for a moderator" in text(client.get(of_source))
    assert "0 new, 1 changed, 1 gone" in text(client.get("/moderate"))
    post(desk, "moderator", f"{path}/decide", action="aside_all", revision="2")
    for page in (path, of_source, "/moderate/sources"):
        assert "for a moderator" not in text(client.get(page)), page


def test_a_part_is_applied_the_rest_set_aside_and_what_came_too_late_is_told(desk: Desk, feed: Feed) -> None:
    number, run_id, path = proposed(desk, feed, changed_rows())
    by_kind = {each.kind: each.id for each in changes(desk.database, run_id)}
    seen = run(desk.database, run_id).revision
    ticked = {"change": [str(by_kind[ChangeKind.NEW])], "revision": str(seen)}
    assert "Tick at least one" in text(post(desk, "moderator", f"{path}/decide", action="apply", revision=str(seen)))
    assert post(desk, "moderator", f"{path}/decide", action="apply", **ticked).status_code == 303
    assert "larks-40" in shown(desk.database)
    assert "larks-11" in shown(desk.database)
    late = post(desk, "second", f"{path}/decide", action="aside", **ticked)
    assert late.status_code == 409
    page = text(late)
    assert "Set aside: Night owls" in page
    assert '<td data-head="What it is now">Applied</td>' in page
    fresh = str(run(desk.database, run_id).revision)
    assert post(desk, "second", f"{path}/decide", action="aside_all", revision=fresh).status_code == 303
    assert run(desk.database, run_id).state is RunState.PARTLY
    assert "larks-11" in shown(desk.database)
    again = refreshed(desk.database, number, feed, later=120, again=True)
    assert again.state is RunState.UNCHANGED


def test_all_of_one_kind_is_applied_and_rolled_back_after_a_second_look(desk: Desk, feed: Feed) -> None:
    number, run_id, path = proposed(desk, feed, changed_rows())
    seen = str(run(desk.database, run_id).revision)
    assert post(desk, "moderator", f"{path}/decide", action="apply_all", kind="gone", revision=seen).status_code == 303
    states = {each.kind: each.state for each in changes(desk.database, run_id)}
    assert states[ChangeKind.GONE] is ChangeState.APPLIED
    assert states[ChangeKind.NEW] is ChangeState.OPEN
    assert "larks-11" not in shown(desk.database)
    look = text(desk.client("moderator").get(f"{path}/roll-back"))
    assert "1 listing goes back to what it was before" in look
    assert "larks-11" not in shown(desk.database), "Looking changes nothing."
    assert filled(desk, "moderator", f"{path}/roll-back").status_code == 303
    assert "larks-11" in shown(desk.database)
    page = text(desk.client("moderator").get(path))
    assert "Rolled back" in page
    assert post(desk, "moderator", f"{path}/roll-back", **WHY, revision=seen).status_code == 409
    assert post(desk, "other", f"{path}/roll-back", **WHY, revision=seen).status_code == 404
    assert source(desk.database, number).failures == 0


def test_a_refresh_that_changes_much_wants_a_second_moderator(desk: Desk, feed: Feed) -> None:
    _, run_id, path = proposed(desk, feed, [*ROWS, *(a_row(n) for n in range(50, 80))])
    seen = str(run(desk.database, run_id).revision)
    answer = post(desk, "moderator", f"{path}/decide", action="apply_all", revision=seen)
    assert answer.status_code == 303
    waits = answer.headers["Location"]
    assert waits.startswith("/moderate/wide/")
    assert len(shown(desk.database)) == 12
    page = text(desk.client("second").get(waits))
    assert "It changes 30 listings" in page
    assert "No listing would leave the finder." in page
    assert path in page
    assert post(desk, "moderator", f"{waits}/confirm").status_code == 409
    assert post(desk, "other", f"{waits}/confirm").status_code == 404
    assert post(desk, "second", f"{waits}/confirm").status_code == 303
    assert len(shown(desk.database)) == 42
    seen = str(run(desk.database, run_id).revision)
    back = post(desk, "moderator", f"{path}/roll-back", **WHY, revision=seen)
    assert back.headers["Location"].startswith("/moderate/wide/")
    assert len(shown(desk.database)) == 42
    assert "30 listings would leave the finder: this refresh brought them." in text(
        desk.client("second").get(back.headers["Location"])
    )
    assert post(desk, "second", f"{back.headers['Location']}/confirm").status_code == 303
    assert set(shown(desk.database)) == {f"larks-{number}" for number in range(12)}
    assert run(desk.database, run_id).state is RunState.ROLLED_BACK
    assert faults(desk.database) == []


def test_a_second_moderator_is_told_how_many_listings_leave_and_why_it_is_in_quarantine(desk: Desk, feed: Feed) -> None:
    number, run_id, path = proposed(desk, feed, ROWS[:5])
    ask = {"action": "apply_all", "revision": str(run(desk.database, run_id).revision)}
    waits = post(desk, "moderator", f"{path}/decide", **ask).headers["Location"]
    why = "7 of 12 listings of this source would go, which is more than 10 or more than 10%."
    page = text(desk.client("second").get(waits))
    assert "7 listings would leave the finder: the source lists them no more." in page
    assert f"The refresh is in quarantine, and nothing of it was applied by itself: {why}" in page

    removal = f"/moderate/sources/{number}/remove"
    gone = post(desk, "body_administrator", removal, **WHY, keep="unpublish").headers["Location"]
    page = text(desk.client("administrator").get(gone))
    assert "12 listings would leave the finder." in page
    assert f"Its refresh {run_id} is in quarantine, and would be forgotten: {why}" in page
    assert post(desk, "second", f"{waits}/confirm").status_code == 303
    assert "would leave" not in text(desk.client("second").get(waits))
    assert "5 listings would leave the finder." in text(desk.client("administrator").get(gone))


def test_a_second_moderator_is_told_of_no_listing_that_another_source_keeps_in_the_finder(
    desk: Desk, feed: Feed
) -> None:
    number, run_id, path = proposed(desk, feed, ROWS[:5])
    with feeding(a_row(11, slug="wrens-11")) as other:
        wrens = a_source(desk.database, other, name="Wrens", service_body_id=desk.bodies["own"])
        [twin] = changes(desk.database, refreshed(desk.database, wrens, other).run, ChangeKind.NEW)
    into = meeting(desk.database, "larks-11").id
    with desk.database.unit_of_work() as session:
        merge_new(session, twin.id, into=into, seen=None, by="operator", now=NOW)
    ask = {"action": "apply_all", "revision": str(run(desk.database, run_id).revision)}
    waits = post(desk, "moderator", f"{path}/decide", **ask).headers["Location"]
    assert "6 listings would leave the finder" in text(desk.client("second").get(waits))
    removal = f"/moderate/sources/{number}/remove"
    gone = post(desk, "body_administrator", removal, **WHY, keep="unpublish").headers["Location"]
    page = text(desk.client("administrator").get(gone))
    assert "11 listings would leave the finder." in page
    assert "1 listing stays: another source lists the same." in page


def test_quarantine_is_explained_and_everything_stays_until_somebody_allows_it(desk: Desk, feed: Feed) -> None:
    _, run_id, path = proposed(desk, feed, ROWS[:5])
    page = text(desk.client("moderator").get(path))
    assert "In quarantine, nothing was changed: 7 of 12 listings of this source would go" in page
    assert "A source that loses so much at once is often broken" in page
    assert "7 of 12 listings of this source would go" in page
    assert len(shown(desk.database)) == 12
    one = str(changes(desk.database, run_id)[0].id)
    seen = str(run(desk.database, run_id).revision)
    assert post(desk, "moderator", f"{path}/decide", action="apply", change=one, revision=seen).status_code == 303
    assert len(shown(desk.database)) == 11
    assert "In quarantine, of which part is applied: 7 of 12" in text(desk.client("moderator").get(path))
    seen = str(run(desk.database, run_id).revision)
    assert post(desk, "moderator", f"{path}/decide", action="aside_all", revision=seen).status_code == 303
    assert "Was in quarantine: 7 of 12" in text(desk.client("moderator").get(path))


def test_a_new_row_that_is_here_already_becomes_one_with_it(desk: Desk, feed: Feed) -> None:
    twin = {**a_row(90), **{name: ROWS[3][name] for name in ("name", "day", "time", "latitude", "longitude")}}
    _, run_id, path = proposed(desk, feed, ROWS)
    with feeding(twin) as other:
        number = a_source(desk.database, other, name="Wrens", service_body_id=desk.bodies["own"])
        run_id = refreshed(desk.database, number, other).run
    path = f"/moderate/sources/{number}/refreshes/{run_id}"
    client = desk.client("moderator")
    page = client.get(path).get_data(as_text=True)
    assert "which is here already" in page
    assert 'href="/moderate/duplicates"' in page
    data = form_of(page, f"{path}/merge")
    answer = client.post(f"{path}/merge", data=data)
    assert answer.status_code == 303, text(answer)
    with desk.database.reading() as session:
        merged = session.execute(select(Meeting.merged_into).where(Meeting.source_key == "larks-90")).scalar_one()
    assert merged is not None
    assert len(shown(desk.database)) == 12


def beside(desk: Desk, body: str, **settings: object) -> tuple[int, str]:
    """A refresh for "own" of rows that a source of *body* has already, others beside them, and its page."""
    with feeding(*ROWS) as there:
        refreshed(desk.database, a_source(desk.database, there, service_body_id=desk.bodies[body]), there)
    if settings:
        with desk.database.unit_of_work() as session:
            session.execute(update(Location).values(**settings))
    again = ("name", "day", "time", "latitude", "longitude")
    twin = {**a_row(90, location="New Hall"), **{name: ROWS[3][name] for name in again}}
    with feeding(twin, a_row(91)) as other:
        number = a_source(desk.database, other, name="Wrens", service_body_id=desk.bodies["own"])
        return (run_id := refreshed(desk.database, number, other).run), f"/moderate/sources/{number}/refreshes/{run_id}"


def test_a_likely_twin_is_told_by_when_and_where_it_is_and_by_where_it_comes_from(desk: Desk) -> None:
    _, path = beside(desk, "own")
    page = text(desk.client("moderator").get(path))
    assert '<a href="/moderate/listing/larks-3">Larks 3</a>, which is here already' in page
    assert '<p class="soft">Every Wednesday, 7:00 pm to 8:00 pm; Hall 3, 4 Example Street, Springfield</p>' in page
    assert "From Larks." in page
    with desk.database.unit_of_work() as session:
        session.execute(update(Meeting).values(source_id=None).where(Meeting.source_key == "larks-3"))
    assert "Written here." in text(desk.client("moderator").get(path))


def test_who_may_not_merge_into_another_body_is_told_who_may_and_sees_no_hidden_address(desk: Desk) -> None:
    _, path = beside(desk, "foreign", address_visibility=AddressVisibility.AREA)
    told = "It belongs to Riverside: somebody who moderates both service bodies, or an administrator, can make the two"
    page = desk.client("moderator").get(path).get_data(as_text=True)
    assert told in page
    assert f"{path}/merge" not in page
    assert '<a href="/meetings/larks-3">' in page
    assert '<p class="soft">Every Wednesday, 7:00 pm to 8:00 pm; Springfield</p>' in page
    assert "4 Example Street" not in page
    assert desk.client("moderator").get("/meetings/larks-3").status_code == 200

    admin = desk.client("administrator")
    theirs = admin.get(path).get_data(as_text=True)
    assert told not in theirs
    assert "Hall 3, 4 Example Street, Springfield" in theirs
    assert admin.post(f"{path}/merge", data=form_of(theirs, f"{path}/merge")).status_code == 303


def test_of_a_refresh_that_touches_two_bodies_ones_own_new_row_is_merged(desk: Desk) -> None:
    with feeding(*ROWS, a_row(20)) as feed:
        number = a_source(desk.database, feed, name="Wrens", service_body_id=desk.bodies["own"])
        refreshed(desk.database, number, feed)
        twin = desk.listing("own", name="Night owls", location=a_location(), schedule=a_schedule())
        with desk.database.unit_of_work() as session:
            entrust(session, meeting(desk.database, "larks-20").id, desk.bodies["foreign"])
        trusted(desk.database, number, feed, SourcePolicy.PROPOSE, service_body_id=desk.bodies["own"])
        place = {"latitude": 30.2672, "longitude": -97.7431, "day": 2, "time": "19:00"}
        feed.rows = [*ROWS, a_row(20, notes="Ring the bell."), a_row(30, **place)]
        run_id = refreshed(desk.database, number, feed, later=60).run
    path = f"/moderate/sources/{number}/refreshes/{run_id}"
    client = desk.client("moderator")
    answer = client.post(f"{path}/merge", data=form_of(client.get(path).get_data(as_text=True), f"{path}/merge"))
    assert answer.status_code == 303, text(answer)
    assert meeting(desk.database, "larks-30").merged_into == twin.id


def test_what_was_applied_at_once_was_decided_by_nobody(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    small = SourcePolicy.PUBLISH_SMALL
    trusted(desk.database, number, feed, small, service_body_id=desk.bodies["own"])
    feed.rows = [a_row(0, notes="Ring the bell."), *ROWS[1:], a_row(90)]
    path = f"/moderate/sources/{number}/refreshes/{refreshed(desk.database, number, feed, later=60).run}"
    page, listed = (text(desk.client("moderator").get(each)) for each in (path, f"/moderate/sources/{number}"))
    assert "Applied in part at once." in page
    assert "Decided by" not in page
    assert "Apply the only one</button>" in page
    assert "Set the only one aside</button>" in page
    assert "Set the only new one aside</button>" in text(desk.client("moderator").get(f"{path}?kind=new"))
    assert "Applied in part at once" in listed
    answer = post(desk, "moderator", f"{path}/decide", action="apply_all", revision="1")
    assert answer.status_code == 303
    assert "Decided by" in text(desk.client("moderator").get(path))


def test_nothing_is_said_to_be_decided_by_the_worker_an_import_or_a_later_refresh(desk: Desk, feed: Feed) -> None:
    own, database, client = desk.bodies["own"], desk.database, desk.client("moderator")
    number = a_source(database, feed, service_body_id=own)
    path = f"/moderate/sources/{number}/refreshes"
    whole = refreshed(database, number, feed).run
    page = text(client.get(f"{path}/{whole}"))
    assert re.search(r"Refresh \d+, read [^.]+ by the worker\. Applied at once\.", page), page
    trusted(database, number, feed, SourcePolicy.PUBLISH_SMALL, service_body_id=own)
    feed.rows = [a_row(0, notes="Ring the bell."), *ROWS[1:], a_row(90)]
    part = refreshed(database, number, feed, later=60).run
    feed.rows = [*feed.rows, a_row(91)]
    decided = refreshed(database, number, feed, later=120).run
    assert "Applied in part at once." in text(client.get(f"{path}/{part}"))
    [first, _] = changes(database, decided, ChangeKind.NEW)
    assert (
        post(desk, "moderator", f"{path}/{decided}/decide", action="apply", change=first.id, revision="1").status_code
        == 303
    )
    feed.rows = [*feed.rows, a_row(92)]
    refreshed(database, number, feed, later=180)
    assert run(database, decided).state is RunState.PARTLY
    assert "Decided by Mo, " in text(client.get(f"{path}/{decided}"))
    with database.unit_of_work() as session:
        roll_back(session, decided, seen=None, by="operator", now=NOW)
    assert "Rolled back by the operator, " in text(client.get(f"{path}/{decided}"))
    listed = text(client.get(f"/moderate/sources/{number}"))
    assert "by the clock" not in listed
    assert listed.count("Decided by") == 0
    assert faults(database) == []


def test_a_source_whose_refresh_is_in_quarantine_is_marked_so(desk: Desk, feed: Feed) -> None:
    number, _, _ = proposed(desk, feed, ROWS[:5])
    client = desk.client("moderator")
    for path in ("/moderate/sources", f"/moderate/sources/{number}"):
        assert '<span class="mark"><b>In quarantine</b></span>' in text(client.get(path))
    feed.status = 500
    refreshed(desk.database, number, feed, later=120)
    assert "<b>Could not be read: in quarantine</b>" in text(client.get("/moderate/sources"))
    feed.status, feed.rows = 200, [*ROWS, a_row(90)]
    refreshed(desk.database, number, feed, later=180)
    assert "<b>Waits for a moderator</b>" in text(client.get("/moderate/sources"))


def test_a_large_refresh_is_paged(desk: Desk, feed: Feed) -> None:
    _, run_id, path = proposed(desk, feed, [*ROWS, *(a_row(n) for n in range(100, 230))])
    first = desk.client("moderator").get(f"{path}?kind=new").get_data(as_text=True)
    assert len(re.findall(r'name="change"', first)) == 100
    assert "Apply all 130 new" in text(desk.client("moderator").get(f"{path}?kind=new"))
    after = re.search(r"after=(\d+)", first)
    assert after
    rest = desk.client("moderator").get(f"{path}?kind=new&after={after[1]}").get_data(as_text=True)
    assert len(re.findall(r'name="change"', rest)) == 30
    assert run(desk.database, run_id).new == 130


def test_what_a_source_says_is_only_text(desk: Desk, feed: Feed) -> None:
    hostile = a_row(60, name="<script>alert(1)</script>", notes='"><img src=x onerror=alert(1)>')
    _, _, path = proposed(desk, feed, [*ROWS, hostile])
    page = desk.client("moderator").get(path).get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
