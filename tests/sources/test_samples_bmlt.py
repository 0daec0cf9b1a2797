"""Real answers of BMLT servers and a real sheet of NA World Services: everything in them is taken."""

import json
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from finder.feeds.bmlt_codes import BmltFormats
from finder.feeds.bmlt_read import decode_bmlt
from finder.feeds.naws_read import decode_naws
from finder.sources.bmlt_server import load_server
from finder.store.database import Database
from tests.directory.test_bmlt_vocabulary import assert_whole, told, tree
from tests.feeds.bmlt_answers import NA
from tests.requirements import need, samples_folder
from tests.sources.test_bmlt_import import imported
from tests.sources.test_importer import counts, shown

pytestmark = pytest.mark.samples

ROWS = {"berlin": 108, "answers": 53}
#: Fields that a listing does not keep, because they say where or in what language it was asked, or are empty for all.
DROPPED = {
    *("shared_group_id_bigint", "lang_enum", "distance_in_km", "distance_in_miles", "email_contact", "published"),
    *("root_server_uri", "service_body_bigint", "contact_name1", "contact_name2", "contact_email1", "contact_email2"),
}


@pytest.fixture
def folder() -> Path:
    found = samples_folder() / "bmlt"
    need("samples", present=found.is_dir(), how="set FINDER_SAMPLES to the folder of real feeds")
    return found


@pytest.mark.parametrize("name", ROWS)
def test_a_real_answer_is_imported_whole_and_twice_is_once(name: str, folder: Path, database: Database) -> None:
    payload = load_server(str(folder / name))

    assert counts(imported(database, payload)) == (ROWS[name], 0, 0, 0, 0)
    assert counts(imported(database, payload)) == (0, 0, ROWS[name], 0, 0)
    assert all(key == str(document["bmlt_id"]) for key, document in shown(database).items())
    assert_whole(database)


@pytest.mark.parametrize(
    ("name", "language", "file"),
    [
        ("berlin", "de", "berlin/GetFormats.german-formats-de.json"),
        ("berlin", "en", "berlin/GetFormats.german-formats-en.json"),
        ("answers", "en", "answers/formats.json"),
    ],
)
def test_the_formats_of_a_server_that_moved_here_are_told_as_it_told_them(
    name: str, language: str, file: str, folder: Path, database: Database
) -> None:
    imported(database, load_server(str(folder / name)))
    answer = json.loads((folder / file).read_bytes())
    theirs = {each["id"]: each for each in (answer["formats"] if isinstance(answer, dict) else answer)}
    formats = BmltFormats(told(database).values())
    ours = {each["id"]: each for each in formats.records(formats.entries, [language], "")}

    said = ("key_string", "name_string", "description_string", "lang", "world_id", "format_type_enum")
    for number, each in theirs.items():
        for field in said:
            assert ours[number][field] == " ".join((each[field] or "").split()), (number, field)


def test_the_berlin_answer_is_classified_as_it_says(folder: Path) -> None:
    rows = decode_bmlt(load_server(str(folder / "berlin")), options=NA).rows

    assert Counter(row.draft.attendance.value for row in rows if row.draft) == {"in_person": 85, "online": 23}
    assert not any(remark.refused for row in rows for remark in row.remarks)


def test_every_berlin_meeting_is_held_in_berlin_s_time(folder: Path, database: Database) -> None:
    imported(database, load_server(str(folder / "berlin")))

    zones = {document["schedule"]["zone"] for document in shown(database).values()}  # type: ignore[index] # JSON
    strangers = zones - {"Europe/Berlin"}
    assert all(ZoneInfo(zone) for zone in zones)
    assert strangers == set()


def test_nothing_that_a_real_meeting_says_is_lost(folder: Path) -> None:
    meetings = json.loads((folder / "berlin" / "GetSearchResults.berlin.json").read_bytes().decode("utf-8-sig"))
    decoded = decode_bmlt(load_server(str(folder / "berlin")), options=NA)
    keys = {each.slug: each.key for each in decoded.formats if each.slug}

    for meeting, row in zip(sorted(meetings, key=lambda each: int(each["id_bigint"])), decoded.rows, strict=True):
        draft = row.draft
        assert draft is not None
        place = draft.location
        assert (draft.name, str(draft.bmlt_id)) == (" ".join(meeting["meeting_name"].split()), meeting["id_bigint"])
        assert (place.street if place else "") == meeting["location_street"].strip()
        assert (place.city if place else "") == meeting["location_municipality"].strip()
        assert f"{draft.schedule.start}" == meeting["start_time"]
        assert draft.schedule.weekdays == (int(meeting["weekday_tinyint"]) - 1,)
        told = {*(keys[slug] for slug in draft.formats if slug in keys), *draft.unmapped_types}
        assert {key for key in meeting["formats"].split(",") if key not in {"VM", ""}} - told <= {"wf", "FuA"}
        kept = json.dumps([*draft.extra.values(), draft.notes, place and place.notes], ensure_ascii=False)
        for field in ("public_transport", "format_comments", "comments", "location_info"):
            words = meeting[field].rsplit("#@-@#", 1)[-1].replace("<br>", " ").split()
            assert not words or words[0].replace('"', '\\"') in kept
        assert set(meeting) - DROPPED >= set(draft.extra) - {"borough", "neighborhood", "county", "zone"}


def test_the_real_tree_is_written_whole(folder: Path, database: Database) -> None:
    imported(database, load_server(str(folder / "answers")))
    told = json.loads((folder / "answers" / "service-bodies.json").read_bytes())

    assert sorted(tree(database).values()) == sorted(int(body["id"]) for body in told)


def test_the_naws_sheet_is_taken_as_far_as_it_is_published(folder: Path) -> None:
    decoded = decode_naws((folder / "BMLT_AR48104_cape_cod_area.csv").read_bytes(), options=NA)

    assert [row.draft and row.draft.attendance.value for row in decoded.rows] == ["online", None]
    assert [body.world_id for body in decoded.bodies] == ["AR48104"]
