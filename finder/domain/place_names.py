"""Names of countries, states and towns as people write them. Facts: ISO 3166, GeoNames' admin codes, postal codes."""

from finder.domain.text import fold

#: State codes by country and GeoNames admin1 code, where these differ from what people write.
STATE_CODES = {
    "CA": {
        "01": "AB",
        "02": "BC",
        "03": "MB",
        "04": "NB",
        "05": "NL",
        "07": "NS",
        "08": "ON",
        "09": "PE",
        "10": "QC",
        "11": "SK",
        "12": "YT",
        "13": "NT",
        "14": "NU",
    },
    "AU": {"01": "ACT", "02": "NSW", "03": "NT", "04": "QLD", "05": "SA", "06": "TAS", "07": "VIC", "08": "WA"},
    "GB": {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"},
    "DE": {
        "01": "Baden-Württemberg",
        "02": "Bayern",
        "03": "Bremen",
        "04": "Hamburg",
        "05": "Hessen",
        "06": "Niedersachsen",
        "07": "Nordrhein-Westfalen",
        "08": "Rheinland-Pfalz",
        "09": "Saarland",
        "10": "Schleswig-Holstein",
        "11": "Brandenburg",
        "12": "Mecklenburg-Vorpommern",
        "13": "Sachsen",
        "14": "Sachsen-Anhalt",
        "15": "Thüringen",
        "16": "Berlin",
    },
}

STATE_NAMES = {
    "CA": {
        "AB": "Alberta",
        "BC": "British Columbia",
        "MB": "Manitoba",
        "NB": "New Brunswick",
        "NL": "Newfoundland and Labrador",
        "NS": "Nova Scotia",
        "ON": "Ontario",
        "PE": "Prince Edward Island",
        "QC": "Quebec",
        "SK": "Saskatchewan",
        "YT": "Yukon",
        "NT": "Northwest Territories",
        "NU": "Nunavut",
    },
    "AU": {
        "ACT": "Australian Capital Territory",
        "NSW": "New South Wales",
        "NT": "Northern Territory",
        "QLD": "Queensland",
        "SA": "South Australia",
        "TAS": "Tasmania",
        "VIC": "Victoria",
        "WA": "Western Australia",
    },
}

#: States that share their name with a larger town, as they are shown.
STATE_LABELS = {("US", "WA"): "Washington State", ("US", "NY"): "New York State"}

#: States by what people call them beside their names and codes, folded ("Calif.", "N.J." as "n j").
STATE_WORDS = {
    "US": {
        "ala": "AL", "ariz": "AZ", "ark": "AR", "cal": "CA", "calif": "CA", "cali": "CA", "colo": "CO", "conn": "CT",
        "del": "DE", "d c": "DC", "washington dc": "DC", "fla": "FL", "ill": "IL", "ind": "IN", "kan": "KS",
        "kans": "KS", "mass": "MA", "mich": "MI", "minn": "MN", "miss": "MS", "mont": "MT", "neb": "NE", "nebr": "NE",
        "nev": "NV", "n h": "NH", "n j": "NJ", "n m": "NM", "n mex": "NM", "n y": "NY", "n c": "NC",
        "n carolina": "NC", "n d": "ND", "n dak": "ND", "n dakota": "ND", "okla": "OK", "ore": "OR", "oreg": "OR",
        "penn": "PA", "penna": "PA", "r i": "RI", "s c": "SC", "s carolina": "SC", "s d": "SD", "s dak": "SD",
        "s dakota": "SD", "tenn": "TN", "tex": "TX", "wash": "WA", "w va": "WV", "w virginia": "WV", "wis": "WI",
        "wisc": "WI", "wyo": "WY",
    },
    "CA": {
        "alta": "AB", "b c": "BC", "man": "MB", "n b": "NB", "newfoundland": "NL", "labrador": "NL", "nfld": "NL",
        "n s": "NS", "ont": "ON", "pei": "PE", "p e i": "PE", "que": "QC", "sask": "SK",
    },
    "AU": {"tassie": "TAS", "a c t": "ACT", "n s w": "NSW", "qld": "QLD"},
    "DE": {
        "bavaria": "Bayern", "hesse": "Hessen", "hessia": "Hessen", "lower saxony": "Niedersachsen",
        "north rhine westphalia": "Nordrhein-Westfalen", "nrw": "Nordrhein-Westfalen",
        "rhineland palatinate": "Rheinland-Pfalz", "saxony": "Sachsen", "saxony anhalt": "Sachsen-Anhalt",
        "thuringia": "Thüringen", "mecklenburg western pomerania": "Mecklenburg-Vorpommern",
    },
}  # fmt: skip

#: Countries by what people call them beside the ISO names and codes.
COUNTRY_WORDS = {
    "usa": "US",
    "u s a": "US",
    "u s": "US",
    "united states of america": "US",
    "america": "US",
    "uk": "GB",
    "great britain": "GB",
    "britain": "GB",
    "eire": "IE",
    "deutschland": "DE",
    "osterreich": "AT",
    "schweiz": "CH",
    "suisse": "CH",
    "espana": "ES",
    "nederland": "NL",
    "holland": "NL",
    "belgie": "BE",
    "belgique": "BE",
    "danmark": "DK",
    "sverige": "SE",
    "norge": "NO",
    "suomi": "FI",
    "polska": "PL",
    "italia": "IT",
    "brasil": "BR",
    "mexico": "MX",
    "czech republic": "CZ",
    "aotearoa": "NZ",
}

#: Short names of towns, folded, and what they stand for.
NICKNAMES = {
    "nyc": "new york city, ny",
    "ny city": "new york city, ny",
    "new york": "new york city, ny",
    "la": "los angeles, ca",
    "l a": "los angeles, ca",
    "sf": "san francisco, ca",
    "s f": "san francisco, ca",
    "san fran": "san francisco, ca",
    "bay area": "san francisco, ca",
    "sf bay area": "san francisco, ca",
    "dc": "washington, dc",
    "d c": "washington, dc",
    "washington dc": "washington, dc",
    "washington d c": "washington, dc",
    "philly": "philadelphia, pa",
    "vegas": "las vegas, nv",
    "nola": "new orleans, la",
    "chi town": "chicago, il",
    "slc": "salt lake city, ut",
    "salt lake": "salt lake city, ut",
    "okc": "oklahoma city, ok",
    "atl": "atlanta, ga",
    "indy": "indianapolis, in",
    "jax": "jacksonville, fl",
    "kc": "kansas city, mo",
    "st pete": "saint petersburg, fl",
    "colo springs": "colorado springs, co",
    "virginia bch": "virginia beach, va",
    "twin cities": "minneapolis, mn",
}

_FIRST_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount", "pt": "point", "pto": "puerto"}
_COMPASS = {"n": "north", "s": "south", "e": "east", "w": "west"}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue", "ø": "oe", "å": "aa"})


def name_key(text: str) -> str:
    """The name of a town for comparison: folded, St. as Saint, Ft. as Fort, N as North."""
    words = fold(text).split()
    words = [_FIRST_WORDS.get(word, word) if number + 1 < len(words) else word for number, word in enumerate(words)]
    if len(words) > 1 and words[0] in _COMPASS:
        words[0] = _COMPASS[words[0]]
    return " ".join(words)


def name_keys(text: str) -> set[str]:
    """Every key a name is found by: with umlauts dropped and with umlauts spelt out."""
    keys = {name_key(text)}
    if not text.isascii():
        keys.add(name_key(text.translate(_UMLAUTS)))
    return {key for key in keys if key}
