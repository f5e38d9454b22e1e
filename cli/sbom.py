"""`python sbom.py --name startklar/sync --release 1.2.3 --packages /opt/venv --out FILE`: a bill of materials.

CycloneDX 1.6 as JSON: the interpreter, every Python package of the image's environment and every Debian package of its
base. Run while the image is built, in a stage of its own, with nothing but the library of the format; built again from
the same, an image says the same.
"""

import argparse
import platform
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

DPKG = Path("/var/lib/dpkg/status")
# A licence's text instead of its name is no name.
_LONGEST_NAME = 100


def python_packages(environment: Path) -> Iterator[Component]:
    """The packages of a virtual environment."""
    folders = [str(path) for path in environment.glob("lib/python3*/site-packages")]
    for found in distributions(path=folders):
        name = found.metadata["Name"].lower().replace("_", "-")
        purl = PackageURL("pypi", name=name, version=found.version)
        yield Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=found.version,
            purl=purl,
            bom_ref=str(purl),
            licenses=_licenses(found),
        )


def debian_packages(status: Path = DPKG) -> Iterator[Component]:
    """The packages that dpkg says are installed; none where the base is no Debian."""
    for paragraph in status.read_text().split("\n\n") if status.exists() else ():
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        if "installed" not in fields.get("Status", "").split():
            continue
        name, version, architecture = fields["Package"], fields["Version"], fields["Architecture"]
        purl = PackageURL("deb", "debian", name, version, {"arch": architecture})
        yield Component(type=ComponentType.LIBRARY, name=name, version=version, purl=purl, bom_ref=str(purl))


def interpreter() -> Component:
    """Python itself, which no list of packages names."""
    purl = PackageURL("generic", name="python", version=platform.python_version())
    return Component(type=ComponentType.PLATFORM, name="python", version=purl.version, purl=purl, bom_ref=str(purl))


def bill(name: str, release: str, created: datetime, components: Iterable[Component]) -> str:
    """The bill of one image, as CycloneDX JSON."""
    image = Component(type=ComponentType.CONTAINER, name=name, version=release, bom_ref=name)
    bom = Bom(components=components)
    bom.metadata.component = image
    bom.metadata.timestamp = created
    bom.register_dependency(image, bom.components)
    # The same content has the same serial number.
    contents = " ".join(sorted(f"{component.purl}" for component in bom.components))
    bom.serial_number = uuid5(NAMESPACE_URL, f"{name} {release} {contents}")
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)


def main(arguments: Sequence[str] | None = None) -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--created", type=datetime.fromisoformat, required=True, help="the release's date and time")
    parser.add_argument("--packages", type=Path, required=True, help="the virtual environment of the image")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    components = [interpreter(), *python_packages(given.packages), *debian_packages()]
    given.out.write_text(bill(given.name, given.release, given.created, components))


def _licenses(found: Distribution) -> Iterable[License]:
    """As the package names it: an SPDX expression, or a name."""
    said = found.metadata.json
    expression, name = said.get("license_expression"), said.get("license")
    if expression:
        return [LicenseFactory().make_with_expression(str(expression))]
    if isinstance(name, str) and len(name) < _LONGEST_NAME and "\n" not in name:
        return [LicenseFactory().make_from_string(name)]
    return []


if __name__ == "__main__":
    main()
