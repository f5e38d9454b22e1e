"""The two calls that run in a process of their own, under limits of memory and time: reading and writing files.

Their arguments and results are JSON values, so that whatever a hostile file makes of the process stays there.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

from services.projects.interchange.asana import read_asana_csv, read_asana_json
from services.projects.interchange.context import Context
from services.projects.interchange.csv_in import read_csv
from services.projects.interchange.csv_out import write_csv
from services.projects.interchange.json_in import read_json
from services.projects.interchange.json_out import write_json
from services.projects.interchange.mspdi_in import read_mspdi
from services.projects.interchange.mspdi_out import write_mspdi
from services.projects.interchange.outgoing import OutPlan
from services.projects.interchange.parsed import Parsed
from services.projects.interchange.sniff import sniff
from services.projects.interchange.xlsx_in import read_xlsx
from services.projects.interchange.xlsx_out import write_xlsx

READERS: Mapping[str, Callable[[bytes, Context], Parsed]] = {
    "mspdi": read_mspdi,
    "xlsx": read_xlsx,
    "csv": read_csv,
    "json": read_json,
    "asana-csv": read_asana_csv,
    "asana-json": read_asana_json,
}
WRITERS: Mapping[str, Callable[[OutPlan], bytes]] = {
    "json": write_json,
    "csv": write_csv,
    "xlsx": write_xlsx,
    "mspdi": write_mspdi,
}


def read_content(content: bytes, context: Context) -> Parsed:
    """What a file says. Raises FileUnreadable for one that says nothing."""
    return READERS[sniff(content)](content, context)


def read_file(content: str, context: dict[str, Any]) -> dict[str, Any]:
    """`read_content` with Base64 and JSON."""
    return read_content(b64decode(content), Context.of(context)).as_json()


def write_file(name: str, plan: dict[str, Any]) -> str:
    """A plan in one of `WRITERS`, as Base64."""
    return b64encode(WRITERS[name](OutPlan.model_validate(plan))).decode()
