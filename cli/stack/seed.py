"""The demo municipality: identity makes tenants, people and clients; `demo.json` says how to log in."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.stack import keys
from cli.stack.databases import run_to_end
from cli.stack.environment import Wiring
from cli.stack.forking import run_module
from cli.stack.places import write_private

SEED_MODULE = "services.identity.seed"
BOOTSTRAP_MODULE = "services.identity.bootstrap"


@dataclass(frozen=True)
class Demo:
    """What the seeding told: tenants, users with passwords, clients with secrets."""

    facts: dict[str, Any]

    def publish(self, wiring: Wiring) -> Path:
        """Write `.startklar/demo.json` (mode 0600) for scripts, tests and the front-end."""
        urls = {"gateway": wiring.gateway, "issuer": wiring.gateway}
        write_private(wiring.places.demo, json.dumps(urls | self.facts, indent=2, ensure_ascii=False) + "\n")
        return wiring.places.demo


def seed_demo(wiring: Wiring) -> Demo:
    """Make or renew the demo data; safe to repeat. Errors: `ServerFailed` with the end of the log."""
    places = wiring.places
    for service in wiring.plan.with_data:
        keys.client_key(places, service)  # the seeding registers what lies in this folder
    out = places.state / "seed.json"
    write_private(out, "{}")
    env = wiring.of_service("identity") | wiring.of_demo()
    run_to_end("seed", lambda: run_module(SEED_MODULE, ["--out", str(out)]), env=env, log=places.logs / "seed.log")
    facts: dict[str, Any] = json.loads(out.read_text())
    out.unlink()
    return Demo(facts)


def register_services(wiring: Wiring) -> None:
    """Let the services call each other, where no demo data is wanted; safe to repeat. Errors: as `seed_demo`."""
    places = wiring.places
    for service in wiring.plan.with_data:
        keys.client_key(places, service)
    arguments, env = ["--no-code", "--service-keys", str(places.keys)], wiring.of_service("identity")
    log = places.logs / "seed.log"
    run_to_end("seed", lambda: run_module(BOOTSTRAP_MODULE, arguments), env=env, log=log)
