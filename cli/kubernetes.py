"""`python -m cli.kubernetes`: what the Helm chart needs beside images.

`secrets` writes, on the operator's machine, the Secrets of a release as one private file: keys and passwords are made
once in `--state` and stay the same after. `rules` writes the alert rules that follow from the service levels.
`ready` asks every service whether it is ready; `helm test` runs it in the cluster.
"""

import argparse
import base64
import hashlib
import json
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from cli.alerts import rules
from cli.backup.archive import load_key
from cli.rotation import WITH_DATA, sealing_keys, service_keys
from cli.servers.provision import role_urls
from cli.stack import keys
from cli.stack.places import ROOT, Places, write_private

CHART = ROOT / "deploy" / "helm" / "startklar"
RULES = CHART / "files" / "rules.yaml"
# Wake-ups go to each other's queues, so that keys are shared; what a service may not do is administer the server.
_REDIS_RIGHTS = "resetchannels ~arq:* ~startklar:* -@all +@read +@write +@transaction +@connection -@dangerous +info"


def make_secrets(
    state: Path, release: str, namespace: str, admin_url: str | None = None, redis_url: str | None = None
) -> list[dict[str, Any]]:
    """The Secrets of a release, by what each process may know. `admin_url` is an external PostgreSQL's administrator,
    `redis_url` an external Redis.
    """
    places = Places(state)
    places.prepare()
    install = keys.install_secret(places)
    superuser = keys.file_key(places, "postgres")
    inside = f"postgresql://postgres:{quote(superuser, safe='')}@{release}-postgres-rw:5432/postgres"
    admin = admin_url or inside
    made: dict[str, Mapping[str, str]] = {
        f"{release}-operator": keys.operators(places, admin),
        f"{release}-service-keys": service_keys(places),
    }
    load_key(places.keys / "backup-key", make=True)
    made[f"{release}-archive"] = {
        "LEDGER_DATABASE_URL": role_urls(admin, "sync", secret=install)["backup"],
        "backup-key": (places.keys / "backup-key").read_text(),
    }
    if admin_url is None:
        made[f"{release}-postgres-superuser"] = {"username": "postgres", "password": superuser}
    users = ["user default off"]
    for service in WITH_DATA:
        urls, prefix = role_urls(admin, service, secret=install), service.upper()
        password = _derived(install, f"redis {service}")
        users.append(f"user {service} on #{hashlib.sha256(password.encode()).hexdigest()} {_REDIS_RIGHTS}")
        made[f"{release}-{service}"] = {
            f"{prefix}_DATABASE_URL": urls["app"],
            f"{prefix}_RELAY_DATABASE_URL": urls["relay"],
            f"{prefix}_REDIS_URL": redis_url or f"redis://{service}:{password}@{release}-redis:6379/0",
            "client-key.pem": keys.client_key(places, service).read_text(),
            **sealing_keys(places, service),
        }
        made[f"{release}-{service}-owner"] = {f"{prefix}_OWNER_DATABASE_URL": urls["owner"]}
    if redis_url is None:
        made[f"{release}-redis"] = {"users.acl": "\n".join(users) + "\n"}
    return [_secret(name, namespace, release, values) for name, values in made.items()]


def write_rules(path: Path = RULES) -> str:
    """The text of the chart's alert rules; written to `path`."""
    text = yaml.safe_dump(rules(), sort_keys=False, width=118, allow_unicode=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("# Made of the service levels by `python -m cli.kubernetes rules`; change those.\n" + text)
    return text


def not_ready(urls: Mapping[str, str], seconds: float = 5) -> list[str]:
    """The services of `urls` (name, base URL) that do not say that they can serve."""
    failing = []
    for name, url in sorted(urls.items()):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=seconds) as answer:  # noqa: S310 - the chart's own
                if answer.status == 200:
                    continue
        except (OSError, ValueError):
            pass
        failing.append(name)
    return failing


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module's docstring."""
    given = _parser().parse_args(arguments)
    if given.command == "rules":
        write_rules()
    elif given.command == "ready":
        failing = not_ready(given.urls)
        print(f"not ready: {', '.join(failing)}" if failing else "every service is ready")
        return 1 if failing else 0
    else:
        made = make_secrets(given.state, given.release, given.namespace, given.admin_url, given.redis_url)
        write_private(given.out, yaml.safe_dump_all(made, sort_keys=False))
        print(f"{len(made)} Secrets: kubectl apply --filename {given.out}", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cli.kubernetes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for_secrets = commands.add_parser("secrets", help="write the Secrets of a release")
    for_secrets.add_argument("--state", type=Path, required=True, help="folder of the keys; keep it, and keep it safe")
    for_secrets.add_argument("--out", type=Path, required=True)
    for_secrets.add_argument("--release", default="startklar")
    for_secrets.add_argument("--namespace", default="startklar")
    for_secrets.add_argument("--admin-url", help="of an external PostgreSQL; default: the chart's own cluster")
    for_secrets.add_argument("--redis-url", help="of an external Redis; default: the chart's own")
    commands.add_parser("rules", help="write the alert rules of the chart")
    commands.add_parser("ready", help="ask services whether they are ready").add_argument("urls", type=json.loads)
    return parser


def _derived(install: str, purpose: str) -> str:
    return hashlib.sha256(f"{install}\0{purpose}".encode()).hexdigest()


def _secret(name: str, namespace: str, release: str, values: Mapping[str, str]) -> dict[str, Any]:
    is_superuser = name.endswith("-superuser")
    labels = {"app.kubernetes.io/part-of": "startklar", "app.kubernetes.io/instance": release}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "type": "kubernetes.io/basic-auth" if is_superuser else "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    }


if __name__ == "__main__":
    raise SystemExit(main())
