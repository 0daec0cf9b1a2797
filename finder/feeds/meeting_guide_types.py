"""Meeting Guide types of a row, by code or by English name, as format slugs."""

import re
from dataclasses import dataclass, replace

from finder.domain.catalogue import FormatCatalogue, SpecialMeaning
from finder.feeds.meeting_guide_record import Record

#: These say something about the room, so they mean nothing where there is none.
IN_PERSON_ONLY = frozenset({"AL", "AL-AN", "BA", "BRK", "CAN", "CF", "FF", "OUT", "SM", "X", "XB"})

#: What is no format: the location is closed for now; the meeting is online, which is derived from its link.
SPECIAL_NAMES = {
    SpecialMeaning.TEMPORARILY_CLOSED: ("TC", "Location Temporarily Closed", "Temporary Closure", "Temporarily Closed"),
    SpecialMeaning.ONLINE: ("ONL", "Online", "Online Meeting"),
}

#: English names, as tables carry them, of every code and of what older tables called it.
NAMES = {
    "11": "11th Step Meditation, 11th Step",
    "12x12": "12 Steps & 12 Traditions, 12 & 12",
    "A": "Secular, Agnostic, Atheist / Agnostic",
    "ABSI": "As Bill Sees It",
    "AF": "Afrikaans",
    "AL": "Concurrent with Alateen, Alateen",
    "AL-AN": "Concurrent with Al-Anon, Al-Anon",
    "AM": "Amharic",
    "AR": "Arabic",
    "ASL": "American Sign Language, Sign Language",
    "B": "Big Book, Big Book Study",
    "BA": "Babysitting Available, Babysitting",
    "BE": "Newcomer, Newcomers, Beginner, Beginners",
    "BG": "Bulgarian",
    "BI": "Bisexual",
    "BRK": "Breakfast",
    "C": "Closed",
    "CAN": "Candlelight",
    "CF": "Child-Friendly, Child Friendly, Children Welcome",
    "D": "Discussion",
    "DA": "Danish",
    "DB": "Digital Basket",
    "DD": "Dual Diagnosis",
    "DE": "German",
    "DR": "Daily Reflections",
    "EL": "Greek",
    "EN": "English",
    "FA": "Persian, Farsi",
    "FF": "Fragrance Free, Fragrance-Free",
    "FI": "Finnish",
    "FR": "French",
    "G": "Gay",
    "GR": "Grapevine",
    "H": "Birthday, Chips",
    "HE": "Hebrew",
    "HI": "Hindi",
    "HR": "Croatian",
    "HU": "Hungarian",
    "IS": "Icelandic",
    "ITA": "Italian",
    "JA": "Japanese",
    "KA": "Georgian",
    "KOR": "Korean",
    "L": "Lesbian",
    "LGBTQ": "LGBTQ, LGBTQ+, LGBTQIA+, LGBT",
    "LIT": "Literature",
    "LS": "Living Sober",
    "LT": "Lithuanian",
    "M": "Men, Men's, Men Only",
    "MED": "Meditation",
    "ML": "Malayalam",
    "MT": "Maltese",
    "N": "Native American",
    "NB": "Non-Binary, Nonbinary",
    "NDG": "Indigenous",
    "NE": "Nepali",
    "NL": "Dutch",
    "NO": "Norwegian",
    "O": "Open",
    "OUT": "Outdoor, Outdoor Meeting, Outdoors",
    "P": "Professionals",
    "POA": "Proof of Attendance",
    "POC": "People of Color",
    "POL": "Polish",
    "POR": "Portuguese",
    "PUN": "Punjabi",
    "RUS": "Russian",
    "S": "Spanish",
    "SEN": "Seniors",
    "SK": "Slovak",
    "SL": "Slovenian, Slovene",
    "SM": "Smoking Permitted, Smoking",
    "SP": "Speaker",
    "ST": "Step Study, Step Meeting, Step",
    "SV": "Swedish",
    "T": "Transgender",
    "TH": "Thai",
    "TL": "Tagalog, Filipino",
    "TR": "Tradition Study, Traditions",
    "TUR": "Turkish",
    "UK": "Ukrainian",
    "W": "Women, Women's, Women Only",
    "X": "Wheelchair Access, Wheelchair Accessible",
    "XB": "Wheelchair-Accessible Bathroom, Wheelchair Accessible Bathroom",
    "XT": "Cross Talk Permitted, Cross Talk",
    "Y": "Young People, Young Adults",
}
#: Every code that readers know, in capitals.
CODES = frozenset(code.upper() for code in NAMES) | {names[0] for names in SPECIAL_NAMES.values()}

MAX_CODE_LENGTH = 64
MAX_UNMAPPED = 50

_NOT_LETTERS = re.compile(r"[^\w+]+")


@dataclass(frozen=True, slots=True)
class Types:
    """What the types of a row say: format slugs in the row's order, what stands for none, and the state."""

    formats: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    closed_for_now: bool = False


class TypeReader:
    """Reads types by the codes and names of one catalogue; made once a feed."""

    def __init__(self, catalogue: FormatCatalogue) -> None:
        self._slugs: dict[str, str] = {}
        for each in catalogue.formats:
            self._slugs |= {_key(name): each.slug for name in (*each.aliases, each.name)}
        for code, names in NAMES.items():
            if slug := catalogue.meeting_guide.get(code):
                self._slugs |= {_key(name): slug for name in names.split(", ")}
        self._slugs |= {code.casefold(): slug for code, slug in catalogue.meeting_guide.items()}
        self._own = {name.casefold(): each.slug for each in catalogue.formats for name in (each.name, each.slug)}
        self._specials = {_key(name): each.means for each in catalogue.specials for name in each.aliases}
        self._specials |= {_key(name): meaning for meaning, names in SPECIAL_NAMES.items() for name in names}
        self._in_person_only = {slug for code, slug in catalogue.meeting_guide.items() if code in IN_PERSON_ONLY}

    def read(self, record: Record) -> Types:
        """The types of a row; unknown ones are kept as they stand, with a remark."""
        formats: dict[str, None] = {}
        unmapped: dict[str, None] = {}
        meanings: set[SpecialMeaning] = set()
        for text in record.texts("types"):
            key = _key(text)
            if not key:
                record.remarks.add("types", text, "is empty: left out")
            elif key in self._specials:
                meanings.add(self._specials[key])
            elif slug := self._slugs.get(text.casefold()) or self._slugs.get(key):
                formats[slug] = None
            elif len(unmapped) < MAX_UNMAPPED:
                unmapped[record.fit("types", text, MAX_CODE_LENGTH)] = None
                record.remarks.add("types", text, "is not a type known here: kept as it stands, not searchable")
        return Types(tuple(formats), tuple(unmapped), SpecialMeaning.TEMPORARILY_CLOSED in meanings)

    def read_own(self, record: Record) -> Types:
        """The types of a row of our own table: by name or slug here, else as in any other."""
        texts = record.texts("types")
        own = [self._own.get(text.casefold()) for text in texts]
        others = [text for text, slug in zip(texts, own, strict=True) if slug is None]
        read = self.read(Record({"types": others}, record.remarks)) if others else Types()
        return replace(read, formats=tuple(dict.fromkeys((*filter(None, own), *read.formats))))

    def without_room(self, formats: tuple[str, ...]) -> tuple[str, ...]:
        """*formats* without those that speak of a room."""
        return tuple(slug for slug in formats if slug not in self._in_person_only)


def _key(text: str) -> str:
    return _NOT_LETTERS.sub(" ", text.casefold().replace("'", "").replace("\u2019", "").replace("&", " and ")).strip()
