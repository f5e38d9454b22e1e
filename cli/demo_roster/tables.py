"""Files of rows, written the same way to the byte every time."""

import csv
import io
import zipfile
from dataclasses import dataclass

from cli.demo_roster.model import Dirt

BOM = b"\xef\xbb\xbf"
# A fixed time inside the archive, or two runs with one seed would differ.
_EPOCH = (2026, 1, 1, 0, 0, 0)


@dataclass
class Table:
    """One file: its name, the header and the rows."""

    name: str
    header: list[str]
    rows: list[list[str]]

    def encoded(self, delimiter: str, encoding: str, trailer: str = "") -> bytes:
        """The bytes of the file; what Windows-1252 cannot hold becomes a question mark, as in real exports."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(self.header)
        writer.writerows(self.rows)
        if trailer:
            writer.writerow([trailer, len(self.rows)])
        return text.getvalue().encode(encoding, errors="replace")


def archive(tables: list[Table], dirt: frozenset[Dirt], *, delimiter: str = ",", trailer: str = "") -> bytes:
    """A flat zip of all tables in UTF-8; with encoding dirt the first is in Windows-1252 and the second has a BOM."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for place, table in enumerate(tables):
            spoiled = Dirt.encoding in dirt
            body = table.encoded(delimiter, "cp1252" if spoiled and place == 0 else "utf-8", trailer)
            info = zipfile.ZipInfo(table.name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            pack.writestr(info, (BOM if spoiled and place == 1 else b"") + body)
    return target.getvalue()
