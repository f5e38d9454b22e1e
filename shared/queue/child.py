"""CPU-heavy work in a process of its own: limited in memory and time, killed with the job, gone with the worker."""

import asyncio
import pickle
import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

from shared.kit.problems import Problem
from shared.queue.faults import WorkTooLarge, WorkTooLong

R = TypeVar("R")


class ChildFailed(RuntimeError):
    """The function raised something unforeseen; the text is the class of its error."""


async def run_in_child(
    func: Callable[..., R], *args: Any, memory_mb: int = 1024, seconds: float = 60, **kwargs: Any
) -> R:
    """Call `func` (importable by name, with picklable arguments and result) in a fresh process.

    `memory_mb` limits its address space, to which threads and imported libraries count; `seconds` its wall clock.
    Errors: WorkTooLong, WorkTooLarge (also when the process crashed), the Problem that `func` raised, ChildFailed.
    Cancelling the call kills the process.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.kit.child_main", str(memory_mb),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    # Pickle is safe here: both ends are this program, and the pipe is private to them.
    work = pickle.dumps((func.__module__, func.__qualname__, args, kwargs))
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await process.communicate(work)
    except TimeoutError:
        raise WorkTooLong() from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not answer:
        raise WorkTooLarge()
    return cast(R, _unpack(answer))


def _unpack(answer: bytes) -> object:
    outcome, value = pickle.loads(answer)  # noqa: S301 - written by our own program
    if outcome == "returned":
        return value
    if outcome == "memory":
        raise WorkTooLarge()
    if isinstance(value, Problem):
        raise value
    raise ChildFailed(str(value))
