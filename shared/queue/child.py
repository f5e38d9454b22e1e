"""CPU-heavy work in a process of its own: limited in memory and time, killed with the job, gone with the worker.

Call and answer are JSON: what a hostile file might make of the child can never run code in the worker.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from shared.kit.problems import FieldError, Problem
from shared.kit.text import Text
from shared.queue.faults import WorkTooLarge, WorkTooLong


class ChildFailed(RuntimeError):
    """The function raised something unforeseen; the text is the class of its error."""


async def run_in_child(
    func: Callable[..., Any], *args: Any, memory_mb: int = 1024, seconds: float = 60, **kwargs: Any
) -> Any:
    """Call `func`, a function that is importable by name, in a fresh process; returns what it returned, as JSON.

    Arguments and result are JSON values; ids and dates become strings on the way. `memory_mb` limits the address
    space, to which threads and imported libraries count; `seconds` the wall clock. Errors: WorkTooLong, WorkTooLarge
    (also when the process crashed), the Problem that `func` raised, ChildFailed. Cancelling the call kills the process.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.kit.child_main", str(memory_mb),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    work = orjson.dumps({"module": func.__module__, "name": func.__qualname__, "args": args, "kwargs": kwargs})
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
    return _unpack(orjson.loads(answer))


def _unpack(answer: dict[str, Any]) -> Any:
    match answer:
        case {"returned": value}:
            return value
        case {"out_of_memory": True}:
            raise WorkTooLarge()
        case {"problem": {"slug": slug, "detail": detail, "errors": errors, "extensions": extensions}}:
            found = next((kind for kind in _kinds(Problem) if kind.slug == slug), None)
            if found is not None:
                told = [FieldError.model_validate(error) for error in errors]
                raise found(Text(**detail) if isinstance(detail, dict) else detail, errors=told, **extensions)
    raise ChildFailed(str(answer.get("raised", "unknown")))


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    """The problem classes of this process; the child names one, it does not bring one."""
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)
