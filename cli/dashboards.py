"""`python -m cli.dashboards`: Grafana's dashboards of the chart, one file each in its `files/dashboards`.

What they show is said in `cli/dashboard_panels.py`.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cli.dashboard_panels import DASHBOARDS, Dashboard, Panel
from cli.stack.places import ROOT

FOLDER = ROOT / "deploy" / "helm" / "startklar" / "files" / "dashboards"
_WIDTH, _HEIGHT = 12, 8
_DATA = {"type": "prometheus", "uid": "${datasource}"}
_SERVICES = "label_values(startklar_http_requests_total, service)"


def document(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard as Grafana reads it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["startklar"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": list(_variables(dashboard))},
        "links": [{"type": "dashboards", "tags": ["startklar"], "title": "Startklar", "asDropdown": True}],
        "panels": [_panel(number, panel) for number, panel in enumerate(dashboard.panels)],
    }


def write(folder: Path = FOLDER) -> None:
    """Write every dashboard into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for dashboard in DASHBOARDS:
        (folder / f"{dashboard.uid}.json").write_text(json.dumps(document(dashboard), indent=1) + "\n")


def _variables(dashboard: Dashboard) -> Iterable[dict[str, Any]]:
    yield {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data"}
    if dashboard.chooses:
        yield {
            "name": "service",
            "label": "Service",
            "type": "query",
            "datasource": _DATA,
            "query": {"query": _SERVICES, "refId": "service"},
            "refresh": 2,
            "sort": 1,
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
        }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": legend, "datasource": _DATA}
        for place, (expression, legend) in enumerate(panel.asks)
    ]
    steps = [{"color": "green", "value": None}, *({"color": "red", "value": line} for line in sorted(panel.lines))]
    drawn = {"thresholdsStyle": {"mode": "line" if panel.lines else "off"}, "fillOpacity": 5, "showPoints": "never"}
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.note,
        "datasource": _DATA,
        "gridPos": {
            "x": number % 2 * _WIDTH,
            "y": number // 2 * _HEIGHT,
            "w": _WIDTH,
            "h": _HEIGHT,
        },
        "targets": targets,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "noValue": "none",
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": drawn if panel.kind == "timeseries" else {},
            },
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}} if panel.kind == "timeseries" else {},
    }


if __name__ == "__main__":
    write()
