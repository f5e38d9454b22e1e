"""The templates that ship with the product: read once, checked, and compared with the digest they were published under.

A published version is immutable. `data/published.yaml` holds the SHA-256 of each file; a file that differs from
what was published stops the service, since projects out there say that they follow it.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.projects.template.consistency import check
from services.projects.template.definition import Template
from services.projects.template.errors import TemplateNotFound

DATA = Path(__file__).parent / "data"
LEDGER = "published.yaml"


class PublishedTemplateChanged(RuntimeError):
    """A template file differs from the version that was published; give the change a new version."""


class Catalogue:
    """All versions of all templates, by key and version."""

    def __init__(self, templates: list[Template], digests: dict[tuple[str, str], str]) -> None:
        self._templates = {(template.key, template.version): template for template in templates}
        self._digests = digests

    def all(self) -> list[Template]:
        """Every version, by key and then newest version first."""
        return sorted(self._templates.values(), key=lambda t: (t.key, [-n for n in numbers(t.version)]))

    def has(self, key: str) -> bool:
        """Whether any version of this template ships."""
        return any(shipped_key == key for shipped_key, _ in self._templates)

    def get(self, key: str, version: str) -> Template:
        """Raises TemplateNotFound."""
        template = self._templates.get((key, version))
        if template is None:
            raise TemplateNotFound(key, version)
        return template

    def digest(self, template: Template) -> str:
        """The SHA-256 of the published file, hexadecimal: what exactly a project was made from."""
        return self._digests[template.key, template.version]


def numbers(version: str) -> list[int]:
    """A version as comparable numbers: 1.10.0 is newer than 1.9.0."""
    return [int(part) for part in version.split(".")]


def load(folder: Path) -> Catalogue:
    """Read every template in `folder`. Raises PublishedTemplateChanged, TemplateInconsistent or ValidationError."""
    ledger: dict[str, str] = _read((folder / LEDGER).read_bytes()) or {}
    templates, digests = [], {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == LEDGER:
            continue
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if ledger.get(path.name) != digest:
            raise PublishedTemplateChanged(f"{path.name} has SHA-256 {digest}, which {LEDGER} does not list")
        template = Template.model_validate(_read(content))
        check(template)
        templates.append(template)
        digests[template.key, template.version] = digest
    return Catalogue(templates, digests)


def _read(content: bytes) -> Any:
    return yaml.load(content, Loader=yaml.CSafeLoader)


@cache
def shipped() -> Catalogue:
    """The catalogue of this release. The first call costs a third of a second: processes make it as they start."""
    return load(DATA)
