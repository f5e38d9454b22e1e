"""Make a service's database and its four roles, as `design.md` section 5 names them; safe to repeat.

The password of a role follows from the installation's secret, so that nothing has to be stored per role and two
processes that provision at once agree. Only a SCRAM verifier travels to the server: no log can hold the password.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg

from cli.servers.processes import ServerFailed

ROLES = ("owner", "app", "relay", "backup")
# The passwords are 256 random bits, which need no stretching; each new connection pays for these rounds.
_SCRAM_ROUNDS = 64
_BELONGS = "Startklar installation "
_LOCK = 0x5741524D  # any constant: serialises those who provision on one server


async def provision(admin_url: str, service: str, database: str | None = None, *, secret: str) -> dict[str, str]:
    """Create or repair the roles and the database of `service`.

    `secret` is the installation's own random text. Returns the URLs by `owner`, `app`, `relay`, `backup`; all are
    `postgresql://`. Errors: those of asyncpg when the administrator may not create roles or databases.
    """
    database = database or f"startklar_{service}"
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", _LOCK)
        for role in ROLES:
            name = f"{service}_{role}"
            await _role(admin, name, _password(secret, name), bypass=role == "backup")
        await _database(admin, database, service)
    finally:
        await admin.close()
    inside = await asyncpg.connect(_replace(admin_url, database=database))
    try:
        await _schema(inside, service)
    finally:
        await inside.close()
    return role_urls(admin_url, service, database, secret=secret)


def role_urls(admin_url: str, service: str, database: str | None = None, *, secret: str) -> dict[str, str]:
    """The URLs that `provision` returns, without a connection."""
    database = database or f"startklar_{service}"
    names = {role: f"{service}_{role}" for role in ROLES}
    return {
        role: _replace(admin_url, database=database, user=name, password=_password(secret, name))
        for role, name in names.items()
    }


async def claim(admin_url: str, databases: Sequence[str], installation: str) -> None:
    """Write into each database that is there whose it is. Errors: ServerFailed where one is another installation's:
    roles belong to the server, and ours would shut the other's out of its own data.
    """
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", _LOCK)
        told = "SELECT datname, shobj_description(oid, 'pg_database') AS note FROM pg_database WHERE datname = ANY($1)"
        notes = {row["datname"]: row["note"] for row in await admin.fetch(told, list(databases))}
        own = f"{_BELONGS}{installation}"
        for name, note in notes.items():
            if note is not None and note.startswith(_BELONGS) and note != own:
                raise ServerFailed(
                    f"{name} on this server belongs to another installation: give this one a PostgreSQL server of its"
                    " own, or the keys that the databases were made with. To take them over for good, say of each:"
                    f" COMMENT ON DATABASE {name} IS NULL"
                )
        for name in [name for name, note in notes.items() if note is None]:
            await admin.execute(f"COMMENT ON DATABASE \"{name}\" IS '{own}'")
    finally:
        await admin.close()


async def drop(admin_url: str, database: str) -> None:
    """Remove a database, with whoever is connected; its roles stay."""
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    finally:
        await admin.close()


async def _role(admin: asyncpg.Connection, name: str, password: str, *, bypass: bool) -> None:
    known = await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
    verb = "ALTER" if known else "CREATE"
    powers = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
    await admin.execute(
        f'{verb} ROLE "{name}" {powers} {"BYPASSRLS" if bypass else "NOBYPASSRLS"} '
        f"PASSWORD '{_verifier(password, name)}'"
    )


async def _database(admin: asyncpg.Connection, database: str, service: str) -> None:
    owner = f'"{service}_owner"'
    superuser = await admin.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not superuser:  # a managed server's administrator may give away only what it belongs to
        await admin.execute(f"GRANT {owner} TO CURRENT_USER")
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        await admin.execute(f'CREATE DATABASE "{database}" OWNER {owner} TEMPLATE template0 ENCODING UTF8')
    everyone = ", ".join(f'"{service}_{role}"' for role in ROLES)
    await admin.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    await admin.execute(f'GRANT CONNECT ON DATABASE "{database}" TO {everyone}')
    # Row security forbids COPY into its tables, so bulk work stages its rows in temporary ones.
    await admin.execute(f'GRANT TEMPORARY ON DATABASE "{database}" TO "{service}_app"')
    for role in ROLES:
        # pg_temp last: a temporary table must never stand in for a real one.
        await admin.execute(f'ALTER ROLE "{service}_{role}" IN DATABASE "{database}" SET search_path = public, pg_temp')


async def _schema(inside: asyncpg.Connection, service: str) -> None:
    await inside.execute(f'ALTER SCHEMA public OWNER TO "{service}_owner"')
    await inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    readers = ", ".join(f'"{service}_{role}"' for role in ROLES if role != "owner")
    await inside.execute(f"GRANT USAGE ON SCHEMA public TO {readers}")


def _password(secret: str, role: str) -> str:
    digest = hmac.digest(secret.encode(), f"role:{role}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _verifier(password: str, role: str) -> str:
    """SCRAM-SHA-256 as PostgreSQL stores it (RFC 5802 section 3, RFC 7677)."""
    salt = hashlib.sha256(f"{role}:{password}".encode()).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _SCRAM_ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_SCRAM_ROUNDS}:{parts[0]}${parts[1]}:{parts[2]}"


def _replace(url: str, *, database: str, user: str | None = None, password: str | None = None) -> str:
    parts = urlsplit(url)
    netloc = parts.netloc
    if user is not None:
        host = netloc.rpartition("@")[2]
        netloc = f"{quote(user)}:{quote(password or '')}@{host}"
    scheme = parts.scheme.partition("+")[0]
    # urlunsplit would drop the empty authority of a socket URL when it holds nothing; ours always holds a user.
    return urlunsplit((scheme, netloc, f"/{quote(unquote(database))}", parts.query, ""))
