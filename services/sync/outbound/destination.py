"""Where packages go: fetched from us, sent over HTTPS, or laid on an SFTP server. Secrets stand apart."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from services.sync.source.connectors import Folder, Host, Pem, Reached, Url


class Download(Reached):
    """Somebody fetches the package and tells us by a receipt that the platform has it."""

    kind: Literal["download"] = "download"


class HttpsDrop(Reached):
    """The package is the body of one request; any 2xx counts as sent. It carries `Idempotency-Key` and
    `Repr-Digest`.

    `authority` is a PEM bundle that is trusted for this platform instead of the public authorities.
    """

    takes: ClassVar[frozenset[str]] = frozenset({"password", "token"})

    kind: Literal["https"]
    url: Url
    method: Literal["PUT", "POST"] = "PUT"
    auth: Literal["none", "basic", "bearer", "header"] = "none"
    username: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^:\x00-\x1f]+$")] | None = None
    header: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9-]+$")] | None = None
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
        return (self.url,)


class SftpDrop(Reached):
    """The package is written under another name and then renamed, so that nobody reads half of it.

    `hostKey` is the server's public key as in known_hosts, or its fingerprint (`SHA256:...`).
    """

    takes: ClassVar[frozenset[str]] = frozenset({"password", "private_key", "passphrase"})

    kind: Literal["sftp"]
    host: Host
    port: int = Field(22, ge=1, le=65535)
    username: Annotated[str, Field(min_length=1, max_length=200)]
    host_key: Annotated[str, Field(max_length=2000, pattern=r"^(SHA256:[A-Za-z0-9+/]{43}=?|[a-z0-9@.-]+ \S+.*)$")]
    folder: Folder = "."

    def needs(self) -> tuple[frozenset[str], ...]:
        return (frozenset({"password", "private_key"}),)

    def hosts(self) -> tuple[tuple[str, int], ...]:
        return ((self.host, self.port),)


AnyDestination = Download | HttpsDrop | SftpDrop
Destination = Annotated[AnyDestination, Field(discriminator="kind")]
DESTINATION: TypeAdapter[AnyDestination] = TypeAdapter(Destination)
