"""Work in a child process: limits hold, and the child never outlives the call."""

import asyncio
from pathlib import Path

import psutil
import pytest

from shared.kit.problems import Conflict, Invalid
from shared.queue import ChildFailed, WorkTooLarge, WorkTooLong, run_in_child
from tests.shared.queue import child_work


async def test_the_result_comes_back() -> None:
    assert await run_in_child(child_work.double, 20, plus=2) == 42


async def test_too_much_memory_is_a_problem_of_the_input() -> None:
    with pytest.raises(WorkTooLarge):
        await run_in_child(child_work.hoard, memory_mb=512)


async def test_a_crash_is_no_crash_of_the_worker() -> None:
    with pytest.raises(WorkTooLarge):
        await run_in_child(child_work.crash)


async def test_too_much_time_kills_the_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(WorkTooLong):
        await run_in_child(child_work.sleep_and_tell, str(note), seconds=1.5)
    assert not psutil.pid_exists(int(note.read_text()))


async def test_a_cancelled_call_kills_the_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    call = asyncio.create_task(run_in_child(child_work.sleep_and_tell, str(note)))
    async with asyncio.timeout(10):
        while not note.exists() or not note.read_text():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not psutil.pid_exists(int(note.read_text()))


async def test_a_problem_crosses_the_border_whole() -> None:
    with pytest.raises(Conflict) as caught:
        await run_in_child(child_work.refuse)
    assert caught.value.detail == "the file was replaced"
    assert caught.value.extensions == {"place": 7}


async def test_a_problems_texts_and_places_cross_too() -> None:
    with pytest.raises(Invalid) as caught:
        await run_in_child(child_work.find_fault)
    assert caught.value.document("sv")["detail"] == "Fel"
    assert caught.value.errors[0].pointer == "#/row"


async def test_an_unforeseen_error_crosses_without_its_text() -> None:
    with pytest.raises(ChildFailed, match=r"^ValueError$"):
        await run_in_child(child_work.stumble)
