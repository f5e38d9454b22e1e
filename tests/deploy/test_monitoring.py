"""Alerts and dashboards: made of the service levels, of what the code counts, and judged by Prometheus itself."""

import json
from pathlib import Path
from typing import Any

import yaml

from cli import dashboards
from cli.alerts import rules
from cli.dashboard_panels import DASHBOARDS
from cli.kubernetes import RULES
from shared.web.service_levels import LEVEL, x_sla
from tests.deploy.chart import release
from tests.support.prometheus import promtool


def test_the_charts_dashboards_are_those_that_the_code_makes(tmp_path: Path) -> None:
    dashboards.write(tmp_path)
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text() for path in dashboards.FOLDER.iterdir()}
    assert kept == made, "run `python -m cli.dashboards`"
    shipped = release("everything").named("ConfigMap", "dashboards")["data"]
    assert {name: json.loads(text) for name, text in shipped.items()} == {
        name: json.loads(text) for name, text in made.items()
    }


def test_every_panel_has_a_place_of_its_own_and_asks_something() -> None:
    for dashboard in DASHBOARDS:
        panels = dashboards.document(dashboard)["panels"]
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
        assert len(set(places)) == len(panels)
        assert all(panel["targets"] and panel["title"] for panel in panels)


def test_documents_and_alerts_and_dashboards_promise_the_same() -> None:
    shown = json.dumps([dashboards.document(each) for each in DASHBOARDS])
    alerts = json.dumps(rules())
    assert x_sla()["availability"].startswith(f"{LEVEL.availability:.1%}"[:-1])
    assert f"Promised: {LEVEL.availability:.1%}" in shown
    assert f"> {14.4 * (1 - LEVEL.availability):.6g}" in alerts
    assert f'le=\\"{LEVEL.seconds}\\"' in alerts
    assert f'le=\\"{LEVEL.seconds}\\"' in shown
    assert f"{LEVEL.seconds * 1000:.0f} ms" in x_sla()["responseTime"]


