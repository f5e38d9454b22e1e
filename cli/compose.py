"""`python -m cli.compose`: what deploy/compose.yml needs beside images: secrets, settings, certificate, databases.

`prepare` runs on the host and writes, once, one environment file and one key per service, so that no service holds
another's secrets, and the gateway's configuration. `certificate` replaces the gateway's certificate while it runs.
`provision` runs in the operator's container and makes databases and roles.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cli import certificates
from cli.certificates import CertificateRefused
from cli.compose_state import Setup, backup_folder, container_user, prepare, tls_folder
from cli.rotation import WITH_DATA
from cli.servers.processes import ServerFailed
from cli.servers.provision import claim, provision
from cli.stack.places import ROOT

__all__ = ["STATE", "WITH_DATA", "main", "prepare", "provision_all", "renew"]

STATE = ROOT / ".startklar" / "compose"


def provision_all() -> None:
    """Databases and roles of every service with data, as the administrator of `ADMIN_DATABASE_URL`; safe to repeat.

    `INSTALLATION` names whose they are. Errors: ServerFailed where they are another's; nothing was changed then.
    """
    admin_url, installation = os.environ["ADMIN_DATABASE_URL"], os.environ.get("INSTALLATION")
    if not installation:
        raise ServerFailed("INSTALLATION is not set: write the Secrets (or `prepare`) again by this release; keys stay")
    databases = [f"startklar_{service}" for service in WITH_DATA]

    async def run() -> None:
        await claim(admin_url, databases, installation)
        for service in WITH_DATA:
            await provision(admin_url, service, secret=os.environ["INSTALL_SECRET"])
        await claim(admin_url, databases, installation)

    asyncio.run(run())


def renew(state: Path, chain: Path, key: Path) -> None:
    """Take another certificate for the same name; the running gateway shows it within a second."""
    host = (state / "host").read_text().strip() if (state / "host").exists() else None
    if host is None:
        raise CertificateRefused("nothing is prepared here for TLS: run `python -m cli.compose prepare` first")
    end = certificates.install(
        tls_folder(state), chain.read_bytes(), key.read_bytes(), host, owner=container_user() if _is_root() else None
    )
    print(f"{host} is served with a certificate that is valid until {end:%Y-%m-%d}")


def main(arguments: Sequence[str] | None = None) -> None:
    """See the module's docstring."""
    given = _parser().parse_args(arguments)
    try:
        if given.what == "provision":
            provision_all()
        elif given.what == "certificate":
            if given.certificate is None or given.key is None:
                raise CertificateRefused("say which: --certificate chain.pem --key key.pem")
            renew(STATE, given.certificate, given.key)
        else:
            _prepare(given)
    except (CertificateRefused, ServerFailed, OSError) as error:
        sys.exit(str(error))


def _prepare(given: argparse.Namespace) -> None:
    url = given.public_url.rstrip("/")
    setup = Setup(url, given.profile, behind_proxy=given.behind_proxy, backup=given.backup_dir)
    if (given.certificate is None) != (given.key is None):
        raise CertificateRefused("--certificate and --key belong together")
    pair = (given.certificate.read_bytes(), given.key.read_bytes()) if given.certificate else None
    prepare(STATE, setup, pair, trial=given.trial_certificate)
    if given.trial_certificate:
        print(
            f"A certificate for trials: nobody trusts it but who is given {STATE / 'trial-authority.pem'}.\n"
            "Replace it before anybody's data comes in: python -m cli.compose certificate --certificate ... --key ..."
        )
    if setup.ends_tls and (end := certificates.ends_soon(tls_folder(STATE))):
        print(f"The certificate ends on {end:%Y-%m-%d}: renew it now.")
    folder = backup_folder(STATE)
    if folder.stat().st_dev == STATE.stat().st_dev:
        print(f"Backups go to {folder}, on the disk that they shall survive: name another with --backup-dir.")
    print(
        f"docker compose --env-file {STATE / 'compose.env'} --file {ROOT / 'deploy' / 'compose.yml'}"
        f" --profile {setup.profile} up --build --detach --wait"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cli.compose", description=__doc__)
    parser.add_argument("what", choices=("prepare", "certificate", "provision"))
    parser.add_argument("--public-url", default="http://127.0.0.1:8080", help="base URL of the gateway for callers")
    parser.add_argument("--profile", choices=("small", "large"), default="small", help="two processes, or two each")
    parser.add_argument("--certificate", type=Path, help="the chain for the public URL's host: PEM, leaf first")
    parser.add_argument("--key", type=Path, help="its key: PEM, without a passphrase")
    parser.add_argument("--trial-certificate", action="store_true", help="make one that nobody trusts by itself")
    parser.add_argument("--backup-dir", type=Path, help="where backups go: best on another disk, or another machine's")
    parser.add_argument("--behind-proxy", action="store_true", help="a proxy of yours on this host ends TLS")
    return parser


def _is_root() -> bool:
    return os.getuid() == 0


if __name__ == "__main__":
    main()
