"""The rollout, act by act. Every claim on the screen was read back from the API; a step that does not hold stops it."""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.demo.api import StepFailed
from cli.demo.cast import ADMIN, APPROVER, LEADER, REGISTER, Cast
from cli.demo.listener import Listener
from cli.demo.logins import LoginActs
from cli.demo.planning import PlanActs
from cli.demo.platform import SOAK_DAYS, PlatformActs
from cli.demo.risks import RiskActs
from cli.demo.telling import Telling
from cli.demo.training import TrainingActs
from cli.demo_roster.model import Municipality
from cli.demo_roster.writing import generate

TEMPLATE = ("sv-supplier-5-phase", "1.2.0")
WATCHED_GATE = "m3"
COVERAGE_PERCENT = 80
_SOURCE = "demo-register"


class Story:
    """One run of the demo; running it again makes another project on the same municipality.

    `size`: how many pupils, and which share of the 2 710 staff. `folder` takes the printed plan.
    """

    def __init__(self, cast: Cast, telling: Telling, *, size: tuple[int, float], seed: int, folder: Path) -> None:
        self._cast = cast
        self._tell = telling
        self._pupils, self._staff_share = size
        self._seed = seed
        self._folder = folder
        self._town = Municipality()
        self._mark = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")

    def play(self) -> None:
        """All acts in order. Errors: StepFailed, LoginFailed, queue.Empty, httpx.HTTPError."""
        with _listening() as listener, ExitStack() as afterwards:
            self._log_in()
            afterwards.callback(self._unsubscribe, self._subscribe(listener))
            self._import_roster()
            course = self._create_course()
            people = self._appoint_key_persons()
            project = self._instantiate()
            PlanActs(self._cast, self._tell, project, self._folder).play()
            gate = self._watched_gate(project)
            platform = PlatformActs(self._cast, self._tell, self._town, self._folder)
            platform.play(lambda: self._explained(gate))
            logins = LoginActs(self._cast, self._tell, self._mark)
            logins.configure()
            logins.verify(lambda: self._blockers(gate))
            TrainingActs(self._cast, self._tell, self._mark, self._folder).play()
            self._show_blocked(gate)
            RiskActs(self._cast, self._tell, project, course, platform.look).play(people)
            self._pass(gate)
            self._verify_webhook(listener, gate)
            self._show_what_is_next(project)

    def _log_in(self) -> None:
        with self._tell.act("Logging in at the demo identity provider"):
            me = self._cast.as_(LEADER).get("/identity/v1/me")
            roles = ", ".join(grant["role"] for grant in me["roles"])
            self._tell.fact(f"{me['displayName']} for {me['tenant']['name']}: {roles}, on the {me['side']} side")

    def _subscribe(self, listener: Listener) -> str:
        with self._tell.act("Subscribing a local listener to gate events"):
            body = {
                "url": listener.url,
                "description": f"demo {self._mark}",
                "eventTypes": ["projects.gate.ready.v1", "projects.gate.passed.v1"],
            }
            endpoint = self._cast.as_(ADMIN).post("/webhooks/v1/endpoints", body)
            listener.secret = endpoint["secret"]
            self._tell.fact("deliveries will be believed only with a good signature")
        return str(endpoint["id"])

    def _unsubscribe(self, endpoint: str) -> None:
        admin = self._cast.as_(ADMIN)
        version = admin.get(f"/webhooks/v1/endpoints/{endpoint}")["version"]
        headers = {"If-Match": f'"{version}"'}
        admin.send("DELETE", f"/webhooks/v1/endpoints/{endpoint}", headers=headers, expect=204)

    def _import_roster(self) -> None:
        register = self._cast.as_(REGISTER)
        with self._tell.act(f"Importing a roster of {self._pupils} pupils (OneRoster 1.2)"):
            with tempfile.TemporaryDirectory() as folder:
                files = generate(Path(folder), pupils=self._pupils, seed=self._seed, staff_share=self._staff_share)
                content, self._town = files.oneroster.read_bytes(), files.town
            upload = register.post(
                "/sync/v1/uploads",
                {
                    "kind": "oneroster_zip",
                    "source": _SOURCE,
                    "size": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                },
            )
            register.send("PUT", upload["contentPath"], content=content, headers=_BINARY | {"If-Match": '"1"'})
            accepted = register.post("/sync/v1/runs", {"uploadId": upload["id"]}, expect=202)
            register.wait_for_job("sync", accepted["jobId"])
            run = register.get(f"/sync/v1/runs/{accepted['id']}")
            self._tell.table(
                "The plan, before anything is changed",
                ("what", "created", "changed", "ended", "unchanged"),
                [(kind, *(count[key] for key in _COUNTS)) for kind, count in run["counts"].items()],
            )
            self._tell.fact(f"guard: {run['guard']}, findings: {sum(run['findingCounts'].values())}")
            _hold(
                run["guard"] != "held",
                "the guard holds this plan back, since it would change too much of the roster in force; that is its"
                " duty. Use the same --pupils and --seed as before, or begin anew with ./startklar reset",
            )
        self._approve(run)

    def _approve(self, run: dict[str, Any]) -> None:
        with self._tell.act("Approving exactly this plan, and applying it"):
            body = {"planHash": run["planHash"]}
            accepted = self._cast.as_(REGISTER).post(f"/sync/v1/runs/{run['id']}/approvals", body, expect=202)
            if accepted["jobId"] is None:
                self._tell.fact("so large a change needs a second person: the approver looks too")
                accepted = self._cast.as_(APPROVER).post(f"/sync/v1/runs/{run['id']}/approvals", body, expect=202)
            self._cast.as_(REGISTER).wait_for_job("sync", accepted["jobId"])
            applied = self._cast.as_(REGISTER).get(f"/sync/v1/runs/{run['id']}")
            _hold(applied["state"] == "applied", f"the run is {applied['state']}")
            self._tell.fact(f"roster version {applied['appliedVersion']} is in force")

    def _instantiate(self) -> str:
        leader = self._cast.as_(LEADER)
        with self._tell.act("Making the plan from the template"):
            body = {
                "name": f"Skolplattform {self._mark}",
                "templateKey": TEMPLATE[0],
                "templateVersion": TEMPLATE[1],
                "startMonth": datetime.now(UTC).strftime("%Y-%m"),
                "parties": [
                    {"side": "customer", "name": "Norrviks kommun"},
                    {"side": "supplier", "name": "Läranda AB"},
                ],
                "options": {
                    "key_person_coverage_percent": COVERAGE_PERCENT,
                    "gate_needs_verified_login": True,
                    "gate_needs_verified_sync": True,
                    "sync_soak_days": SOAK_DAYS,
                },
            }
            project = leader.post("/projects/v1/projects", body)
            activities = list(leader.each(f"/projects/v1/projects/{project['id']}/activities"))
            phases = list(leader.each(f"/projects/v1/projects/{project['id']}/phases"))
            self._tell.fact(f"{len(phases)} phases, {len(activities)} activities; phases overlap, and that is meant")
        return str(project["id"])

    def _watched_gate(self, project: str) -> str:
        gates = list(self._cast.as_(LEADER).each(f"/projects/v1/projects/{project}/gates"))
        return str(next(gate["id"] for gate in gates if gate["key"] == WATCHED_GATE))

    def _show_blocked(self, gate: str) -> None:
        with self._tell.act("Asking why the gate does not open"):
            self._wait("the gate waits for training alone", lambda: self._blockers(gate) == {"key-persons-trained"})
            explained = self._cast.as_(LEADER).get(f"/projects/v1/gates/{gate}/explanations")
            for blocker in explained["blocking"]:
                self._tell.fact(f"{blocker['key']}: {blocker['explanation']['en']}")
            answer = self._cast.as_(APPROVER).send("POST", f"/projects/v1/gates/{gate}/passes", expect=409)
            self._tell.fact(f"passing it anyway is refused: {answer.json()['title']}")

    def _create_course(self) -> str:
        with self._tell.act("Planning the training of key persons"):
            body = {
                "key": f"key-persons-{self._mark}",
                "title": {"sv": "Nyckelpersoner", "en": "Key persons"},
                "audience": ["key_person"],
                "minSize": 1,
                "maxSize": 200,
            }
            self._archive_former_courses()
            course = self._cast.as_(LEADER).post("/training/v1/courses", body)
            self._wait("training has the roster", self._has_teachers)
        return str(course["id"])

    def _archive_former_courses(self) -> None:
        leader = self._cast.as_(LEADER)
        for course in list(leader.each("/training/v1/courses")):
            if course["key"].startswith("key-persons-") and not course["archived"]:
                headers = {"If-Match": f'"{course["version"]}"'}
                leader.send("PATCH", f"/training/v1/courses/{course['id']}", json={"archived": True}, headers=headers)
                self._cancel_sessions(course["id"])

    def _cancel_sessions(self, course: str) -> None:
        """What a run that was broken off left behind would be in the way."""
        leader, now = self._cast.as_(LEADER), datetime.now(UTC)
        for session in list(leader.each("/training/v1/sessions", courseId=course)):
            if session["state"] == "planned" and datetime.fromisoformat(session["endsAt"]) > now:
                path = f"/training/v1/sessions/{session['id']}/cancellations"
                leader.post(path, {"reason": "Another run of the demo"}, version=session["version"])

    def _has_teachers(self) -> bool:
        found = self._cast.as_(LEADER).get("/training/v1/needs", role="teacher", limit=1)
        return bool(found["items"])

    def _appoint_key_persons(self) -> list[str]:
        leader = self._cast.as_(LEADER)
        with self._tell.act("Appointing a key person at every unit"):
            known = {row["unitId"] for row in leader.each("/training/v1/appointments")}
            teachers: dict[str, str] = {}
            for row in leader.each("/training/v1/needs", role="teacher"):
                teachers.setdefault(row["unitId"], row["personId"])
            for unit, person in teachers.items():
                if unit not in known:
                    leader.post("/training/v1/appointments", {"unitId": unit, "personId": person})
            people = {row["personId"] for row in leader.each("/training/v1/needs", role="key_person")}
            self._tell.fact(f"{len(people)} key persons at {len(teachers)} units")
        return sorted(people)

    def _pass(self, gate: str) -> None:
        with self._tell.act("Watching the gate turn ready by itself, then passing it"):
            self._wait("the gate is ready", lambda: self._state(gate) == "ready")
            self._tell.fact("ready, and nobody ticked a box")
            self._cast.as_(APPROVER).post(f"/projects/v1/gates/{gate}/passes")
            _hold(self._state(gate) == "passed", "the gate did not pass")
            self._tell.fact("passed by the customer's approver")

    def _verify_webhook(self, listener: Listener, gate: str) -> None:
        with self._tell.act("Receiving the webhook"):
            for kind in ("projects.gate.ready.v1", "projects.gate.passed.v1"):

                def is_ours(event: dict[str, Any], kind: str = kind) -> bool:
                    return bool(event["type"] == kind and event["data"].get("gateId") == gate)

                listener.wait_for(is_ours)
                self._tell.fact(f"{kind}: signature verified")
            _hold(listener.refused == 0, f"{listener.refused} deliveries had a bad signature")

    def _show_what_is_next(self, project: str) -> None:
        leader = self._cast.as_(LEADER)
        with self._tell.act("What is blocked now, and who must act"):
            rows = []
            for gate in leader.each(f"/projects/v1/projects/{project}/gates"):
                explained = leader.get(f"/projects/v1/gates/{gate['id']}/explanations")
                if not explained["blocking"]:
                    rows.append((gate["sourceRef"], gate["state"], "", ""))
                for blocker in explained["blocking"]:
                    act = blocker["mustAct"]
                    who = f"{act['side']} {act['role'] or ''}".strip()
                    rows.append((gate["sourceRef"], gate["state"], blocker["explanation"]["en"], who))
            self._tell.table("Gates", ("gate", "state", "what blocks it", "who must act"), rows)

    def _blockers(self, gate: str) -> set[str]:
        return set(self._explained(gate))

    def _explained(self, gate: str) -> dict[str, str]:
        """What blocks the gate, by criterion, in words."""
        explained = self._cast.as_(LEADER).get(f"/projects/v1/gates/{gate}/explanations")
        return {blocker["key"]: blocker["explanation"]["en"] for blocker in explained["blocking"]}

    def _state(self, gate: str) -> str:
        return str(self._cast.as_(LEADER).get(f"/projects/v1/gates/{gate}")["state"])

    def _wait(self, what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise StepFailed(f"after {seconds:.0f} s it still does not hold that {what}")
            time.sleep(0.2)


_BINARY = {"Content-Type": "application/octet-stream"}
_COUNTS = ("created", "changed", "ended", "unchanged")


def _hold(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise StepFailed(otherwise)


@contextmanager
def _listening() -> Iterator[Listener]:
    listener = Listener()
    try:
        yield listener
    finally:
        listener.stop()
