"""Sources on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.sync.plan.manual import SOURCE as MANUAL
from services.sync.reading.mapping import Mapping
from services.sync.source.connectors import ByUpload, Connector, Credentials
from services.sync.source.schedule import FetchSchedule
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

UploadKind = Literal["oneroster_zip", "joined_files", "stil_xml", "ss12000_package"]
_BROUGHT_BY: dict[str, UploadKind] = {
    "oneroster_rest": "oneroster_zip",
    "ss12000": "ss12000_package",
    "stil_ws17": "stil_xml",
}
FetchState = Literal["queued", "waiting", "running", "stored", "unchanged", "failed"]


def _not_ours(name: str) -> str:
    if name == MANUAL:
        raise ValueError("this name is kept for what is entered by hand")
    return name


SourceKey = Annotated[
    str, AfterValidator(_not_ours), Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")
]
Name = Annotated[str, Field(min_length=1, max_length=200)]
ProfileName = Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9][a-z0-9.-]*$")]

_ID = "01979f3a-51aa-7b52-9d3a-5f0c2b9e8d11"
_CONNECTOR: dict[str, Any] = {
    "kind": "sftp_file",
    "host": "filer.alvsunda.example",
    "port": 22,
    "username": "startklar",
    "hostKey": "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDBx0JXuzVdD0dR1mI",
    "folder": "ut",
    "pattern": "elever-*.zip",
    "stableSeconds": 30,
    "afterwards": "leave",
    "archiveFolder": None,
    "readySuffix": None,
}
_SCHEDULE = {"at": "03:15", "everyHours": 24, "zone": "Europe/Stockholm"}


class SourceCreate(ApiInput):
    """A register, or the school platform's own export, and how its deliveries come and are read.

    `kind` says what a delivery is; left out, it is what the connector brings. It is read by `mapping`, by a shipped
    `profile`, or by the profile of its kind; `joined_files` need one of the two. `autoRun` plans each delivery as soon
    as it is fetched (of a platform: compares it); it is never applied without approval.
    """

    model_config = example(
        {
            "key": "elevregister",
            "name": "Elevregistret, nattlig export",
            "role": "register",
            "kind": "joined_files",
            "profile": "ist-extens",
            "connector": _CONNECTOR,
            "credentials": {"password": "given by whoever runs the server"},
            "schedule": _SCHEDULE,
            "autoRun": True,
        }
    )

    key: SourceKey = Field(description="The name under which rows of the roster carry this source")
    name: Name
    role: Literal["register", "platform"] = "register"
    kind: UploadKind | None = None
    profile: ProfileName | None = None
    mapping: Mapping | None = None
    connector: Connector = Field(default_factory=ByUpload)
    credentials: Credentials | None = None
    schedule: FetchSchedule | None = None
    auto_run: bool = True

    @model_validator(mode="after")
    def _knows_what_it_brings(self) -> Self:
        if self.kind is None:
            self.kind = _BROUGHT_BY.get(self.connector.kind)
        if self.kind is None:
            raise ValueError("say by kind what a delivery is")
        return self


class SourcePatch(ApiPatch):
    """Leave out what stays. Credentials are replaced as a whole, and must be given anew with another address: they are
    meant for the one that they were given for."""

    model_config = example({"schedule": {"at": "04:00", "everyHours": 12, "zone": "Europe/Stockholm"}})
    nullable: ClassVar[frozenset[str]] = frozenset({"profile", "mapping", "schedule"})

    name: Name | None = None
    profile: ProfileName | None = None
    mapping: Mapping | None = None
    connector: Connector | None = None
    credentials: Credentials | None = None
    schedule: FetchSchedule | None = None
    auto_run: bool | None = None
    is_active: bool | None = None


class LastFetch(ApiModel):
    """How the newest fetch stands; `problem` is the last segment of a problem's type."""

    id: UUID
    state: FetchState
    at: datetime
    problem: str | None = None


class SourcePublic(ApiModel):
    """A source. Of its credentials only which ones are held."""

    model_config = example(
        {
            "id": _ID,
            "key": "elevregister",
            "name": "Elevregistret, nattlig export",
            "role": "register",
            "kind": "joined_files",
            "profile": "ist-extens",
            "mapping": None,
            "connector": _CONNECTOR,
            "credentialsHeld": ["password"],
            "schedule": _SCHEDULE,
            "autoRun": True,
            "isActive": True,
            "isConfirmed": True,
            "nextFetchAt": "2026-08-18T01:15:00Z",
            "lastFetch": {
                "id": "01979f3a-52bb-7b52-9d3a-5f0c2b9e8d11",
                "state": "stored",
                "at": "2026-08-17T01:15:09Z",
                "problem": None,
            },
            "failures": 0,
            "version": 3,
            "createdAt": "2026-08-16T08:00:00Z",
            "updatedAt": "2026-08-17T01:15:09Z",
            "allowedActions": [],
        }
    )

    id: UUID
    key: str
    name: str
    role: Literal["register", "platform"]
    kind: UploadKind
    profile: str | None = Field(description="The shipped profile that reads it; null where a mapping of its own does")
    mapping: Mapping | None
    connector: Connector
    credentials_held: list[str]
    schedule: FetchSchedule | None
    auto_run: bool
    is_active: bool
    is_confirmed: bool = Field(description="False: nothing is fetched before a second person has confirmed the address")
    next_fetch_at: datetime | None
    last_fetch: LastFetch | None
    failures: int = Field(description="Fetches that failed since one succeeded")
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class SourceProfile(ApiModel):
    """A shipped way of reading. Use it by name, or copy `mapping`, edit it and declare it with the source."""

    model_config = example(
        {
            "name": "ist-extens",
            "kind": "joined_files",
            "title": "IST Extens, total files in its style; compare the columns with your own export",
            "isVerified": False,
            "mapping": {
                "name": "ist-extens",
                "files": [
                    {
                        "file": "skolor.txt",
                        "emits": [{"entity": "unit", "fields": {"sourceId": "Skolkod", "name": "Skola"}}],
                    }
                ],
            },
        }
    )

    name: str
    kind: UploadKind
    title: str
    is_verified: bool = Field(description="Read against a real export or an official schema")
    mapping: Mapping


class SourceProfiles(ApiModel):
    """Every shipped profile."""

    model_config = example({"items": []})

    items: list[SourceProfile]
