"""The seed files of programs and formats: complete, in order, and in kind words."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from finder.domain.catalogue import MAX_FORMATS, FormatCatalogue, Program, SpecialMeaning
from finder.domain.errors import BadInputError
from finder.domain.vocabulary import Approach, FormatKind
from finder.feeds.seed import load_catalogue, load_formats, load_programs
from tests.requirements import need, samples_folder

SEEDS = Path(__file__).resolve().parents[2] / "seed_data"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MEETING_GUIDE_CODES = _words(
    "11 12x12 A ABSI AF AL AL-AN AM AR ASL B BA BE BG BI BRK C CAN CF D DA DB DD DE DR EL EN FA FI FF FR G GR H HE "
    "HI HR HU IS ITA JA KA KOR L LGBTQ LIT LS LT M MED ML MT N NB NDG NE NL NO O OUT P POA POC POL POR PUN RUS S "
    "SEN SK SL SM SP ST SV T TC TH TL TR TUR UK W X XB XT Y"
)
NAWS_CODES = _words(
    "BEG BT CAN CH CLOSED CPT CW DISC GL GP HYBR IP IW JFT LANG LC LIT M MED NC NS OPEN PI QA RA S-D SPAD SPK STEP "
    "SWG TC TOP TRAD VAR VM W WCHR Y"
)
NA_KEYS = _words(
    "B BL BT C CH CL CS D ES GL IL IP IW JT M NC O Pi RF Rr SC SD SG SL So St Ti To Tr TW W WC YP OE BK NS Ag FD AB "
    "ME RA QA CW CP FIN ENG PER L/R LC GP VM TC HY SPAD"
)
EXPECTED_PROGRAMS = _words(
    "aa na ca cma ha ma al-anon alateen nar-anon families-anonymous aca coda ga gam-anon oa da ua slaa saa sa nica "
    "ea smart smart-family smart-youth lifering recovery-dharma refuge-recovery wfs sos moderation "
    "celebrate-recovery wellbriety dra dtr dda she-recovers phoenix"
)
UNKIND = re.compile(r"\b(addicts?|clean|dirty|junkies?|alcoholics?|abusers?)\b", re.IGNORECASE)

#: Titles that others gave their books and societies.
TITLES = re.compile(r"Living Clean|Alcoholics Anonymous")


@pytest.fixture(scope="module")
def programs() -> tuple[Program, ...]:
    return load_programs(SEEDS / "programs.toml")


@pytest.fixture(scope="module")
def catalogue() -> FormatCatalogue:
    return load_catalogue(SEEDS / "formats.toml")


def test_every_program_a_seeker_may_know_is_there_once(programs: tuple[Program, ...]) -> None:
    slugs = Counter(program.slug for program in programs)
    assert len(programs) >= 34
    assert slugs.keys() >= EXPECTED_PROGRAMS
    assert set(slugs.values()) == {1}
    assert [program.position for program in programs] == list(range(len(programs)))


def test_every_program_says_what_it_is_in_two_to_four_sentences(programs: tuple[Program, ...]) -> None:
    for program in programs:
        assert 2 <= len(re.findall(r"[.?!](?= |$)", program.expect)) <= 4, program.slug
        assert program.for_whom.endswith("."), program.slug
        assert program.site.startswith("https://"), program.slug
        assert len(program.slug) <= 20
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", program.slug)


def test_smart_is_an_approach_of_three_programs_and_every_approach_has_some(programs: tuple[Program, ...]) -> None:
    of_smart = {program.slug for program in programs if program.approach is Approach.SMART}
    assert of_smart == {"smart", "smart-family", "smart-youth"}
    assert {program.approach for program in programs} == set(Approach)


def test_format_bits_are_unique_without_gaps_and_fit_the_bit_sets(catalogue: FormatCatalogue) -> None:
    bits = [each.bit for each in catalogue.formats]
    assert sorted(bits) == list(range(len(bits)))
    assert len(bits) <= MAX_FORMATS


def test_bits_of_formats_that_listings_use_never_change(catalogue: FormatCatalogue) -> None:
    known = {"newcomers": 0, "women": 1, "lgbtq": 7, "dual-recovery": 35, "open": 77, "english": 99, "wheelchair": 147}
    assert {slug: catalogue.by_slug[slug].bit for slug in known} == known


def test_every_kind_of_format_has_several(catalogue: FormatCatalogue) -> None:
    kinds = Counter(each.kind for each in catalogue.formats)
    assert kinds.keys() == set(FormatKind)
    assert min(kinds.values()) >= 3


def test_every_format_has_its_own_name_and_one_sentence(catalogue: FormatCatalogue) -> None:
    names = Counter(each.name.casefold() for each in catalogue.formats)
    assert set(names.values()) == {1}
    for each in catalogue.formats:
        assert each.description.endswith("."), each.slug
        assert len(each.name) <= 40, each.slug


def test_every_meeting_guide_code_is_one_format_or_says_something_else(catalogue: FormatCatalogue) -> None:
    assert len(MEETING_GUIDE_CODES) == 87
    assert catalogue.meeting_guide.keys() | catalogue.special_meeting_guide.keys() == MEETING_GUIDE_CODES | {"ONL"}
    assert not catalogue.meeting_guide.keys() & catalogue.special_meeting_guide.keys()
    assert catalogue.special_meeting_guide["TC"] is SpecialMeaning.TEMPORARILY_CLOSED


def test_every_naws_code_is_one_format_or_says_something_else(catalogue: FormatCatalogue) -> None:
    assert catalogue.naws.keys() | catalogue.special_naws.keys() == NAWS_CODES
    assert not catalogue.naws.keys() & catalogue.special_naws.keys()


def test_every_stock_na_format_is_a_format_here(catalogue: FormatCatalogue) -> None:
    assert (catalogue.na_keys.keys() | catalogue.special_na_keys.keys()) >= NA_KEYS
    assert catalogue.na_keys["L/R"] == ("lithuanian", "russian")
    assert catalogue.na_keys["ES"] == ("spanish",)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Dual Diagnosis", "dual-recovery"),
        ("wheelchair access", "wheelchair"),
        ("Newcomers welcome", "newcomers"),
        ("Living Clean", "living-clean"),
    ],
)
def test_a_format_is_found_by_the_names_that_others_give_it(catalogue: FormatCatalogue, text: str, slug: str) -> None:
    found = catalogue.by_name(f" {text} ")
    assert found is not None
    assert found.slug == slug
    assert catalogue.by_name("Underwater basket weaving") is None


@pytest.mark.samples
def test_the_published_codes_are_the_ones_that_are_mapped(catalogue: FormatCatalogue) -> None:
    folder = samples_folder()
    need("samples", present=folder.is_dir(), how="set FINDER_SAMPLES to the folder of real feeds")
    types = json.loads((folder / "meeting-guide" / "types.json").read_text(encoding="utf-8"))
    assert set(types) == MEETING_GUIDE_CODES
    for code in set(types) - {"TC"}:
        found = catalogue.by_name(types[code]["en"])
        assert found is not None
        assert found.slug == catalogue.meeting_guide[code]
    stock = json.loads((folder / "bmlt" / "formats" / "initial-formats.json").read_text(encoding="utf-8"))
    assert {row["worldid_mixed"] for row in stock if row["worldid_mixed"]} == NAWS_CODES
    assert {row["key_string"] for row in stock if row["lang_enum"] == "en"} == NA_KEYS


def _own_words(programs: tuple[Program, ...], catalogue: FormatCatalogue) -> Iterator[str]:
    for program in programs:
        yield from (program.focus, program.for_whom, program.expect)
    for each in catalogue.formats:
        yield from (each.name, each.description)


def test_our_own_words_label_nobody(programs: tuple[Program, ...], catalogue: FormatCatalogue) -> None:
    said = [text for text in _own_words(programs, catalogue) if UNKIND.search(TITLES.sub("", text))]
    assert said == []


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("[[formats]\n", "source"),
        ("formats = 3", "formats"),
        ("[[formats]]\nslug = 'x'", "bit"),
        ("[[formats]]\nbit = true\nslug = 'x'", "bit"),
        ("[[formats]]\nbit = 0\nslug = 'x'\nname = 'X'\nkind = 'colour'", "kind"),
        ("[[formats]]\nbit = 192\nslug = 'x'\nname = 'X'\nkind = 'venue'\ndescription = 'X.'", "bit"),
        ("[[formats]]\nbit = 0\nslug = 'x'\nname = ''\nkind = 'venue'", "name"),
        ("[[formats]]\nbit = 0\nslug = 'x'\nname = 'X'\nkind = 'venue'\ndescription = 'X.'\nnaws = 'M'", "naws"),
    ],
)
def test_a_seed_file_that_is_not_right_is_refused_by_the_key(text: str, parameter: str) -> None:
    with pytest.raises(BadInputError) as caught:
        load_formats(text)
    assert caught.value.parameter == parameter


def test_a_code_that_two_formats_claim_is_refused() -> None:
    one = "[[formats]]\nbit = {0}\nslug = 'x{0}'\nname = 'X'\nkind = 'venue'\ndescription = 'X.'\nnaws = ['M']\n"
    with pytest.raises(BadInputError, match="twice as naws: M"):
        load_formats(one.format(0) + one.format(1))
