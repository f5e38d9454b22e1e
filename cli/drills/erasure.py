"""Somebody asks to be forgotten: every service forgets, and a search byte by byte finds nothing that is left.

1. A teacher of the demo municipality stands in the roster, in identity and in training; the search finds the name.
2. An administrator asks for a copy of everything and fetches it, then for the erasure.
3. Nothing happens before a second person approves; then every service answers, with what it keeps and why.
4. Tables, Redis, logs and state hold neither name nor address nor login name in any form; the copy is gone too.
"""

import io
import json
import zipfile
from typing import Any

from cli.demo.api import Caller
from cli.demo.cast import ADMIN, REGISTER, Cast
from cli.demo_roster import oneroster
from cli.demo_roster.municipality import build
from cli.drills.roster import apply, deliver
from cli.drills.stage import Stage
from cli.traces.command import look

_KNOW = {"startklar_sync.person", "startklar_identity.account", "startklar_training.person"}
_SERVICES = {"identity", "projects", "sync", "training", "webhooks"}


def run(stage: Stage) -> None:
    """Play it. Figures: places with traces before, rows erased, seconds until every service had answered."""
    cast = stage.up()
    admin, second = cast.as_(ADMIN), cast.as_(REGISTER)
    person, words = _somebody(cast)

    def places() -> set[str]:
        return {trace.place for trace in look(stage.places, words)}

    stage.wait("identity and training know the person", lambda: places() >= _KNOW, 120)
    before = places()
    stage.figures["places_before"] = len(before)
    stage.demand(before >= _KNOW, f"the search finds who is there: {', '.join(sorted(before))}")
    body = {"personId": person}
    export = admin.post("/sync/v1/person-exports", body, expect=202)
    _wait(stage, admin, f"/sync/v1/person-exports/{export['id']}", "ready")
    content = admin.send("GET", f"/sync/v1/person-exports/{export['id']}/content").content
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        found = json.loads(file.read("person-data.json"))
    stage.demand(words[1] in json.dumps(found, ensure_ascii=False), "the copy of everything holds the name")

    erasure = admin.post("/sync/v1/person-erasures", body | {"ground": "not_needed"})
    path = f"/sync/v1/person-erasures/{erasure['id']}"
    admin.send("POST", f"{path}/approvals", expect=409)
    stage.demand(bool(look(stage.places, words)), "nobody is erased before a second person approves")
    second.send("POST", f"{path}/approvals", expect=202)
    done = _wait(stage, admin, path, "done")
    answered = {one["service"]: one["count"] for one in done["outcomes"] if one["state"] == "done"}
    stage.figures["erased"] = sum(answered.values())
    stage.demand(answered.keys() == _SERVICES, "every service has answered")
    for one in done["outcomes"]:
        for what, why in one["kept"].items():
            stage.step(f"{one['service']} keeps {what}: {why}")
    left = look(stage.places, words)
    stage.demand(not left, "nothing is left" + "".join(f"; {trace.place}" for trace in left))
    admin.send("GET", f"/sync/v1/person-exports/{export['id']}/content", expect=410)
    stage.step("the copy that was made before is gone too")


def _somebody(cast: Cast) -> tuple[str, list[str]]:
    """A teacher of a small register, with a name that nobody else has: the id, and the words to look for."""
    town = build(pupils=20, seed=5, staff_share=0.01)
    teacher = town.of_part("staff")[0]
    teacher.given, teacher.family, teacher.email = "Ögontröst", "Kvistlundqvist", "ogontrost@norrvik.example"
    # Other drills' registers on the same stack must not hold a word of these.
    teacher.login = f"ogontrost.kvist@{teacher.login.partition('@')[2] or 'alvsunda.example'}"
    apply(cast, deliver(cast, oneroster.write(town, frozenset()), "drill"))
    register = cast.as_(REGISTER)
    found = (row for row in register.each("/sync/v1/persons") if row["familyName"] == teacher.family)
    words = [f"{teacher.given} {teacher.family}", teacher.family, teacher.email, teacher.civic, teacher.login]
    return next(found)["id"], [word for word in words if word]


def _wait(stage: Stage, caller: Caller, path: str, state: str) -> dict[str, Any]:
    def holds() -> bool:
        return bool(caller.get(path)["state"] == state)

    stage.wait(f"{path} is {state}", holds, 120)
    answer: dict[str, Any] = caller.get(path)
    return answer
