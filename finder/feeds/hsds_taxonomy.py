"""Formats in HSDS 3: terms of one taxonomy, attributes of a service, and the languages it is held in."""

from collections.abc import Callable, Iterator
from typing import Any

from finder.feeds.document import Document
from finder.feeds.words import Words

TAXONOMY = "Meeting Finder formats"
#: Languages by slug -> ISO 639; one that is not here is told by its name alone.
ISO_639 = {
    "afrikaans": "af",
    "amharic": "am",
    "arabic": "ar",
    "bulgarian": "bg",
    "cantonese": "yue",
    "croatian": "hr",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "finnish": "fi",
    "french": "fr",
    "georgian": "ka",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hindi": "hi",
    "hungarian": "hu",
    "icelandic": "is",
    "irish": "ga",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "lithuanian": "lt",
    "malayalam": "ml",
    "maltese": "mt",
    "mandarin": "cmn",
    "maori": "mi",
    "nepali": "ne",
    "norwegian": "no",
    "persian": "fa",
    "polish": "pl",
    "portuguese": "pt",
    "punjabi": "pa",
    "romanian": "ro",
    "russian": "ru",
    "slovak": "sk",
    "slovenian": "sl",
    "spanish": "es",
    "swedish": "sv",
    "tagalog": "tl",
    "thai": "th",
    "turkish": "tr",
    "ukrainian": "uk",
    "urdu": "ur",
    "vietnamese": "vi",
}

#: Gives the identifier of a thing, by kind and name.
IdentifierOf = Callable[[str, object], str]


def terms(words: Words, identifier: IdentifierOf) -> Iterator[dict[str, Any]]:
    """Every format as a term of the taxonomy."""
    for slug, each in words.formats.items():
        yield {
            "id": identifier("term", slug),
            "code": slug,
            "name": each["name"],
            "description": each["description"] or each["name"],
            "taxonomy_id": identifier("taxonomy", TAXONOMY),
        }


def attributes(document: Document, words: Words, identifier: IdentifierOf) -> list[dict[str, Any]]:
    """The formats of a listing that are no languages, as attributes of its service."""
    return [
        {
            "id": identifier("attribute", f"{document['bmlt_id']}/{slug}"),
            "link_entity": "service",
            "link_type": words.formats[slug]["kind"],
            "taxonomy_term_id": identifier("term", slug),
            "value": words.format(slug),
        }
        for slug in document["formats"]
        if slug in words.formats and words.formats[slug]["kind"] != "language"
    ]


def languages(document: Document, words: Words, identifier: IdentifierOf) -> list[dict[str, Any]]:
    """The languages that a listing is held in."""
    spoken = [slug for slug in document["formats"] if words.formats.get(slug, {}).get("kind") == "language"]
    return [
        {"id": identifier("language", f"{document['bmlt_id']}/{slug}"), "name": words.format(slug)}
        | ({"code": ISO_639[slug]} if slug in ISO_639 else {})
        for slug in spoken
    ]
