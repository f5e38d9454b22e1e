"""The links of MS Project's XML: types, and lags in any unit, as working days. Pure."""

from services.projects.interchange.cells import link_of
from services.projects.interchange.mspdi import ELAPSED_FORMATS, ELAPSED_PER_DAY, LINK_TYPES, PERCENT_FORMATS
from services.projects.interchange.mspdi_tasks import Task
from services.projects.interchange.parsed import Parsed, Row

_TYPES = {str(number): name for name, number in LINK_TYPES.items()}
_MOST = 2000


class Links:
    """Collects the links of all tasks. `ids` maps UIDs to our rows."""

    def __init__(self, parsed: Parsed, ids: dict[str, str], minutes_per_day: int) -> None:
        self._parsed = parsed
        self._ids = ids
        self._per_day = minutes_per_day * 10
        self._found: list[tuple[Row, list[tuple[str, str, int]]]] = []

    def take(self, row: Row, task: Task) -> None:
        """The links of one task; they are settled when every task is known."""
        links = []
        for element in task.element.iterfind("PredecessorLink"):
            uid = (element.findtext("PredecessorUID") or "").strip()
            kind = _TYPES.get(element.findtext("Type") or "1", "FS")
            try:
                lag = int(float(element.findtext("LinkLag") or 0))
                lag_format = int(element.findtext("LagFormat") or 7)
            except ValueError:
                lag, lag_format = 0, 7
            links.append((uid, kind, self._days(row, lag, lag_format)))
        self._found.append((row, links))

    def settle(self, summaries: set[str]) -> None:
        """Name the links of each row by the other rows' UIDs, and by our ids as the row's own value."""
        known = {row.key for row, _ in self._found}
        for row, links in self._found:
            row.waits_for, own = [], []
            for uid, kind, lag in dict.fromkeys(links):
                if uid in summaries:
                    self._parsed.findings.add("link_to_summary", row.place("predecessors"), uid)
                elif uid not in known:
                    self._parsed.findings.add("link_unknown", row.place("predecessors"), uid)
                else:
                    row.waits_for.append(link_of(uid, kind, lag, is_soft=False))
                    own.append(link_of(self._ids.get(uid, f"uid-{uid}"), kind, lag, is_soft=False))
            if "base" in row.cells:
                row.cells["predecessors"] = " ".join(sorted(own)) or None

    def _days(self, row: Row, lag: int, lag_format: int) -> int:
        if lag == 0:
            return 0
        if lag_format in PERCENT_FORMATS:
            self._parsed.findings.add("percent_lag", row.place("predecessors"), f"{lag} %")
            return 0
        is_elapsed = lag_format in ELAPSED_FORMATS
        exact = lag / ELAPSED_PER_DAY * 5 / 7 if is_elapsed else lag / self._per_day
        days = max(-_MOST, min(_MOST, round(exact)))
        if is_elapsed or days != exact:
            code = "elapsed_lag" if is_elapsed else "odd_lag"
            self._parsed.findings.add(code, row.place("predecessors"), f"{lag / 10:g} min", days=days)
        return days
