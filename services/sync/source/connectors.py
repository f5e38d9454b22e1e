"""How a source is reached: one model per kind of connector, without secrets, and the secrets apart.

They are what a caller declares, what is stored, and what a connector is given.
"""

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from shared.web.models import ApiInput

Url = Annotated[str, Field(min_length=8, max_length=2048)]
Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")]
Pattern = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/\\\x00]+$")]
Folder = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]
Pem = Annotated[str, Field(max_length=100_000, pattern=r"^-----BEGIN CERTIFICATE-----")]
InstitutionNumber = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
_IN_A_HEADER = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
SECRETS = ("password", "token", "client_secret", "private_key", "passphrase", "notice_token")


def _fits_a_header(secret: SecretStr) -> SecretStr:
    if _IN_A_HEADER.fullmatch(secret.get_secret_value()) is None:
        raise ValueError("a header carries visible ASCII characters alone")
    return secret


HeaderSecret = Annotated[SecretStr, AfterValidator(_fits_a_header)]


class Credentials(ApiInput):
    """Secrets of a connector. Write-only: sealed when they arrive, never shown, replaced as a whole."""

    password: SecretStr | None = Field(None, min_length=1, max_length=500)
    token: HeaderSecret | None = Field(None, min_length=1, max_length=4000, description="Bearer token or header value")
    client_secret: SecretStr | None = Field(None, min_length=1, max_length=1000)
    private_key: SecretStr | None = Field(None, min_length=50, max_length=20_000, description="OpenSSH or PEM")
    passphrase: SecretStr | None = Field(None, min_length=1, max_length=500)
    notice_token: HeaderSecret | None = Field(
        None, min_length=16, max_length=500, description="What the register sends along with a notice"
    )

    def given(self) -> frozenset[str]:
        """Which of them are there."""
        return frozenset(name for name in SECRETS if getattr(self, name) is not None)

    def clear(self) -> dict[str, str]:
        """All of them in the clear, to be sealed."""
        return {name: self.secret(name) for name in self.given()}

    def secret(self, name: str) -> str:
        """One of them in the clear; empty where it is not given."""
        value = getattr(self, name)
        return value.get_secret_value() if isinstance(value, SecretStr) else ""


class Reached(ApiInput):
    """What every connector can say of itself: which secrets it takes, one of which it cannot do without."""

    takes: ClassVar[frozenset[str]] = frozenset()

    def needs(self) -> tuple[frozenset[str], ...]:
        """Of each of these sets at least one secret."""
        return ()

    def wrong_secrets(self, given: frozenset[str]) -> str | None:
        """Why these secrets do not fit; None where they do."""
        if given - self.takes:
            return f"this connector does not take {', '.join(sorted(given - self.takes))}"
        missing = [needed for needed in self.needs() if not needed & given]
        return f"this connector needs {' or '.join(sorted(missing[0]))}" if missing else None

    def urls(self) -> tuple[str, ...]:
        """Every address over HTTP that it would call."""
        return ()

    def hosts(self) -> tuple[tuple[str, int], ...]:
        """Every host and port that it would reach otherwise."""
        return ()

    def place(self) -> tuple[object, ...]:
        """What decides who gets the secrets: where they are sent, and under which pinned identity."""
        pinned = getattr(self, "host_key", None), getattr(self, "authority", None)
        return getattr(self, "kind", None), self.urls(), self.hosts(), pinned


class ByUpload(Reached):
    """Nothing is fetched: people or systems send the files."""

    kind: Literal["upload"] = "upload"


class HttpsFile(Reached):
    """One file at an address. `checksumUrl` holds its SHA-256 in hexadecimal, as `sha256sum` writes it.

    `authority` is a PEM bundle that is trusted for this source instead of the public authorities.
    """

    takes: ClassVar[frozenset[str]] = frozenset({"password", "token"})

    kind: Literal["https_file"]
    url: Url
    auth: Literal["none", "basic", "bearer", "header"] = "none"
    username: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^:\x00-\x1f]+$")] | None = None
    header: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9-]+$")] | None = None
    checksum_url: Url | None = None
    authority: Pem | None = None

    @model_validator(mode="after")
    def _says_what_its_auth_needs(self) -> Self:
        if (self.auth == "basic") != (self.username is not None):
            raise ValueError("username belongs to auth basic, and is needed there")
        if (self.auth == "header") != (self.header is not None):
            raise ValueError("header belongs to auth header, and is needed there")
        return self

    def needs(self) -> tuple[frozenset[str], ...]:
        by_auth = {"basic": "password", "bearer": "token", "header": "token"}
        return (frozenset({by_auth[self.auth]}),) if self.auth in by_auth else ()

    def urls(self) -> tuple[str, ...]:
        return (self.url, self.checksum_url) if self.checksum_url else (self.url,)


class _Sftp(Reached):
    """A server reached by SFTP. `hostKey` is its public key as in known_hosts (`ssh-ed25519 AAAA...`), or its
    fingerprint (`SHA256:...`): no other server is talked to. A connection test says which one was seen.
    """

    takes: ClassVar[frozenset[str]] = frozenset({"password", "private_key", "passphrase"})

    host: Host
    port: int = Field(22, ge=1, le=65535)
    username: Annotated[str, Field(min_length=1, max_length=200)]
    host_key: Annotated[str, Field(max_length=2000, pattern=r"^(SHA256:[A-Za-z0-9+/]{43}=?|[a-z0-9@.-]+ \S+.*)$")]
    folder: Folder = "."
    stable_seconds: int = Field(
        30, ge=0, le=3600, description="A file counts as written when its size and time have stood still so long"
    )
    afterwards: Literal["leave", "move"] = "leave"
    archive_folder: Folder | None = Field(None, description="Where `move` puts what was read")

    @model_validator(mode="after")
    def _moves_somewhere(self) -> Self:
        if (self.afterwards == "move") != (self.archive_folder is not None):
            raise ValueError("archiveFolder belongs to afterwards move, and is needed there")
        return self

    def needs(self) -> tuple[frozenset[str], ...]:
        return (frozenset({"password", "private_key"}),)

    def hosts(self) -> tuple[tuple[str, int], ...]:
        return ((self.host, self.port),)


