"""What the operators' dashboards show: panels over what the code counts and what the service levels promise."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.alerts import BURNS, failed_share, requests_per_second, slow_share
from shared.web.service_levels import LEVEL

_CHOSEN = 'service=~"$service"'


@dataclass(frozen=True)
class Panel:
    """`asks`: (PromQL, name of a line). `lines`: values at which something should be done. `kind`: Grafana's."""

    title: str
    unit: str
    asks: Sequence[tuple[str, str]]
    note: str = ""
    lines: Sequence[float] = ()
    kind: str = "timeseries"


@dataclass(frozen=True)
class Dashboard:
    """`chooses`: the reader chooses services, in the variable `service`."""

    uid: str
    title: str
    panels: Sequence[Panel]
    chooses: bool = False


def _quantile(share: float, metric: str, by: str, where: str = "") -> str:
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket{where}[5m])))"


def _burn(window: str) -> str:
    none = f"0 * {requests_per_second(window)}"
    return f"({failed_share(window)}) / {1 - LEVEL.availability:.6g} or {none}"


_REQUESTS = "startklar_http_requests_total"
_SECONDS = "startklar_http_request_seconds"
_BUSY, _MOST = "startklar_database_connections_busy", "startklar_database_connections_max"
_ATTEMPTS = "startklar_webhook_attempts_total"
_OF = f"{{{_CHOSEN}}}"

OVERVIEW = Dashboard(
    "startklar-overview",
    "Startklar / Service levels",
    (
        Panel(
            "Requests that did not fail, 30 days",
            "percentunit",
            ((f"1 - ({failed_share('30d')}) or 0 * {requests_per_second('30d')} + 1", "{{service}}"),),
            note=f"Promised: {LEVEL.availability:.1%} a month",
            kind="stat",
        ),
        Panel(
            f"Requests answered within {LEVEL.seconds:g} s, 30 days",
            "percentunit",
            ((f"1 - ({slow_share('30d', LEVEL)})", "{{service}}"),),
            note=f"Promised: {LEVEL.quick:.0%}",
            kind="stat",
        ),
        Panel(
            "How fast the budget of failures burns, over an hour",
            "none",
            ((_burn("1h"), "{{service}}"),),
            note="1 uses the month's budget up in a month; at 14.4 somebody is woken",
            lines=[burn.factor for burn in BURNS],
        ),
        Panel(
            "Requests that were slow, over an hour",
            "percentunit",
            ((slow_share("1h", LEVEL), "{{service}}"),),
            lines=(1 - LEVEL.quick,),
        ),
        Panel("Requests", "reqps", ((requests_per_second("5m"), "{{service}}"),)),
        Panel(
            "Time to answer",
            "s",
            (
                (_quantile(0.5, _SECONDS, "service"), "{{service}} p50"),
                (_quantile(0.99, _SECONDS, "service"), "{{service}} p99"),
            ),
            lines=(LEVEL.seconds,),
        ),
        Panel(
            "What one service did and others do not know yet",
            "s",
            (("max by (service, owner) (startklar_feed_unread_seconds)", "{{service}} of {{owner}}"),),
            note=f"Promised: {LEVEL.delay:g} s",
            lines=(LEVEL.delay,),
        ),
        Panel(
            "Alerts",
            "none",
            (
                (
                    'count by (alertname, severity) (ALERTS{alertname=~"Startklar.+", alertstate="firing"})',
                    "{{alertname}}",
                ),
            ),
        ),
    ),
)

