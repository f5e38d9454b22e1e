"""Mappings under which all formats tell the same facts: what a municipality agrees on when it changes its register."""

import json
from importlib.resources import files
from typing import Any

from cli.demo_roster import joined
from services.sync.reading.mapping import Mapping

# STIL knows when a group is there, and no dates of places and duties; OneRoster and the total files tell none here.
_DATES = ("startsOn", "endsOn")


def agreed(name: str, country: str) -> dict[str, Any]:
    """A shipped mapping, or `joined`, with the facts that every format of `country` carries."""
    if name == "joined":
        mapping: dict[str, Any] = json.loads(json.dumps(joined.MAPPING))
    else:
        text = files("services.sync.reading").joinpath("profiles", f"{name}.json").read_text(encoding="utf-8")
        mapping = json.loads(text)
    mapping["nationalId"] = country
    for emit in (emit for file in mapping["files"] for emit in file["emits"]):
        for date in _DATES:
            emit.get("fields", {}).pop(date, None)
        if name == "stil-ws17":
            _as_here(emit)
        if name == "ss12000-2.1" and emit.get("entity") == "duty":
            # What this register has added to the standard's roles.
            emit["values"]["role"] |= {
                "Systemförvaltare": "advanced_user",
                "Central administratör": "central_administrator",
            }
    return mapping


def _as_here(emit: dict[str, Any]) -> None:
    """In this municipality people log in by their mail address, and ids of groups are unique throughout."""
    fields = emit["fields"]
    if "login" in fields:
        fields["login"] = "EmailAddress"
    for field, column in fields.items():
        if column == "GroupKey":
            fields[field] = "GroupId"


def mapping(name: str, country: str) -> Mapping:
    return Mapping.model_validate(agreed(name, country))
