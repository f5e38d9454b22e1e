"""The other side of `shared.queue.run_in_child`: reads one call from standard input, answers on standard output, ends.

It lives here and imports next to nothing, so that a child starts in a twentieth of a second.
"""

import ctypes
import importlib
import os
import resource
import signal
import sys
from typing import Any

import orjson

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run the call that the parent sends, under the memory limit (MiB) that is the first argument."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
    # What the work prints must not mix with the answer.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit = int(sys.argv[1]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer.write(_answer(sys.stdin.buffer.read()))
    answer.close()


def _answer(work: bytes) -> bytes:
    try:
        call = orjson.loads(work)
        func: Any = importlib.import_module(call["module"])
        for part in call["name"].split("."):
            func = getattr(func, part)
        return orjson.dumps({"returned": func(*call["args"], **call["kwargs"])})
    except MemoryError:
        return orjson.dumps({"out_of_memory": True})
    except Exception as error:
        return orjson.dumps(_told(error))


def _told(error: Exception) -> dict[str, Any]:
    """A problem in its parts; of any other error the class alone, since its text may repeat a person's data."""
    problems = sys.modules.get("shared.kit.problems")
    if problems is None or not isinstance(error, problems.Problem):
        return {"raised": type(error).__name__}
    detail: Any = error.detail
    return {
        "problem": {
            "slug": error.slug,
            "detail": detail if detail is None or isinstance(detail, str) else detail.model_dump(),
            "errors": [place.model_dump() for place in error.errors],
            "extensions": error.extensions,
        }
    }


if __name__ == "__main__":
    main()
