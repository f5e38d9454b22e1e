"""The acts about the platform itself: its own export is compared, a difference blocks the gate, mending it frees it."""

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cli.demo.api import StepFailed
from cli.demo.cast import HEAD, LEADER, REGISTER, Cast
from cli.demo.telling import Telling
from cli.demo_roster import platform
from cli.demo_roster.model import Municipality
from shared.auth.jws import PublicKey, TokenRefused, read_claims, read_header

CRITERION = "sync-verified"
SOAK_DAYS = 1  # the fewest days that the template lets a plan ask for; a day counts on the day itself
_KEY = "demo-plattform"
_S = "/sync/v1"
_EVIDENCE = "startklar-sync-evidence+jwt"


class PlatformActs:
    """What the platform shows while a gate waits for it. `folder` takes the evidence."""

    def __init__(self, cast: Cast, telling: Telling, town: Municipality, folder: Path) -> None:
        self._cast = cast
        self._tell = telling
        self._town = town
        self._folder = folder

    def play(self, explain: Callable[[], dict[str, str]]) -> None:
        """`explain` tells what blocks the gate, by criterion, in words. Errors: StepFailed, httpx.HTTPError."""
        rows = platform.rows(self._town, datetime.now(UTC).date())
        lost = rows[0]["Konto-ID"]
        with self._tell.act("Reading the platform's own export, in which somebody has no account"):
            source = self._source()
            self._compare(source, [row for row in rows if row["Konto-ID"] != lost])
            for one in self._differences():
                self._tell.fact(f"{one['message']}. {one['cause']}. {one['mender']}: {one['mend']}")
            _hold(len(self._differences()) == 1, "the comparison has not found the one planted difference")
        self._sign("The heads read their schools' reports and sign them off")
        with self._tell.act("Asking why the gate waits for the data"):
            _await(lambda: CRITERION in explain(), "the gate does not wait for the data")
            _await(lambda: "worst: " in explain()[CRITERION], "the gate has not heard where it is worst")
            self._tell.fact(explain()[CRITERION])
        with self._tell.act("Mending it in the platform, and reading its export again"):
            self._compare(source, rows)
            _hold(not self._differences(), "the platform still differs")
            self._tell.fact("register, roster and platform agree at every unit")
        self._sign("Signing off what has changed since")
        with self._tell.act("Watching the gate hear of it"):
            _await(lambda: CRITERION not in explain(), "the gate still waits for the data")
            whole = self._standing()["whole"]
            self._tell.fact(f"both legs hold, day {whole['days']}; this plan asks for {SOAK_DAYS}, the template for 14")
        self._prove()

    def look(self, until: date) -> None:
        """Read the platform's export once more, in which everybody logged in within two weeks before `until`."""
        self._compare(self._source(), platform.rows(self._town, until))

    def _source(self) -> str:
        register = self._cast.as_(REGISTER)
        for source in register.each(f"{_S}/sources"):
            if source["key"] == _KEY:
                return str(source["id"])
        body = {"key": _KEY, "name": "Skolplattformens export", "role": "platform", "kind": "joined_files"}
        made = str(register.post(f"{_S}/sources", body | {"mapping": platform.MAPPING})["id"])
        self._name(made)
        return made

    def _name(self, source: str) -> None:
        """The customer's leader says that this, and no other, is what proves the platform."""
        leader, path = self._cast.as_(LEADER), f"{_S}/verification-policy"
        tag = leader.send("GET", path).headers["etag"]
        body = {"sourceId": source, "reason": "The platform of the demo"}
        leader.send("PUT", f"{path}/platform-target", json=body, headers={"If-Match": tag})

    def _compare(self, source: str, rows: list[dict[str, str]]) -> None:
        register, content = self._cast.as_(REGISTER), platform.write(rows, self._town)
        body = {"sourceId": source, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        upload = register.post(f"{_S}/uploads", body)
        headers = {"Content-Type": "application/octet-stream", "If-Match": '"1"'}
        register.send("PUT", upload["contentPath"], content=content, headers=headers)
        asked = register.post(f"{_S}/platform-comparisons", {"uploadId": upload["id"]}, expect=202)
        register.wait_for_job("sync", asked["jobId"])
        done = register.get(f"{_S}/platform-comparisons/{asked['id']}")
        _hold(done["state"] == "done", f"the export could not be read: {done['problem']}")
        heads = sum(count for unit in done["units"] for count in unit["platform"].values())
        self._tell.fact(f"{heads} places in the platform compared with roster version {done['rosterVersion']}")

    def _differences(self) -> list[dict[str, Any]]:
        return list(self._cast.as_(REGISTER).each(f"{_S}/platform-differences"))

    def _standing(self) -> dict[str, Any]:
        standing: dict[str, Any] = self._cast.as_(REGISTER).get(f"{_S}/verification")
        return standing

    def _sign(self, title: str) -> None:
        head, signed = self._cast.as_(HEAD), 0
        with self._tell.act(title):
            for unit in self._standing()["units"]:
                if not {reason["code"] for reason in unit["reasons"]} & {"not_signed_off", "sign_off_lapsed"}:
                    continue
                path = f"{_S}/units/{unit['unitId']}"
                report = head.get(f"{path}/verification")
                head.post(f"{path}/sign-offs", {"seenHash": report["contentHash"]})
                signed += 1
            self._tell.fact(
                f"{signed} reports signed, each by the hash of what it said; the demo's head has every school"
            )

    def _prove(self) -> None:
        leader = self._cast.as_(LEADER)
        with self._tell.act("Taking home the evidence of one school, and checking it without asking the service"):
            unit = next(one for one in self._standing()["units"] if one["days"])
            pack = leader.post(f"{_S}/evidence-packs", {"unitId": unit["unitId"]})
            keys = leader.get(f"{_S}/evidence-keys")["keys"]
            _hold(_vouches(pack, keys), "the signature does not vouch for the content")
            headers = {"Accept": "application/pdf"}
            printed = leader.send("GET", f"{_S}/evidence-packs/{pack['id']}", headers=headers)
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / "evidence.pdf").write_bytes(printed.content)
            (self._folder / "evidence.json").write_text(pack["content"], encoding="utf-8")
            self._tell.fact(f"{unit['name']}: {pack['contentHash'][:16]}…, signed; in {self._folder}")


def _vouches(pack: dict[str, Any], keys: list[dict[str, str]]) -> bool:
    try:
        kid = read_header(pack["signature"], _EVIDENCE)["kid"]
        key = next(PublicKey.from_jwk(key) for key in keys if key["kid"] == kid)
        claims = read_claims(pack["signature"], key)
    except (TokenRefused, StopIteration):
        return False
    return bool(claims["contentHash"] == hashlib.sha256(pack["content"].encode()).hexdigest())


def _hold(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise StepFailed(otherwise)


def _await(holds: Callable[[], bool], otherwise: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise StepFailed(otherwise)
        time.sleep(0.2)