SERVICE = Dashboard(
    "startklar-service",
    "Startklar / One service",
    (
        Panel(
            "Requests by route",
            "reqps",
            ((f"topk(12, sum by (route, method) (rate({_REQUESTS}{_OF}[5m])))", "{{method}} {{route}}"),),
        ),
        Panel(
            "Failures by route",
            "reqps",
            (
                (
                    f'sum by (route, method, status) (rate({_REQUESTS}{{{_CHOSEN}, status=~"5.."}}[5m]))',
                    "{{status}} {{method}} {{route}}",
                ),
            ),
        ),
        Panel(
            "Slowest routes, p99",
            "s",
            ((f"topk(12, {_quantile(0.99, _SECONDS, 'route, method', _OF)})", "{{method}} {{route}}"),),
            lines=(LEVEL.seconds,),
        ),
        Panel("Answers by status", "reqps", ((f"sum by (status) (rate({_REQUESTS}{_OF}[5m]))", "{{status}}"),)),
        Panel(
            "Refused for one factor",
            "reqps",
            ((f"sum by (service) (rate(startklar_assurance_violations_total{_OF}[5m]))", "{{service}}"),),
        ),
        Panel(
            "Connections to the database in use",
            "percentunit",
            (
                (
                    f"max by (service, role) ({_BUSY}{_OF} / {_MOST}{_OF})",
                    "{{service}} {{role}}",
                ),
            ),
            lines=(0.8,),
        ),
    ),
    chooses=True,
)

WORK = Dashboard(
    "startklar-work",
    "Startklar / Queues and feeds",
    (
        Panel("Jobs that are due", "none", ((f"max by (service) (startklar_jobs_due{_OF})", "{{service}}"),)),
        Panel(
            "How long the oldest due job waits",
            "s",
            ((f"max by (service) (startklar_jobs_oldest_due_seconds{_OF})", "{{service}}"),),
            lines=(10 * LEVEL.delay,),
        ),
        Panel(
            "Jobs that end",
            "ops",
            ((f"sum by (service, state) (rate(startklar_jobs_ended_total{_OF}[5m]))", "{{service}} {{state}}"),),
        ),
        Panel(
            "Jobs that failed, by kind",
            "none",
            (
                (
                    f'sum by (service, kind) (increase(startklar_jobs_ended_total{{{_CHOSEN}, state="failed"}}[1h]))',
                    "{{service}} {{kind}}",
                ),
            ),
            lines=(1,),
        ),
        Panel(
            "Longest jobs, p95",
            "s",
            ((f"topk(12, {_quantile(0.95, 'startklar_job_seconds', 'service, kind', _OF)})", "{{service}} {{kind}}"),),
        ),
        Panel("Jobs that run", "none", ((f"max by (service) (startklar_jobs_running{_OF})", "{{service}}"),)),
        Panel(
            "Events without a position", "none", ((f"max by (service) (startklar_outbox_waiting{_OF})", "{{service}}"),)
        ),
        Panel(
            "Events published",
            "ops",
            ((f"sum by (service) (rate(startklar_events_sequenced_total{_OF}[5m]))", "{{service}}"),),
        ),
        Panel(
            "Events not yet applied",
            "none",
            ((f"max by (service, owner) (startklar_feed_lag{_OF})", "{{service}} of {{owner}}"),),
        ),
        Panel(
            "Events applied",
            "ops",
            ((f"sum by (service, owner) (rate(startklar_events_applied_total{_OF}[5m]))", "{{service}} of {{owner}}"),),
        ),
        Panel(
            "Events set aside, and feeds refused",
            "none",
            (
                (
                    f"sum by (service, owner, state) (startklar_events_parked{_OF})",
                    "{{service}} of {{owner}}: {{state}}",
                ),
                (f"max by (service, owner) (startklar_feed_refused{_OF})", "{{service}} of {{owner}}: refused"),
            ),
            lines=(1,),
        ),
        Panel(
            "Steps of workers that fail in a row",
            "none",
            ((f"max by (service, step) (startklar_step_failures{_OF})", "{{service}} {{step}}"),),
            lines=(3,),
        ),
    ),
    chooses=True,
)

