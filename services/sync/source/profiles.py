"""The shipped ways of reading a delivery: mappings to use as they are, or to copy, edit and declare with a source."""

from dataclasses import dataclass
from importlib.resources import files

from services.sync.reading.mapping import Mapping, shipped
from shared.kit.text import Text


@dataclass(frozen=True)
class Profile:
    """`is_verified`: read against an export of the real system or an official schema, not after descriptions alone."""

    name: str
    kind: str
    title: Text
    is_verified: bool

    def mapping(self) -> Mapping:
        return shipped(self.name)


_NOTE = Text(
    sv="{system}, totalfiler i dess stil; jämför kolumnerna med er egen export och ändra det som skiljer",
    en="{system}, total files in its style; compare the columns with your own export and edit what differs",
    da="{system}, totalfiler i dets stil; sammenlign kolonnerne med jeres egen eksport, og ret det, der afviger",
)
_ALL = (
    Profile(
        "oneroster-1.2",
        "oneroster_zip",
        Text(sv="OneRoster 1.2, CSV-paket", en="OneRoster 1.2, CSV package", da="OneRoster 1.2, CSV-pakke"),
        is_verified=True,
    ),
    Profile(
        "stil-ws17",
        "stil_xml",
        Text(sv="STIL/UNI-Login WS17, XML", en="STIL/UNI-Login WS17, XML", da="STIL/UNI-Login WS17, XML"),
        is_verified=True,
    ),
    Profile(
        "ss12000-2.1",
        "ss12000_package",
        Text(
            sv="SS12000:2020 (2.1), hämtat över API", en="SS12000:2020 (2.1), pulled", da="SS12000:2020 (2.1), hentet"
        ),
        is_verified=True,
    ),
    Profile("ist-extens", "joined_files", _NOTE.format(system="IST Extens"), is_verified=False),
    Profile("ist-administration", "joined_files", _NOTE.format(system="IST Administration"), is_verified=False),
    Profile("procapita-edlevo", "joined_files", _NOTE.format(system="Procapita/Edlevo"), is_verified=False),
    Profile("skola24", "joined_files", _NOTE.format(system="Skola24"), is_verified=False),
)
_BY_KIND = {"oneroster_zip": "oneroster-1.2", "stil_xml": "stil-ws17", "ss12000_package": "ss12000-2.1"}


def profiles() -> list[Profile]:
    """Those that are there, in the order in which they are shown."""
    folder = files("services.sync.reading").joinpath("profiles")
    return [profile for profile in _ALL if folder.joinpath(f"{profile.name}.json").is_file()]


def profile_of(name: str) -> Profile | None:
    """The profile of this name; None where there is none."""
    return next((profile for profile in profiles() if profile.name == name), None)


def default_profile(kind: str) -> str | None:
    """What reads an upload of this kind where nothing else is said; None where nothing can."""
    return _BY_KIND.get(kind)