class SftpFile(_Sftp):
    """The newest file in a folder whose name fits `pattern` (`elever-*.zip`).

    With `readySuffix` a file is taken once a file of the same name with the suffix added lies beside it.
    """

    kind: Literal["sftp_file"]
    pattern: Pattern
    ready_suffix: Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[^/\\*?\[\]]+$")] | None = None


class DropFolder(_Sftp):
    """Total files that an integration engine drops in a folder, all of them together one delivery.

    `files` names those that must all be there; `readyFile` is dropped last and says that they are.
    """

    kind: Literal["drop_folder"]
    files: Annotated[tuple[Pattern, ...], Field(min_length=1, max_length=50)]
    optional_files: Annotated[tuple[Pattern, ...], Field(max_length=50)] = ()
    ready_file: Pattern | None = None


class OneRosterRest(Reached):
    """The rostering service of OneRoster 1.2 with OAuth 2 client credentials."""

    takes: ClassVar[frozenset[str]] = frozenset({"client_secret"})

    kind: Literal["oneroster_rest"]
    base_url: Url = Field(description="Up to and with /ims/oneroster/rostering/v1p2")
    token_url: Url
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    scope: Annotated[str, Field(max_length=500)] = (
        "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"
        " https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly"
    )
    page_size: int = Field(1000, ge=1, le=10_000)
    authority: Pem | None = None

    def needs(self) -> tuple[frozenset[str], ...]:
        return (frozenset({"client_secret"}),)

    def urls(self) -> tuple[str, ...]:
        return (self.base_url, self.token_url)


class Ss12000(Reached):
    """An API of SS12000:2020 (2.1). With `tokenUrl` a token is fetched by client credentials, else `token` is sent."""

    takes: ClassVar[frozenset[str]] = frozenset({"token", "client_secret", "notice_token"})

    kind: Literal["ss12000"]
    base_url: Url = Field(description="Up to and with the version: /v2.0")
    token_url: Url | None = None
    client_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    scope: Annotated[str, Field(max_length=1000)] | None = None
    page_size: int = Field(500, ge=1, le=10_000)
    is_incremental: bool = Field(True, description="Ask for what changed where a whole delivery is held already")
    whole_every_hours: int = Field(168, ge=1, le=24 * 31, description="How often everything is pulled again")
    is_notified: bool = Field(False, description="Subscribe to the register's notices and fetch when one comes")
    gives_feedback: bool = Field(False, description="Tell the register by /log and /statistics what came of a delivery")
    authority: Pem | None = None

    @model_validator(mode="after")
    def _asks_for_a_token_by_name(self) -> Self:
        if (self.token_url is None) != (self.client_id is None):
            raise ValueError("tokenUrl and clientId belong together")
        return self

    def needs(self) -> tuple[frozenset[str], ...]:
        return (frozenset({"client_secret" if self.token_url else "token"}),)

    def urls(self) -> tuple[str, ...]:
        return (self.base_url, self.token_url) if self.token_url else (self.base_url,)


class StilWs17(Reached):
    """STIL's web service wsiEksport version 7 (WS17): the export of UNI-Login for an authority, called once for each
    institution. Requests are signed with the supplier's OCES certificate, whose `privateKey` (RSA, PEM) is a secret.

    Follows descriptions; not tried against the real service.
    """

    takes: ClassVar[frozenset[str]] = frozenset({"private_key", "passphrase"})

    kind: Literal["stil_ws17"]
    url: Url = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7"
    system_id: Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[A-Za-z0-9._-]+$")] = Field(
        description="The supplier system's id at STIL (Udbydersystem-ID)"
    )
    certificate: Pem = Field(description="The certificate that the requests are signed with, as STIL knows it")
    institutions: Annotated[tuple[InstitutionNumber, ...], Field(min_length=1, max_length=500)]
    authority: Pem | None = None

    @model_validator(mode="after")
    def _names_each_institution_once(self) -> Self:
        if len(set(self.institutions)) < len(self.institutions):
            raise ValueError("name each institution once")
        return self

    def needs(self) -> tuple[frozenset[str], ...]:
        return (frozenset({"private_key"}),)

    def urls(self) -> tuple[str, ...]:
        return (self.url,)


Connector = Annotated[
    ByUpload | HttpsFile | SftpFile | DropFolder | OneRosterRest | Ss12000 | StilWs17, Field(discriminator="kind")
]
AnyFetched = HttpsFile | SftpFile | DropFolder | OneRosterRest | Ss12000 | StilWs17
UPLOAD_KINDS: dict[str, frozenset[str]] = {
    "oneroster_rest": frozenset({"oneroster_zip"}),
    "ss12000": frozenset({"ss12000_package"}),
    "stil_ws17": frozenset({"stil_xml"}),
    "drop_folder": frozenset({"joined_files", "oneroster_zip", "stil_xml"}),
}
"""What a connector can bring, where that is not everything."""
