"""The arithmetic of the benchmarks: what a spread is, which rounds make a figure, and whose CPU counts."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.benchmarks import report
from tests.benchmarks.load import get_many, paced, written
from tests.benchmarks.measure import Figure, added, against, cpu_seconds, interleaved, percentile, spread, to_aim

STEADY = [10.0, 10.5, 9.5, 10.2, 9.8]
WILD = [10.0, 30.0, 5.0, 25.0, 8.0]


def test_a_percentile_is_one_of_the_samples_whatever_their_order() -> None:
    samples = [float(number) for number in range(100, 0, -1)]
    assert percentile(samples, 0.5) == 51
    assert percentile(samples, 0.99) == 100
    assert percentile(samples, 1.0) == 100
    assert percentile([7.0], 0.99) == 7


def test_the_spread_is_the_distance_of_the_quartiles_relative_to_the_median() -> None:
    assert spread([10.0, 10.0, 10.0]) == 0
    assert spread([8.0, 9.0, 10.0, 11.0, 12.0]) == pytest.approx((11.5 - 8.5) / 10)
    assert spread([80.0, 90.0, 100.0, 110.0, 120.0]) == pytest.approx(spread([8.0, 9.0, 10.0, 11.0, 12.0]))


def test_a_ratio_is_value_over_limit_and_comes_from_pairs_of_rounds() -> None:
    machine = [1.0, 3.0, 1.0, 2.0, 5.0]  # how slow it was in each round, for both
    ours = [20 * slow for slow in machine]
    figure = against("x", ours, [10 * slow for slow in machine], unit="us")
    assert (figure.ratio, figure.spread) == (2.0, 0.0)
    assert (figure.value, figure.limit) == (40.0, 20.0)


def test_where_more_is_better_the_ratio_is_value_over_limit_too() -> None:
    figure = against("x", [50.0] * 3, [100.0] * 3, unit="rows/s", better="higher")
    assert (figure.better, figure.ratio) == ("higher", 0.5)


def test_rounds_that_disagree_give_no_figure() -> None:
    steady = [10.0] * 5
    for figure in (
        against("x", WILD, steady, unit="us"),
        to_aim("x", WILD, 10, unit="ms"),
        added("x", WILD, steady, 10, unit="ms"),
    ):
        assert (figure.value, figure.ratio) == (None, None)
        assert figure.spread > 0.25
        assert figure.note.startswith("unstable, rounds from ")


def test_rounds_that_agree_give_one() -> None:
    assert to_aim("x", STEADY, 20, unit="ms").ratio == pytest.approx(0.5)
    assert against("x", STEADY, [5.0] * 5, unit="us").ratio == pytest.approx(2)


def test_a_small_difference_is_judged_by_the_aim_and_not_by_itself() -> None:
    without = [10.0, 12.0, 9.0]
    figure = added("x", [10.1, 12.5, 9.0], without, 5, unit="ms")
    assert figure.value == pytest.approx(0.1)
    assert figure.ratio == pytest.approx(0.02)
    assert figure.spread == pytest.approx(0.1)


async def test_the_first_round_only_warms_and_variants_take_turns() -> None:
    order: list[str] = []

    def work(name: str) -> Callable[[], Awaitable[int]]:
        async def go() -> int:
            order.append(name)
            return 1

        return go

    found = await interleaved({name: ([os.getpid()], work(name)) for name in ("a", "b")}, 3)
    assert [len(rounds) for rounds in found.values()] == [3, 3]
    assert order == ["b", "a", "a", "b", "b", "a", "a", "b"]


def test_the_cpu_of_children_counts_while_they_run_and_after() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass\nprint('x', flush=True)\ninput()"
    before = cpu_seconds([os.getpid()])
    child = subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.read(1)
    # The kernel counts in ticks of 10 ms, and each reading may lack one.
    assert cpu_seconds([os.getpid()]) - before >= 0.25
    child.communicate(b"\n")
    assert cpu_seconds([os.getpid()]) - before >= 0.25


class _Slow:
    """Answers one request at a time, after `pause` seconds."""

    def __init__(self, pause: float, status: str = "200 OK") -> None:
        self._pause = pause
        self._status = status
        self._turn = asyncio.Lock()
        self.seen: list[bytes] = []

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/x?y=1"

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            self.seen.append(head)
            async with self._turn:
                await asyncio.sleep(self._pause)
            writer.write(f"HTTP/1.1 {self._status}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


async def test_a_paced_load_keeps_its_rate_and_counts_the_waiting_that_a_slow_server_causes() -> None:
    async with _Slow(0.02) as url:
        raw = written(url, {"Authorization": "Bearer t"})
        calm = await paced(url, [raw] * 5, rate=20, connections=2)
        begin = time.perf_counter()
        late = await paced(url, [raw] * 20, rate=200, connections=2)
    assert len(late) == 20
    assert time.perf_counter() - begin >= 0.4
    assert percentile(calm, 0.5) < 0.1
    assert max(late) > 0.2  # the last was due after 0.1 s and answered after 0.4 s


async def test_an_answer_that_is_no_success_ends_the_measurement() -> None:
    async with _Slow(0, "429 Too Many Requests") as url:
        with pytest.raises(ExceptionGroup) as caught:
            await get_many(url, {}, requests=4, connections=2)
    assert caught.group_contains(ConnectionError, match="429")


async def test_all_requests_are_sent_whatever_the_number_of_connections() -> None:
    server = _Slow(0)
    async with server as url:
        assert len(await get_many(url, {"X": "y"}, requests=7, connections=3)) == 7
    assert len(server.seen) == 7
    assert server.seen[0].startswith(b"GET /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:")


def test_machines_read_figures_only_and_readers_see_what_gave_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    figures = [to_aim("good", STEADY, 20, unit="ms"), to_aim("bad", WILD, 20, unit="ms")]
    report.write(figures, partial=False)
    rows = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert [row["name"] for row in rows] == ["good"]
    assert set(rows[0]) == {"name", "value", "unit", "better", "limit", "ratio", "spread"}
    assert "| bad | no figure |" in (tmp_path / "docs" / "benchmarks.md").read_text()


def test_a_partial_run_leaves_the_document_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "ROOT", tmp_path)
    report.write([Figure("x", 1.0, "ms", "lower", 2.0, 0.5, 0.0)], partial=True)
    assert (tmp_path / "build" / "bench.json").exists()
    assert not (tmp_path / "docs").exists()