SYNC = Dashboard(
    "startklar-sync",
    "Startklar / Registers and rosters",
    (
        Panel(
            "Age of the oldest news",
            "s",
            (("max by (type) (startklar_drift_age_seconds)", "{{type}}"),),
            note="Of the tenant that has waited longest for a delivery, an applied roster, a comparison",
            lines=(7 * 86400,),
        ),
        Panel(
            "Reading, planning and applying, p95",
            "s",
            ((_quantile(0.95, "startklar_job_seconds", "kind", '{service="sync"}'), "{{kind}}"),),
        ),
        Panel(
            "Jobs that end",
            "ops",
            (('sum by (kind, state) (rate(startklar_jobs_ended_total{service="sync"}[15m]))', "{{kind}} {{state}}"),),
        ),
        Panel(
            "Who has not yet what changed",
            "none",
            (('max by (service) (startklar_feed_lag{owner="sync"})', "{{service}}"),),
        ),
        Panel(
            "Uploads and changes read",
            "reqps",
            (
                (
                    f'sum by (route) (rate({_REQUESTS}{{service="sync", route=~".*(uploads|runs|changes).*"}}[5m]))',
                    "{{route}}",
                ),
            ),
        ),
        Panel(
            "Memory of sync",
            "bytes",
            (('max by (instance) (process_resident_memory_bytes{service="sync"})', "{{instance}}"),),
        ),
    ),
)

DATA = Dashboard(
    "startklar-data",
    "Startklar / Processes, database, Redis",
    (
        Panel(
            "Connections to the database",
            "none",
            ((f"sum by (service, role) (startklar_database_connections_busy{_OF})", "{{service}} {{role}}"),),
        ),
        Panel(
            "Share of the connections that are in use",
            "percentunit",
            (
                (
                    f"max by (service, role) ({_BUSY}{_OF} / {_MOST}{_OF})",
                    "{{service}} {{role}}",
                ),
            ),
            lines=(0.8,),
        ),
        Panel(
            "Answers that say `unavailable`",
            "reqps",
            ((f'sum by (service) (rate({_REQUESTS}{{{_CHOSEN}, status="503"}}[5m]))', "{{service}}"),),
        ),
        Panel(
            "Calls to Redis that failed",
            "ops",
            ((f"sum by (service) (rate(startklar_wakeups_lost_total{_OF}[5m]))", "{{service}}"),),
            note="Work goes on, up to two seconds later",
        ),
        Panel(
            "How late event loops are, p99",
            "s",
            ((_quantile(0.99, "startklar_loop_lag_seconds", "service, instance", _OF), "{{service}} {{instance}}"),),
            lines=(0.1,),
        ),
        Panel("CPU", "none", ((f"sum by (service) (rate(process_cpu_seconds_total{_OF}[5m]))", "{{service}}"),)),
        Panel(
            "Memory",
            "bytes",
            ((f"max by (service, instance) (process_resident_memory_bytes{_OF})", "{{service}} {{instance}}"),),
        ),
        Panel(
            "Open files",
            "percentunit",
            ((f"max by (service) (process_open_fds{_OF} / process_max_fds{_OF})", "{{service}}"),),
            lines=(0.8,),
        ),
        Panel(
            "How far behind the archive of backups is",
            "s",
            (("time() - max by (namespace) (startklar_backup_reached_timestamp_seconds)", "{{namespace}}"),),
            note="Promised: 60 s; the follower writes every 10",
            lines=(60,),
        ),
        Panel(
            "Age of the newest base backup",
            "s",
            (("time() - max by (namespace) (startklar_backup_base_timestamp_seconds)", "{{namespace}}"),),
            lines=(26 * 3600,),
        ),
    ),
    chooses=True,
)

WEBHOOKS = Dashboard(
    "startklar-webhooks",
    "Startklar / Webhooks",
    (
        Panel(
            "Attempts by answer",
            "ops",
            (("sum by (outcome) (rate(startklar_webhook_attempts_total[5m]))", "{{outcome}}"),),
        ),
        Panel(
            "Deliveries that are due and not made", "none", (("max(startklar_webhook_deliveries_waiting)", "waiting"),)
        ),
        Panel(
            "How long receivers take",
            "s",
            tuple(
                (_quantile(share, "startklar_webhook_seconds", "service"), f"p{share * 100:.0f}")
                for share in (0.5, 0.99)
            ),
        ),
        Panel(
            "Share of attempts that arrive",
            "percentunit",
            (
                (
                    f'sum(rate({_ATTEMPTS}{{outcome="2xx"}}[15m])) / sum(rate({_ATTEMPTS}[15m]))',
                    "arrive",
                ),
            ),
        ),
    ),
)

DASHBOARDS = (OVERVIEW, SERVICE, WORK, SYNC, DATA, WEBHOOKS)
