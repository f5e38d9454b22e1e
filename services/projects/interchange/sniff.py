"""What a file is, by its content: names and media types that callers state are often wrong. Pure."""

import json
import re
import zipfile
from io import BytesIO

from services.projects.interchange.errors import FileUnreadable
from shared.kit.text import Text

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_UNPACKED = 200 * 1024 * 1024
_MOST_PARTS = 2000
_ASANA = re.compile(r"(^|[\",;\t])Task ID[\",;\t]")
_BOMS = (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff"))

FORMATS = ("mspdi", "xlsx", "csv", "json", "asana-csv", "asana-json")


def sniff(content: bytes) -> str:
    """One of `FORMATS`. Raises FileUnreadable with the mend, for what is none of them or cannot be trusted."""
    if not content.strip():
        raise _refused("Filen är tom", "The file is empty", "Filen er tom")
    if content.startswith(_OLE):
        raise _refused(
            "Filen är i ett äldre eller lösenordsskyddat Office-format: spara som .xlsx, eller från Project som XML",
            "The file is in an older or password-protected Office format: save it as .xlsx, or from Project as XML",
            "Filen er i et ældre eller adgangskodebeskyttet Office-format: gem som .xlsx, eller fra Project som XML",
        )
    if content.startswith(b"PK"):
        return _packed(content)
    text, _ = decode(content)
    start = text.lstrip()
    if start.startswith("<"):
        return "mspdi"
    if start.startswith(("{", "[")):
        return _of_json(text)
    first = start.partition("\n")[0]
    return "asana-csv" if _ASANA.search(first) else "csv"


def decode(content: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding was guessed. Raises FileUnreadable for what is no text."""
    for name, mark in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(name), False
            except UnicodeDecodeError:
                break
    try:
        text, is_guessed = content.decode("utf-8"), False
    except UnicodeDecodeError:
        text, is_guessed = content.decode("cp1252", errors="replace"), True
    if "\x00" in text:
        raise _refused("Filen är ingen textfil", "The file is no text file", "Filen er ingen tekstfil")
    return text, is_guessed


def _packed(content: bytes) -> str:
    """Looks into a zip without unpacking it: how large it says it would become, and what it holds."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise _refused("Filen är skadad", "The file is damaged", "Filen er beskadiget") from None
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _refused(
            "Filen blir orimligt stor när den packas upp",
            "The file would become unreasonably large when unpacked",
            "Filen bliver urimeligt stor, når den pakkes ud",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise _refused("Filen är krypterad", "The file is encrypted", "Filen er krypteret")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise _refused(
            "Filen är ingen Excel-arbetsbok: spara som .xlsx",
            "The file is no Excel workbook: save it as .xlsx",
            "Filen er ingen Excel-projektmappe: gem som .xlsx",
        )
    return "xlsx"


def _of_json(text: str) -> str:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(
            "Filen är ingen riktig JSON", "The file is no valid JSON", "Filen er ingen gyldig JSON"
        ) from None
    if isinstance(document, dict) and document.get("format") == "startklar-plan":
        return "json"
    if isinstance(document, list) or (isinstance(document, dict) and "data" in document):
        return "asana-json"
    raise _refused(
        "JSON-filen är varken vår egen eller från Asana",
        "The JSON file is neither ours nor from Asana",
        "JSON-filen er hverken vores egen eller fra Asana",
    )


def _refused(sv: str, en: str, da: str) -> FileUnreadable:
    return FileUnreadable(Text(sv=sv, en=en, da=da))
