"""Prometheus alerts that follow from the service levels (`shared/web/service_levels.py`), and from how we can fail.

Availability and quickness by burn rate over several windows: a page when an hour's failures use up two per cent of a
month's budget, a ticket when three days' use up ten.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from shared.web.service_levels import LEVEL, ServiceLevel

_RUNBOOKS = "https://startklar.dev/runbooks"
# Pages of docs/runbooks; the others begin at its table of alerts.
RUNBOOK_OF = {
    "RequestsFail": "disk",
    "JobsWait": "flood",
    "JobsFail": "poison",
    "FeedBehind": "poison",
    "EventParked": "poison",
    "FeedRefused": "backup",
    "BackupBehind": "backup",
    "BackupOld": "backup",
    "BackupWaits": "backup",
    "BackupAbsent": "backup",
    "ErasuresForgotten": "backup",
}


# (name, severity, how many delays it lasts, expression, summary); a delay is the service level's.
_WORK: tuple[tuple[str, str, float | None, str, str], ...] = (
    (
        "JobsWait",
        "page",
        5,
        "max by (service) (startklar_jobs_oldest_due_seconds) > 10 * {delay:g}",
        "A job of {{ $labels.service }} has been due for {{ $value | humanizeDuration }} and nobody takes it",
    ),
    (
        "EventsWait",
        "page",
        1,
        "max by (service) (startklar_outbox_waiting) > 0",
        "What {{ $labels.service }} did is told to nobody: its worker gives events no position",
    ),
    (
        "FeedBehind",
        "page",
        5,
        "max by (service, owner) (startklar_feed_lag) > 0 unless max by (service, owner)"
        " (changes(startklar_events_applied_total[5m])) > 0",
        "{{ $labels.service }} does not follow {{ $labels.owner }} any more",
    ),
    (
        "FeedUnread",
        "page",
        1,
        "max by (service, owner) (startklar_feed_unread_seconds) > 5 * {delay:g}",
        "{{ $labels.service }} has not read the feed of {{ $labels.owner }} for {{ $value | humanizeDuration }}",
    ),
    (
        "FeedRefused",
        "page",
        None,
        "max by (service, owner) (startklar_feed_refused) > 0",
        "The feed of {{ $labels.owner }} contradicts what {{ $labels.service }} has applied: was it restored?",
    ),
    (
        "EventParked",
        "ticket",
        None,
        'sum by (service, owner) (startklar_events_parked{state="parked"}) > 0',
        "{{ $labels.service }} could not apply an event of {{ $labels.owner }} and set it aside",
    ),
    (
        "JobsFail",
        "ticket",
        None,
        'sum by (service, kind) (increase(startklar_jobs_ended_total{state="failed"}[1h])) > 0',
        "Jobs of kind {{ $labels.kind }} fail in {{ $labels.service }}",
    ),
)


def _last(metric: str) -> str:
    """The newest that was told within a week: who died tells nothing any more, and must not be forgotten for it."""
    return f"max by (namespace) (max_over_time({metric}[7d]))"


# Of our follower, and of CloudNativePG with the Barman Cloud plugin, which follow side by side.
_REACHED = "startklar_backup_reached_timestamp_seconds"
_BASE = "startklar_backup_base_timestamp_seconds"
_ELSEWHERE = "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp"
_WAITING = 'cnpg_collector_pg_wal_archive_status{value="ready"}'

# (name, severity, how long it lasts, expression, summary)
_BACKUP: tuple[tuple[str, str, str | None, str, str], ...] = (
    (
        "BackupBehind",
        "page",
        "1m",
        f"time() - {_last(_REACHED)} > 60",
        "Nothing has come into the archive of backups for {{ $value | humanizeDuration }}: promised are 60 s",
    ),
    (
        "BackupOld",
        "ticket",
        "1h",
        f"time() - ({_last(_BASE)} or {_last(_ELSEWHERE)}) > 26 * 3600",
        "The newest base backup is {{ $value | humanizeDuration }} old: one a day is promised",
    ),
    (
        "BackupWaits",
        "page",
        "5m",
        f"max by (namespace) ({_WAITING}) > 4",
        "{{ $value }} files of the log wait for the object store: what a restore reaches grows old",
    ),
    (
        "BackupAbsent",
        "ticket",
        "1d",
        f"absent({_REACHED})",
        "Nobody follows the backups of this installation, not even who is to be erased again after a restore",
    ),
    (
        "ErasuresForgotten",
        "page",
        None,
        "max by (namespace) (startklar_backup_forgotten_erasures) > 0",
        "The database was restored, and {{ $value }} erased persons are back in it: restore mark, restore replay",
    ),
)


@dataclass(frozen=True)
class Burn:
    """How many times faster than allowed the budget burns, over a long window and, to end soon, a short one."""

    factor: float
    long: str
    short: str
    severity: str


BURNS = (Burn(14.4, "1h", "5m", "page"), Burn(6, "6h", "30m", "page"), Burn(1, "3d", "6h", "ticket"))


def rules(level: ServiceLevel = LEVEL) -> dict[str, Any]:
    """The `spec` of a PrometheusRule."""
    return {
        "groups": [
            {"name": "startklar-service-levels", "rules": [*_availability(level), *_quickness(level)]},
            {"name": "startklar-work", "rules": list(_work(level))},
            {
                "name": "startklar-backup",
                "rules": [
                    _alert(name, asked, severity, text, wait=wait) for name, severity, wait, asked, text in _BACKUP
                ],
            },
        ]
    }


# What callers asked for: services poll each other and probes come every few seconds, and either would hide a failure.
_ASKED = 'route!~"/internal/.+|/(live|ready|startup)z"'
# How long an upload takes is its sender's business.
_TIMED = 'route!~"/internal/.+|/(live|ready|startup)z|.+/content"'


def _requests(of: str, window: str, where: str = "") -> str:
    return f"sum by (service) ({of}(startklar_http_requests_total{{{_ASKED}{where}}}[{window}]))"


def _answers(of: str, part: str, window: str, where: str = "") -> str:
    return f"sum by (service) ({of}(startklar_http_request_seconds_{part}{{{_TIMED}{where}}}[{window}]))"


def failed_share(window: str) -> str:
    """PromQL: the share of a service's requests that failed on our side."""
    return f"{_requests('rate', window, _FAILED)} / {requests_per_second(window)}"


