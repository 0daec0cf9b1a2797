"""A join link that comes from elsewhere leads to a known conference service, or is no join link; nothing is lost."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from finder.domain.listing import ListingDraft
from finder.feeds.bmlt_read import decode_bmlt
from finder.feeds.meeting_guide import decode_meeting_guide
from finder.feeds.naws_read import decode_naws
from finder.feeds.rows import DecodeOptions, Row
from finder.feeds.tabular import decode_table
from tests.feeds.bmlt_answers import NA, a_meeting, answers
from tests.feeds.test_naws_read import a_row as a_naws_row
from tests.feeds.test_naws_read import sheet
from tests.sources.feeds import OPTIONS, a_row

OURS = "https://meet.example.org/lantern"
WITH_OURS = replace(OPTIONS, hosts=("meet.example.org",))
OWN = {
    "Name": "Larks",
    "Attendance": "online",
    "Join Policy": "open",
    "Day": "Monday",
    "Time": "19:00",
    "Timezone": "UTC",
    "Conference URL": OURS,
    "Conference URL Notes": "Ring twice",
    "Website": "",
}


def draft_of(row: Row) -> ListingDraft:
    assert row.draft is not None, row.remarks
    return row.draft


def own_row(cells: Mapping[str, str], options: DecodeOptions = OPTIONS) -> Row:
    filled = {**OWN, **cells}
    lines = (",".join(f'"{text}"' for text in line) for line in (filled, filled.values()))
    return decode_table("\n".join(lines).encode(), options=options).rows[0]


@pytest.mark.parametrize(
    ("cells", "website", "notes"),
    [
        ({}, OURS, "Ring twice"),
        ({"Website": "https://larks.example.org/"}, "https://larks.example.org/", f"{OURS}\nRing twice"),
        ({"Join Policy": "on request"}, "", f"{OURS}\nRing twice"),
        ({"Conference URL": f"{OURS}?pwd=5550"}, "", f"{OURS}?pwd=5550\nRing twice"),
        ({"Conference URL": "https://evilzoom.us/j/5550101"}, "https://evilzoom.us/j/5550101", "Ring twice"),
    ],
)
def test_a_link_of_an_unknown_service_in_our_table_is_kept_for_whom_it_is(
    cells: dict[str, str], website: str, notes: str
) -> None:
    row = own_row(cells)
    draft = draft_of(row)

    assert (draft.conference_url, draft.website, draft.conference_url_notes) == ("", website, notes)
    assert [remark.field for remark in row.remarks] == ["conference_url"]


@pytest.mark.parametrize("link", ["https://us02web.zoom.us/j/5550101?pwd=x", "https://zoom.us/j/5550101"])
def test_a_link_of_a_known_service_in_our_table_stays(link: str) -> None:
    row = own_row({"Conference URL": link})

    assert (draft_of(row).conference_url, row.remarks) == (link, ())


@pytest.mark.parametrize("link", ["https://evilmeet.example.org/a", "https://meet.example.org.evil.example/a"])
def test_a_service_of_the_operator_is_known_by_its_exact_labels(link: str) -> None:
    assert draft_of(own_row({}, WITH_OURS)).conference_url == OURS
    assert draft_of(own_row({"Conference URL": link}, WITH_OURS)).conference_url == ""


@pytest.mark.parametrize("hosts", [(), ("meet.example.org",)])
def test_every_kind_of_source_holds_links_to_the_same_list(hosts: tuple[str, ...]) -> None:
    options, na = replace(OPTIONS, hosts=hosts), replace(NA, hosts=hosts)
    rows = [
        decode_meeting_guide(json.dumps([a_row(1, conference_url=OURS)]).encode(), options=options).rows[0],
        decode_bmlt(answers(a_meeting(7, venue_type="2", virtual_meeting_link=OURS)), options=na).rows[0],
        decode_naws(sheet(a_naws_row(VirtualMeetingLink=OURS)), options=na).rows[0],
        own_row({}, options),
    ]

    for row in rows:
        draft = draft_of(row)
        assert (draft.conference_url, draft.website) == ((OURS, "") if hosts else ("", OURS))
