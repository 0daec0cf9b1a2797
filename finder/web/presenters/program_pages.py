"""What programs are and how they differ, in this directory's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finder.web.forms.query import to_query
from finder.web.presenters.ask import Link, link
from finder.web.presenters.groups import Group
from finder.web.presenters.labels import APPROACHES, Labels, counted
from finder.web.presenters.links import host_of, web_link

Entry = Mapping[str, Any]

#: How each approach works, in a few plain sentences.
APPROACH_WORDS = {
    "12-step": "People follow twelve steps together, often with a sponsor who has done it before. Many groups speak of "
    "a higher power, and each person decides what that means.",
    "smart": "Facilitators lead the group through practical tools from psychology. There are no steps, no sponsors and "
    "no religion.",
    "other": "Secular, Buddhist, faith-based and other ways of their own.",
}


@dataclass(frozen=True, slots=True)
class Section:
    """The programs of one approach."""

    title: str
    words: str
    programs: list[Entry]


@dataclass(frozen=True, slots=True)
class ProgramsPage:
    """What ``templates/programs/index.html`` shows."""

    kinds: list[Link]
    sections: list[Section]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramPage:
    """What ``templates/programs/program.html`` shows."""

    name: str
    approach: str
    facts: list[tuple[str, str]]
    expect: str
    site: str
    site_host: str
    meetings: Link
    groups: list[Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionPage:
    """What ``templates/programs/region.html`` shows."""

    name: str
    trail: list[Link]
    count: str
    children: list[Link]
    search: str
    more: bool
    groups: list[Group]


def programs_page(labels: Labels, approach: str) -> ProgramsPage:
    """All programs by approach, or those of one *approach*."""
    every = sorted(labels.programs.values(), key=lambda entry: (entry["position"], entry["slug"]))
    held = {kind: [entry for entry in every if entry["approach"] == kind] for kind in APPROACHES}
    kinds = [Link("All", "/programs", len(every), chosen=not approach)]
    kinds += [
        Link(title, f"/programs?approach={kind}", len(held[kind]), chosen=kind == approach)
        for kind, title in APPROACHES.items()
    ]
    sections = [
        Section(title, APPROACH_WORDS[kind], held[kind])
        for kind, title in APPROACHES.items()
        if held[kind] and approach in {"", kind}
    ]
    return ProgramsPage(kinds, sections)


def program_page(entry: Entry, total: int, groups: list[Group]) -> ProgramPage:
    """One program with its next meetings, of *total*."""
    site = web_link(entry["site"])
    facts = [("About", entry["focus"]), ("For", entry["for_whom"])]
    return ProgramPage(
        name=entry["name"],
        approach=APPROACHES.get(entry["approach"], ""),
        facts=[(term, words) for term, words in facts if words],
        expect=entry["expect"],
        site=site,
        site_host=host_of(site),
        meetings=Link(f"See {counted(total)}" if total else "Search", link(to_query({}, program=entry["slug"]))),
        groups=groups,
    )


def region_page(
    region: Entry, labels: Labels, counts: Mapping[str, int], total: int, groups: list[Group], *, more: bool
) -> RegionPage:
    """One region: what lies in it with the meetings of each (*counts* by slug), and its next meetings, of *total*."""
    children = [entry for entry in labels.regions.values() if entry["parent_id"] == region["id"]]
    links = [Link(entry["name"], f"/regions/{entry['slug']}", counts.get(entry["slug"], 0)) for entry in children]
    return RegionPage(
        name=region["name"],
        trail=[Link(entry["name"], f"/regions/{entry['slug']}") for entry in labels.parents(region)],
        count=counted(total),
        children=sorted((place for place in links if place.count), key=lambda place: place.label),
        search=link(to_query({}, region=region["slug"])),
        more=more,
        groups=groups,
    )
