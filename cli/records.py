"""Writes `docs/records-of-processing.md` from the catalogue of what is held of persons: `python -m cli.records`."""

import sys
from pathlib import Path

from shared.contracts.processing import HOLDINGS, Holding

DOCUMENT = Path(__file__).parents[1] / "docs" / "records-of-processing.md"
_HEAD = """# Records of processing

What the platform holds of persons (GDPR article 30(1)), made from `shared/contracts/processing` by
`python -m cli.records`; a test fails when they differ, and another one when a table is missing. The purges run by the
same catalogue, so that the record cannot say one thing and the database do another.

The controller is the authority [huvudman]; we process for it. `GET /sync/v1/processing-records` gives the same with its
own times, in Swedish, Danish or English, as JSON, CSV or a workbook. The legal grounds are proposals. Recipients are
those that a tenant has declared itself: identity providers, registers, platforms, endpoints of webhooks.

| Kept by | Data | Purpose | Of whom | Ground | Retention | On erasure |
|---|---|---|---|---|---|---|
"""
_TAIL = """
## Times that a tenant sets

| Key | Default | Bounds (days) | Where | Removed by |
|---|---|---|---|---|
"""


def render() -> str:
    """The document."""
    lines = [_line(one) for one in HOLDINGS]
    times = [_time(one) for one in HOLDINGS if one.keep.least is not None]
    return _HEAD + "\n".join(lines) + "\n" + _TAIL + "\n".join(times) + "\n"


def _line(one: Holding) -> str:
    whom = ", ".join(word.value.en for word in one.whom)
    what = ", ".join(word.value.en for word in one.what)
    keeper = "every service" if one.service == "*" else one.service
    days = f" ({one.keep.days})" if one.keep.days is not None else ""
    ground = one.ground.value.en
    return (
        f"| {keeper} | **{one.title.en}**: {what} ({one.data_class}) | {one.purpose.en} | {whom} | {ground}"
        f" | {one.keep.until.en}{days} | {one.on_erasure} |"
    )


def _time(one: Holding) -> str:
    where = one.keep.set_at or f"/sync/v1/retention-schedules/{one.key}"
    return f"| `{one.key}` | {one.keep.days} | {one.keep.least} to {one.keep.most} | `{where}` | {one.keep.done_by} |"


def main() -> None:
    DOCUMENT.write_text(render())
    sys.stdout.write(f"wrote {DOCUMENT.name}\n")


if __name__ == "__main__":
    main()
