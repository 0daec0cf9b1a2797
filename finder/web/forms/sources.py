"""The forms of sources: what one is, how far it is trusted, when it is read, and why it goes."""

from collections.abc import Iterable, Mapping, Sequence

from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from finder.domain.asked import FIELDS
from finder.domain.sourced import MORE
from finder.domain.sources import EVERY_FIELD, POLICY_WORDS, FieldRule, SourcePolicy
from finder.sources.managing import SourceDraft
from finder.sources.readers import kinds, reader_of
from finder.web.forms.account import Faulty
from finder.web.forms.choices import radios, select
from finder.web.forms.edit import line, reason_of

EVERY = {
    0: "By hand only",
    60: "Every hour",
    60 * 6: "Every 6 hours",
    60 * 24: "Every day",
    60 * 24 * 7: "Every week",
}
#: Each rule as people choose it for a field that was edited here.
RULES = {
    FieldRule.ASK: "The edit holds until the source changes the field, too: then a moderator chooses",
    FieldRule.HERE: "The edit holds, whatever the source says",
    FieldRule.SOURCE: "The source holds, whatever was edited here",
}
SHORT_RULES = {
    FieldRule.ASK: "A moderator chooses",
    FieldRule.HERE: "The edit holds",
    FieldRule.SOURCE: "The source holds",
}
POLICIES = {each.value: POLICY_WORDS[each] for each in SourcePolicy}
REMOVED = {"keep": "Stay in the finder", "unpublish": "Leave the finder, too"}
NO_FATE = "Choose what becomes of its listings."
#: More minutes than any source may wait for have fewer digits.
MINUTES_DIGITS = 6
RULE = "rule-"
RULED = {**{name: field.label for name, field in FIELDS.items()}, **MORE}


class SourceForm(Faulty):
    """A source as it is to be. ``seen`` says which state of it was edited."""

    name = line("Name")
    kind = select("What it gives", "Choose what it gives from the list.")
    url = line("Address", 2048)
    program = select(
        "Program", "Choose one of the listed programs.", InputRequired("Choose the program of its meetings.")
    )
    service_body = select("Service body", "Choose one of the listed service bodies: those that you may add sources to.")
    region = line("Region", 1024)
    zone = line("Time zone", 64)
    country = line("Country", 2)
    policy = radios("What becomes of what it says", "Choose what becomes of what it says.", choices=POLICIES)
    every_min = select("How often it is read", "Choose from the list how often it is read.")
    field_rules = radios(
        "Fields that were edited here", "Choose what holds in fields that were edited here.", choices=RULES
    )
    reason = reason_of()
    seen = HiddenField()

    def __init__(self, *values: MultiDict[str, str], rules: Mapping[str, str] | None = None, **more: object) -> None:
        super().__init__(*values, **more)
        sent = values[0] if values else None
        own = dict(rules or {})
        if sent is not None:
            told = {name.removeprefix(RULE): text for name, text in sent.items() if name.startswith(RULE)}
            own = {name: rule for name, rule in own.items() if name not in RULED} | {n: r for n, r in told.items() if r}
        own.pop(EVERY_FIELD, None)
        self.own_rules: dict[str, str] = own

    def validate_field_rules(self, _field: Field) -> None:
        """Each field that has a rule of its own has one of those there are."""
        for name, rule in self.own_rules.items():
            if name in RULED and rule not in set(FieldRule):
                raise ValidationError(f"{RULED[name]}: choose one of the listed rules.")

    @classmethod
    def of(cls, held: SourceDraft, seen: str) -> "SourceForm":
        """A form that shows *held*."""
        shown = {name: getattr(held, name) for name in ("name", "kind", "url", "program", "region", "zone", "country")}
        return cls(
            rules=held.field_rules,
            data={
                **shown,
                "service_body": str(held.service_body_id or ""),
                "policy": held.policy.value,
                "every_min": str(held.every_min),
                "field_rules": held.field_rules.get(EVERY_FIELD, FieldRule.ASK.value),
                "seen": seen,
            },
        )

    def offer(self, programs: Iterable[tuple[str, str]], bodies: Sequence[tuple[int, str]], *, none: bool) -> None:
        """Offer choices; *none*: it may be of no service body."""
        self.kind.choices = [SelectChoice(each, reader_of(each).words) for each in kinds()]
        self.program.choices = [SelectChoice("", "Choose one"), *(SelectChoice(slug, name) for slug, name in programs)]
        first = [SelectChoice("", "None: administrators look after it")] if none else []
        self.service_body.choices = [*first, *(SelectChoice(str(number), path) for number, path in bodies)]
        minutes = str(self.every_min.data or "0")
        known = {str(number): words for number, words in EVERY.items()}
        if minutes not in known and minutes.isascii() and minutes.isdigit() and len(minutes) <= MINUTES_DIGITS:
            known[minutes] = f"Every {minutes} minutes"
        self.every_min.choices = [SelectChoice(number, words) for number, words in known.items()]

    @property
    def rule_rows(self) -> list[tuple[str, str, str]]:
        """Each field that may have a rule of its own: its name, its label, its rule ("" for none)."""
        return [(name, label, self.own_rules.get(name, "")) for name, label in RULED.items()]

    def draft(self) -> SourceDraft:
        """The source as the form says."""
        rules = dict(self.own_rules)
        if self.field_rules.data != FieldRule.ASK.value:
            rules[EVERY_FIELD] = self.field_rules.data
        return SourceDraft(
            name=self.name.data or "",
            kind=self.kind.data,
            program=self.program.data,
            url=self.url.data or "",
            service_body_id=int(self.service_body.data) if self.service_body.data else None,
            region=self.region.data or "",
            zone=self.zone.data or "",
            country=self.country.data or "",
            policy=SourcePolicy(self.policy.data),
            field_rules=rules,
            every_min=int(self.every_min.data),
        )


class RemoveForm(Faulty):
    """What becomes of the listings of a source that goes, and why it goes."""

    keep = radios("Its listings", NO_FATE, InputRequired(NO_FATE), choices=REMOVED)
    reason = reason_of()


class RestoreForm(Faulty):
    """Why a source that was removed comes back."""

    reason = reason_of()


class RollBackForm(Faulty):
    """Why a refresh is taken back, and at which revision it was looked at."""

    reason = reason_of()
    revision = HiddenField()
