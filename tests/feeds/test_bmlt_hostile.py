"""BMLT answers that mean harm: no crash, no surprise, a reason for everything that was not taken."""

import itertools
import json
from typing import Any

import orjson
import pytest

from finder.directory.draft import digest_of
from finder.domain.schedule import validate
from finder.feeds.bmlt_read import decode_bmlt
from finder.feeds.rows import FeedError
from tests.feeds.bmlt_answers import NA, SERVER_INFO, a_meeting, answers, formats, service_bodies

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7.5, 1e308, float("nan"), float("inf"), 10**18, 10**400, [], {}, [[]], "", " "),
    *("x" * 70_000, {"$ne": 1}, "25:61", "24:00", "-7", "2026-02-30", "America/Nowhere", "../../etc/localtime"),
    *("\ud800", "a\x00b", "\u202egnihtemos", "<script>__pwn(1)</script>", "=1+1", "1,2,3,,", "①", "٣", [1, None, "x"]),
    *("javascript:alert(1)", "https://zoom.us@evil.invalid/j/1", "9" * 5000, ["O"] * 10_000, {"a": {"a": {"a": 1}}}),
)


def _sound(payload: bytes) -> int:
    """How many listings are made of *payload*; each of them can be stored as it is."""
    decoded = decode_bmlt(payload, options=NA)
    for row in decoded.rows:
        if row.draft is None:
            assert any(remark.refused for remark in row.remarks)
            continue
        digest_of(row.draft)  # raises on a lone surrogate
        if row.draft.schedule.zone:
            validate(row.draft.schedule)
        place = row.draft.location
        assert "\0" not in repr(row.draft)
        assert place is None or max(map(len, (place.street, place.city, place.state, place.name))) <= 255
        assert len(row.draft.world_id) <= 64
        assert len(row.key) <= 255
        assert len(row.draft.unmapped_types) <= 50
        assert "evil.invalid" not in row.draft.conference_url
    for body in decoded.bodies:
        orjson.dumps(body.path)
        assert max(map(len, body.path)) <= 255
    for each in decoded.formats:
        orjson.dumps(each.names)
        assert len(each.key) <= 64
    return sum(row.draft is not None for row in decoded.rows)


def test_wrong_types_in_every_field_of_a_meeting() -> None:
    fields = [*a_meeting(1), "service_body_name", "contact_email_1", "custom\ud800", "x" * 500, "\0repeated"]
    rows = [
        a_meeting(number, **{field: value}) for number, (field, value) in enumerate(itertools.product(fields, VALUES))
    ]
    assert _sound(answers(*rows)) > len(rows) * 0.9


@pytest.mark.parametrize("name", ["GetServerInfo", "GetServiceBodies", "GetFormats_en"])
def test_wrong_types_in_every_field_beside_the_meetings(name: str) -> None:
    whole: dict[str, list[dict[str, Any]]] = {
        "GetServerInfo": list(SERVER_INFO),
        "GetServiceBodies": [dict(body) for body in service_bodies()],
        "GetFormats_en": [dict(each) for each in formats("en")],
    }
    first = whole[name][0]
    for field, value in itertools.product(first, VALUES):
        changed = [{**first, field: value}, *whole[name][1:]]
        assert _sound(answers(a_meeting(1), **{name: changed})) == 1


@pytest.mark.parametrize("value", VALUES)
def test_rows_that_are_no_objects_are_refused(value: object) -> None:
    assert _sound(answers(a_meeting(1), value, GetServiceBodies=[value], GetFormats_de=[value])) in {1, 2}


def test_a_million_objects_end_with_a_reason() -> None:
    objects = b"[" + b",".join([b"{}"] * 1_000_000) + b"]"
    for payload, words in (
        (objects, "more than 200,000"),
        (b'{"meetings":' + objects + b"}", "more than 200,000"),
        (b'{"a":"' + objects + b'"}', "too large"),
    ):
        with pytest.raises(FeedError, match=words):
            decode_bmlt(payload, options=NA)


def test_keys_given_twice_count_once() -> None:
    payload = json.dumps([a_meeting(1)]).replace('"id_bigint": "1"', '"id_bigint": "9", "id_bigint": "1"')
    row = decode_bmlt(payload.encode(), options=NA).rows[0]

    assert row.key == "1"
    assert [remark.field for remark in row.remarks] == ["id_bigint"]
