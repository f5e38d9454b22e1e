"""What is particular to a OneRoster package: its manifest (1EdTech OneRoster 1.2 CSV binding)."""

import csv
import io

from services.sync.reading.findings import Fatal
from services.sync.reading.mapping import Mapping
from services.sync.reading.source import Source

MANIFEST = "manifest.csv"


def check_manifest(source: Source, mapping: Mapping) -> None:
    """Raises Fatal unless the package is bulk OneRoster 1.2 and holds every file that it says it holds."""
    if MANIFEST not in source.names():
        raise Fatal("manifest_wrong", MANIFEST)
    with source.open(MANIFEST) as stream:
        text = stream.read(1 << 20).decode("utf-8-sig", errors="replace")
    properties = {row[0].strip(): row[1].strip() for row in csv.reader(io.StringIO(text)) if len(row) >= 2}
    if not properties.get("oneroster.version", "").startswith("1.2"):
        raise Fatal("manifest_wrong", MANIFEST, column="oneroster.version")
    for file in mapping.files:
        declared = properties.get(f"file.{file.file.removesuffix('.csv')}", "absent").casefold()
        if declared == "delta":
            raise Fatal("delta_not_supported", file.file)
        if declared == "bulk" and file.file not in source.names():
            raise Fatal("file_missing", file.file)
