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
    "nyc": "new york city",
    "ny city": "new york city",
    "new york": "new york city",
    "manhattan": "manhattan",
    "la": "los angeles",
    "sf": "san francisco",
    "san fran": "san francisco",
    "frisco": "san francisco",
    "dc": "washington",
    "washington dc": "washington",
    "washington d c": "washington",
    "d c": "washington",
    "philly": "philadelphia",
    "vegas": "las vegas",
    "nola": "new orleans",
    "chi town": "chicago",
    "slc": "salt lake city",
    "okc": "oklahoma city",
    "atl": "atlanta",
    "indy": "indianapolis",
    "jax": "jacksonville",
    "kc": "kansas city",
    "st pete": "saint petersburg",
    "ft lauderdale": "fort lauderdale",
    "colo springs": "colorado springs",
    "virginia bch": "virginia beach",
    "n hollywood": "north hollywood",
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


def meant(text: str) -> str:
    """The key of the town meant by *text*, nicknames resolved."""
    key = fold(text)
    return NICKNAMES.get(key) or name_key(text)
