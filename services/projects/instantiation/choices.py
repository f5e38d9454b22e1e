"""What a project chooses when it is made from a template, checked against what that template offers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from services.projects.instantiation.errors import ChoicesInvalid
from services.projects.instantiation.fan_out import UnitRef
from services.projects.plan.vocabulary import PartySide, SchoolForm
from services.projects.template.definition import Option, Template
from shared.kit.problems import FieldError
from shared.kit.text import Text

OptionValue = bool | int


@dataclass(frozen=True)
class Choices:
    """Everything that turns a template into one project's plan.

    `months` are the keys of anchors that were given as a month; `roles` those of roles that have a holder. `units` are
    the units that rows are repeated for, ordered by id.
    """

    anchors: dict[str, date]
    months: frozenset[str] = frozenset()
    options: dict[str, OptionValue] = field(default_factory=dict)
    parties: dict[PartySide, str] = field(default_factory=dict)
    school_forms: tuple[SchoolForm, ...] = ()
    roles: frozenset[str] = frozenset()
    units: tuple[UnitRef, ...] = ()


def settle(template: Template, choices: Choices) -> dict[str, OptionValue]:
    """Every option of the template with its chosen or default value. Raises ChoicesInvalid naming each wrong place."""
    errors = [
        *_anchor_errors(template, choices),
        *_option_errors(template, choices.options),
        *_party_errors(template, choices),
        *_school_form_errors(template, choices),
        *_role_errors(template, choices),
    ]
    if errors:
        raise ChoicesInvalid(errors)
    return {key: choices.options.get(key, option.default) for key, option in template.options.items()}


def _anchor_errors(template: Template, choices: Choices) -> Iterator[FieldError]:
    for key in sorted(k for k, a in template.anchors.items() if a.required and k not in choices.anchors):
        yield FieldError(
            pointer=f"#/anchors/{key}",
            detail=Text(sv="Mallen behöver detta datum", en="The template needs this date"),
            code="missing",
        )
    for key, anchor in template.anchors.items():
        day = choices.anchors.get(key)
        if day is not None and anchor.type == "month" and day.day != 1:
            text = Text(sv="Ange en månad, som 2027-03", en="Give a month, such as 2027-03")
            yield FieldError(pointer=f"#/anchors/{key}", detail=text, code="anchor_value")
        elif anchor.type != "month" and key in choices.months:
            text = Text(sv="Ange en dag, som 2027-03-15", en="Give a day, such as 2027-03-15")
            yield FieldError(pointer=f"#/anchors/{key}", detail=text, code="anchor_value")
    for key in sorted(choices.anchors.keys() - template.anchors.keys()):
        yield _unknown(f"#/anchors/{key}", sorted(template.anchors))


def _option_errors(template: Template, options: dict[str, OptionValue]) -> Iterator[FieldError]:
    for key, value in options.items():
        offered = template.options.get(key)
        if offered is None:
            yield _unknown(f"#/options/{key}", sorted(template.options))
        elif (wrong := _wrong_value(offered, value)) is not None:
            yield FieldError(pointer=f"#/options/{key}", detail=wrong, code="option_value")


def _wrong_value(option: Option, value: OptionValue) -> Text | None:
    # bool is an int in Python: the exact types are compared.
    if option.type == "bool":
        return None if type(value) is bool else Text(sv="Ange true eller false", en="Give true or false")
    if type(value) is not int:
        return Text(sv="Ange ett heltal", en="Give a whole number")
    low, high = option.minimum, option.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        return Text(sv=f"Ange ett tal från {low} till {high}", en=f"Give a number from {low} to {high}")
    return None


def _party_errors(template: Template, choices: Choices) -> Iterator[FieldError]:
    offered = {party.side for party in template.parties}
    for party in template.parties:
        if party.required and party.side not in choices.parties:
            yield FieldError(
                pointer="#/parties",
                detail=Text(sv=f"En part med side {party.side} behövs", en=f"A party with side {party.side} is needed"),
                code="missing",
            )
    if choices.parties.keys() - offered:
        yield _unknown("#/parties", sorted(offered))


def _school_form_errors(template: Template, choices: Choices) -> Iterator[FieldError]:
    for form in set(choices.school_forms) - set(template.school_forms):
        yield _unknown(f"#/schoolForms/{choices.school_forms.index(form)}", list(template.school_forms))


def _role_errors(template: Template, choices: Choices) -> Iterator[FieldError]:
    known = {role.key for role in template.roles}
    for key in sorted(choices.roles - known):
        yield _unknown(f"#/roles/{key}", sorted(known))


def _unknown(pointer: str, known: list[str]) -> FieldError:
    names = ", ".join(known)
    return FieldError(
        pointer=pointer,
        detail=Text(sv=f"Okänt för mallen; den har {names}", en=f"Unknown to the template; it has {names}"),
        code="unknown",
    )
