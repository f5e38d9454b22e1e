"""A municipality's identity provider exchanges its certificate without a word: nobody of theirs can log in.

1. The provider signs by another key, whose certificate has even run out. Logins there are refused, with the reason.
2. Other municipalities log in as before; whoever is logged in stays so.
3. The runbook's steps: the failures name the fault; a certificate that has run out is not taken, a good one is; a login
   on trial shows that it works.
4. People log in again, and the calendar of certificates tells when the next one ends.
"""

import re
from typing import Any

import httpx

from cli.demo.api import Caller, StepFailed
from cli.demo.cast import REGISTER, Cast
from cli.demo.login import LoginFailed, try_out
from cli.drills.certificates import Directory, make
from cli.drills.stage import DrillFailed, Stage
from shared.auth import Scope

_I = "/identity/v1"
_ADMIN, _PERSON = "admin-soderby", "deltagare-soderby"
_EVERY = "openid " + " ".join(scope.value for scope in Scope)


def run(stage: Stage) -> None:
    """Play it."""
    cast, directory = stage.up(), Directory(stage)
    admin = cast.with_scope(_ADMIN, _EVERY)
    provider = next(one for one in admin.each(f"{_I}/identity-providers") if one["protocol"] == "saml")
    path = f"{_I}/identity-providers/{provider['id']}"
    if not _logs_in(cast, _PERSON):
        raise DrillFailed(f"{_PERSON} cannot log in to begin with")
    try:
        with directory.kept():
            _play(stage, cast, admin, path, directory)
    finally:
        _renew(admin, path)
    stage.demand(_logs_in(cast, _PERSON), "logins work by the provider's own certificate again")


def _play(stage: Stage, cast: Cast, admin: Caller, path: str, directory: Directory) -> None:
    directory.change("saml", make("idp.soderby.example", -1)[0])
    stage.demand(not _logs_in(cast, _PERSON), "a login signed by an unknown key is refused")
    stage.demand(_logs_in(cast, REGISTER), "people of other municipalities log in as before")
    admin.get(f"{_I}/me")
    stage.demand(True, "who is logged in stays so")
    failures = admin.get(f"{_I}/login-failures")
    faults = {one["fault"] for one in failures["items"]}
    stage.demand("unverifiable" in faults, "the failures say that the provider's answer could not be verified")
    stage.demand(_renew(admin, path) == "expired", "metadata whose certificate has run out are refused, with the date")
    directory.change("saml", make("idp.soderby.example", 900)[0])
    stage.demand(_renew(admin, path) == "", "newer metadata with a good certificate are taken")
    trial = admin.post(f"{path}/trials", {})
    try_out(trial["url"], _PERSON, cast.password(_PERSON))
    told = admin.get(f"{path}/trials/{trial['id']}")
    stage.demand(told["state"] == "passed", "a login on trial works by the newer metadata")
    stage.demand(_logs_in(cast, _PERSON), "people log in again")
    stage.demand(_severities(admin, path) == {"fine"}, "the calendar of certificates has nothing to say of it")
    directory.change("saml", make("idp.soderby.example", 10)[0])
    _renew(admin, path)
    stage.demand(_severities(admin, path) == {"urgent"}, "and tells of one that ends in ten days")


def _renew(admin: Caller, path: str) -> str:
    """Put in what the provider publishes now; the code of what is wrong with it, empty when it is taken."""
    provider: dict[str, Any] = admin.get(path)
    metadata = httpx.get(provider["issuer"], timeout=30, trust_env=False).text
    headers = {"If-Match": f'"{provider["version"]}"'}
    try:
        admin.send("PATCH", path, json={"metadata": metadata}, headers=headers)
    except StepFailed as error:
        found = re.search(r'"pointer":"#/metadata".*"code":"(\w+)"', str(error))
        if found is None:
            raise
        return found[1]
    return ""


def _severities(admin: Caller, path: str) -> set[str]:
    items = admin.get(f"{_I}/certificate-calendar")["items"]
    return {one["severity"] for one in items if path.endswith(one["holderId"])}


def _logs_in(cast: Cast, username: str) -> bool:
    try:
        return bool(cast.tokens(username, cast.tenant_of(username), "openid")["access_token"])
    except LoginFailed:
        return False
