"""The act about the login: the chosen method is tried, and the gate that waits for it moves by itself."""

import time
from collections.abc import Callable
from typing import Any

from cli.demo.api import StepFailed
from cli.demo.cast import ADMIN, LEADER, Cast
from cli.demo.login import try_out
from cli.demo.telling import Telling

METHOD = "sso"
CRITERION = "login-verified"
_I = "/identity/v1"


class LoginActs:
    """What happens to the login methods of the authority while a gate waits for them. `mark` tells runs apart."""

    def __init__(self, cast: Cast, telling: Telling, mark: str) -> None:
        self._cast = cast
        self._tell = telling
        self._mark = mark

    def configure(self) -> None:
        """Set up how the provider's levels are read; whatever was verified before counts no longer."""
        with self._tell.act("Setting up what the identity provider's levels mean"):
            for provider in self._providers():
                known = {name: acr for name, acr in provider["acrMap"].items() if not name.startswith(_OURS)}
                body = {"acrMap": known | {f"{_OURS}{self._mark}": "urn:startklar:loa:basic"}}
                headers = {"If-Match": f'"{provider["version"]}"'}
                path = f"{_I}/identity-providers/{provider['id']}"
                changed = self._cast.as_(ADMIN).send("PATCH", path, json=body, headers=headers).json()
                _hold(changed["state"] == "active", "a changed method no longer lets people in")
            _hold(not self._evidence()["isVerified"], "a login counts as verified by a configuration that is gone")
            self._tell.fact("people log in as before, but nothing is proven of it as it is now")

    def verify(self, blockers: Callable[[], set[str]]) -> None:
        """Try each provider of the method, then see the criterion of the gate be met."""
        with self._tell.act("Trying the login, which logs nobody in, until the gate hears that it works"):
            _await(lambda: CRITERION in blockers(), "the gate does not wait for the login")
            for provider in self._providers():
                self._try(provider)
            evidence = self._evidence()
            _hold(evidence["isVerified"], "the trials prove nothing")
            self._tell.fact(f"signed evidence: {METHOD} is verified at {evidence['acr']}")
            _await(lambda: CRITERION not in blockers(), "the gate has not heard of it")
            self._tell.fact("the gate no longer waits for it, and nobody ticked a box")

    def _try(self, provider: dict[str, Any]) -> None:
        admin, path = self._cast.as_(ADMIN), f"{_I}/identity-providers/{provider['id']}/trials"
        trial = admin.post(path, {})
        try_out(trial["url"], LEADER, self._cast.password(LEADER))
        told = admin.get(f"{path}/{trial['id']}")
        report = told["report"]
        _hold(told["state"] == "passed", report["verdict"] if report else "the trial has no answer")
        came = ", ".join(f"{one['name']} = {one['values'][0]}" for one in report["attributes"] if one["values"])
        self._tell.fact(f"{provider['name']}: {report['verdict']}; what came: {came[:200]}")

    def _providers(self) -> list[dict[str, Any]]:
        listed = self._cast.as_(ADMIN).each(f"{_I}/identity-providers")
        return [one for one in listed if one["state"] == "active" and one["method"] == METHOD]

    def _evidence(self) -> dict[str, Any]:
        report = self._cast.as_(ADMIN).get(f"{_I}/login-evidence")
        _hold(bool(report["signature"]), "the evidence is not signed")
        return next(method for method in report["methods"] if method["key"] == METHOD)


_OURS = "urn:startklar:demo:run:"


def _hold(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise StepFailed(otherwise)


def _await(holds: Callable[[], bool], otherwise: str, seconds: float = 60) -> None:
    """Until the gate has heard; events take a moment."""
    until = time.monotonic() + seconds
    while not holds():
        _hold(time.monotonic() < until, f"after {seconds:.0f} s {otherwise}")
        time.sleep(0.2)