def test_prometheus_reads_the_rules_and_every_question_of_a_dashboard(tmp_path: Path) -> None:
    promtool("check", "rules", str(RULES))
    asked = [ask for board in DASHBOARDS for panel in board.panels for ask, _ in panel.asks]
    recorded = [
        {"record": f"panel:{number}", "expr": expression.replace("$service", ".*")}
        for number, expression in enumerate(asked)
    ]
    (tmp_path / "panels.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    promtool("check", "rules", str(tmp_path / "panels.yaml"))


_ASKED = 'startklar_http_requests_total{service="projects",route="/projects/v1/projects",status="%s"}'
_TAKEN, _POLLED = "startklar_http_request_seconds", _ASKED.replace("/projects/v1/projects", "/internal/events") % "200"
_OK, _FAILED = _ASKED % "200", _ASKED % "503"
_QUICK, _EVERY = f'{_TAKEN}_bucket{{service="projects",le="0.5"}}', f'{_TAKEN}_count{{service="projects"}}'
_OF_SYNC = '{service="training",owner="sync"}'
_REACHED = 'startklar_backup_reached_timestamp_seconds{namespace="sk"}'
_BASE = 'startklar_backup_base_timestamp_seconds{namespace="sk"}'
_BARMAN = 'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace="sk",pod="sk-postgres-1"}'
_READY = 'cnpg_collector_pg_wal_archive_status{namespace="sk",pod="sk-postgres-1",value="ready"}'
# What happens; the series, in steps of a minute; when somebody looks; which alerts fire then: name, severity, window.
CASES: tuple[tuple[str, dict[str, str], str, set[str]], ...] = (
    ("one in two thousand fails", {_OK: "0+1999x600", _FAILED: "0+1x600"}, "6h", set()),
    (
        "one in fifty fails for long",
        {_OK: "0+980x600", _FAILED: "0+20x600", _POLLED: "0+900000x600"},
        "70m",
        {"RequestsFail page 1h", "RequestsFail page 6h", "RequestsFail ticket 3d"},
    ),
    (
        "it failed, and all has been well for ten minutes",
        {_OK: "0+1000x600", _FAILED: "0+100x60 6000x300"},
        "75m",
        {"RequestsFail page 6h", "RequestsFail ticket 3d"},
    ),
    ("two of the five requests of a night fail", {_OK: "0+0x30 3x60", _FAILED: "0+0x30 2x60"}, "70m", set()),
    (
        "one in four is slow",
        {_QUICK: "0+75x600", _EVERY: "0+100x600"},
        "70m",
        {"RequestsSlow page 1h", "RequestsSlow page 6h", "RequestsSlow ticket 3d"},
    ),
    ("jobs wait", {'startklar_jobs_oldest_due_seconds{service="sync"}': "0+60x60"}, "20m", {"JobsWait page"}),
    ("nobody sequences", {'startklar_outbox_waiting{service="sync"}': "3x60"}, "2m", {"EventsWait page"}),
    ("a feed is not read", {f"startklar_feed_unread_seconds{_OF_SYNC}": "0+60x60"}, "10m", {"FeedUnread page"}),
    ("a feed is read all the time", {f"startklar_feed_unread_seconds{_OF_SYNC}": "1x60"}, "30m", set()),
    (
        "a feed stands still behind its owner",
        {f"startklar_feed_lag{_OF_SYNC}": "9x60", f"startklar_events_applied_total{_OF_SYNC}": "5x60"},
        "20m",
        {"FeedBehind page"},
    ),
    (
        "a feed is behind and catches up",
        {f"startklar_feed_lag{_OF_SYNC}": "9x60", f"startklar_events_applied_total{_OF_SYNC}": "0+5x60"},
        "20m",
        set(),
    ),
    ("a feed contradicts itself", {f"startklar_feed_refused{_OF_SYNC}": "1x60"}, "1m", {"FeedRefused page"}),
    (
        "an event is parked",
        {'startklar_events_parked{service="training",owner="sync",state="parked"}': "1x60"},
        "1m",
        {"EventParked ticket"},
    ),
    (
        "a job failed",
        {'startklar_jobs_ended_total{service="sync",kind="run-read",state="failed"}': "0x10 1x60"},
        "15m",
        {"JobsFail ticket"},
    ),
    # The clock of these cases begins at 0, so that a time is told by the minutes that have gone.
    (
        "the archive keeps up, and a base backup is made each day",
        {_REACHED: "0+60x3000", _BASE: "0+60x3000"},
        "49h",
        set(),
    ),
    ("the follower runs and nothing arrives", {_REACHED: "0+60x10 600x50"}, "20m", {"BackupBehind page"}),
    ("the follower is gone, and what it told is stale", {_REACHED: "0+60x10"}, "6h", {"BackupBehind page"}),
    (
        "no base backup for a day and three hours",
        {_REACHED: "0+60x3000", _BASE: "60x3000"},
        "28h",
        {"BackupOld ticket"},
    ),
    (
        "CloudNativePG makes no base backup any more, and its object store takes no log",
        {_REACHED: "0+60x3000", _BARMAN: "60x3000", _READY: "9x3000"},
        "28h",
        {"BackupOld ticket", "BackupWaits page"},
    ),
    ("CloudNativePG keeps up", {_REACHED: "0+60x3000", _BARMAN: "0+60x3000", _READY: "1x3000"}, "28h", set()),
    ("nobody has ever followed", {}, "25h", {"BackupAbsent ticket"}),
    (
        "somebody restored the database and marked nothing",
        {_REACHED: "0+60x60", 'startklar_backup_forgotten_erasures{namespace="sk"}': "0x10 2x50"},
        "11m",
        {"ErasuresForgotten page"},
    ),
)


def test_each_alert_fires_when_it_should_and_is_silent_when_it_should(tmp_path: Path) -> None:
    fired = {f"Startklar{one.split()[0]}" for *_, expected in CASES for one in expected}
    assert fired == {rule["alert"] for group in rules()["groups"] for rule in group["rules"]}, "each has its case"
    whole = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [_case(*case) for case in CASES]}
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    promtool("test", "rules", str(tmp_path / "tests.yaml"))


def _case(name: str, series: dict[str, str], at: str, expected: set[str]) -> dict[str, Any]:
    labels = []
    for one in expected:
        alert, severity, *window = one.split()
        more = f', window="{window[0]}"' if window else ""
        labels.append(f'{{alertname="Startklar{alert}", severity="{severity}"{more}}}')
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": one, "values": values} for one, values in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname, severity, window) (ALERTS{alertstate="firing"})',
                "eval_time": at,
                "exp_samples": [{"labels": each, "value": 1} for each in labels],
            }
        ],
    }