def requests_per_second(window: str) -> str:
    """PromQL: what callers ask of a service."""
    return _requests("rate", window)


def slow_share(window: str, level: ServiceLevel) -> str:
    """PromQL: the share of a service's requests that took longer than promised."""
    quick = _answers("rate", "bucket", window, _quick(level))
    return f"1 - {quick} / {_answers('rate', 'count', window)}"


_FAILED = ', status=~"5.."'
# By night one of three requests is a third of them: nobody is woken for so few.
_FEW = 10


def _quick(level: ServiceLevel) -> str:
    return f', le="{level.seconds}"'


def _failures(burn: Burn) -> str:
    return _requests("increase", burn.long, _FAILED)


def _slow(burn: Burn, level: ServiceLevel) -> str:
    quick = _answers("increase", "bucket", burn.long, _quick(level))
    return f"({_answers('increase', 'count', burn.long)} - {quick})"


def _availability(level: ServiceLevel) -> Iterator[dict[str, Any]]:
    budget = 1 - level.availability
    for burn in BURNS:
        yield _alert(
            "RequestsFail",
            _both(failed_share, burn, budget) + f" and {_failures(burn)} > {_FEW}",
            burn.severity,
            "{{ $labels.service }} fails more requests than the service level allows",
            window=burn.long,
        )


def _quickness(level: ServiceLevel) -> Iterator[dict[str, Any]]:
    budget = 1 - level.quick
    for burn in BURNS:
        if burn.factor * budget >= 1:
            continue
        yield _alert(
            "RequestsSlow",
            _both(lambda window: slow_share(window, level), burn, budget) + f" and {_slow(burn, level)} > {_FEW}",
            burn.severity,
            "{{ $labels.service }} answers more slowly than the service level allows",
            window=burn.long,
        )


def _work(level: ServiceLevel) -> Iterator[dict[str, Any]]:
    """What no request tells of: work that nobody does, and news that reach nobody."""
    for name, severity, wait, expression, summary in _WORK:
        seconds = None if wait is None else f"{wait * level.delay:g}s"
        yield _alert(name, expression.replace("{delay:g}", f"{level.delay:g}"), severity, summary, wait=seconds)


def _both(share: Callable[[str], str], burn: Burn, budget: float) -> str:
    bound = f"{burn.factor * budget:.6g}"
    return f"({share(burn.long)}) > {bound} and ({share(burn.short)}) > {bound}"


def _alert(
    name: str, expression: str, severity: str, summary: str, *, wait: str | None = None, window: str | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"alert": f"Startklar{name}", "expr": expression}
    if wait:
        made["for"] = wait
    notes = {"summary": summary, "runbook_url": f"{_RUNBOOKS}/{RUNBOOK_OF.get(name, 'README')}"}
    # The window tells alerts of one name apart; two that nothing tells apart would be one.
    labels = {"severity": severity} | ({"window": window} if window else {})
    return made | {"labels": labels, "annotations": notes}
