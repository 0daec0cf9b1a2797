"""Languages by the short words that BMLT servers and the sheet of NA World Services have for them."""

from finder.domain.catalogue import FormatCatalogue
from finder.domain.vocabulary import FormatKind

#: Languages by the codes that servers use as keys.
LANGUAGES = {
    "ar": "arabic",
    "bg": "bulgarian",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "he": "hebrew",
    "hi": "hindi",
    "hr": "croatian",
    "hu": "hungarian",
    "is": "icelandic",
    "it": "italian",
    "ja": "japanese",
    "ko": "korean",
    "lt": "lithuanian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sk": "slovak",
    "sl": "slovenian",
    "sv": "swedish",
    "th": "thai",
    "tr": "turkish",
    "uk": "ukrainian",
    "vi": "vietnamese",
}


def languages_of(text: str, catalogue: FormatCatalogue) -> tuple[str, ...]:
    """The languages that *text* says: by a name, the key or type of a format, a code, a slug; () when it says none.

    Keys and types count as they are written. One key ("L/R") says two.
    """
    named, typed = catalogue.by_name(text), catalogue.meeting_guide.get(text)
    ways = (
        (named.slug,) if named else (),
        catalogue.na_keys.get(text, ()),
        (typed,) if typed else (),
        (LANGUAGES.get(text.casefold(), ""),),
        (text,),
    )
    languages = {slug for slug, each in catalogue.by_slug.items() if each.kind is FormatKind.LANGUAGE}
    spoken = ([slug for slug in slugs if slug in languages] for slugs in ways)
    return tuple(next(filter(None, spoken), ()))
