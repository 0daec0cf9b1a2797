"""Direct acts on one listing: different for some dates, and out of the finder for good; both taken back."""

from finder.directory.check import faults
from finder.store.meeting import Meeting
from tests.web.desk import Desk, form_of


def send(desk: Desk, meeting: Meeting, act: str, **typed: str) -> tuple[int, str]:
    """Fill in one of the two forms as a moderator."""
    client, path = desk.client("moderator"), f"/moderate/listing/{meeting.slug}"
    form = form_of(client.get(f"{path}/dates").text, f"{path}/{act}")
    answer = client.post(f"{path}/{act}", data={**form, **typed})
    return answer.status_code, answer.text


def take_back(desk: Desk, meeting: Meeting) -> int:
    client, path = desk.client("moderator"), f"/moderate/listing/{meeting.slug}"
    return client.post(f"{path}/undo", data=form_of(client.get(path).text, f"{path}/undo")).status_code


def test_a_listing_differs_for_some_dates_and_is_as_before_again(desk: Desk) -> None:
    meeting = desk.listing("own")
    public = desk.client("nobody")
    said = {"exception_kind": "moved", "first_date": "2026-03-17", "place": "Lantern Hall", "public_note": "Painting"}
    assert send(desk, meeting, "dates", **said, reason="They rang")[0] == 303
    page = public.get(f"/meetings/{meeting.slug}").text
    assert "Lantern Hall" in page
    assert "Painting" in page
    assert "They rang" not in page
    assert take_back(desk, meeting) == 303
    assert "Lantern Hall" not in public.get(f"/meetings/{meeting.slug}").text
    with desk.database.reading() as session:
        assert list(faults(session)) == []


def test_an_exception_says_what_it_lacks_and_keeps_the_rest(desk: Desk) -> None:
    meeting = desk.listing("own")
    status, page = send(desk, meeting, "dates", exception_kind="moved", first_date="2026-03-17", public_note="Painting")
    assert status == 400
    assert "Enter where it meets instead" in page
    assert "Say why" in page
    assert "Painting" in page


def test_a_listing_leaves_the_finder_with_a_reason_and_comes_back(desk: Desk) -> None:
    meeting = desk.listing("own")
    public = desk.client("nobody")
    assert send(desk, meeting, "close")[0] == 400
    assert public.get(f"/meetings/{meeting.slug}").status_code == 200
    assert send(desk, meeting, "close", close_reason="The group has ended")[0] == 303
    assert public.get(f"/meetings/{meeting.slug}").status_code == 404
    assert "The group has ended" in desk.client("moderator").get(f"/moderate/listing/{meeting.slug}").text
    assert take_back(desk, meeting) == 303
    assert public.get(f"/meetings/{meeting.slug}").status_code == 200
