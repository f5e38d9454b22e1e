"""The other side of `shared.queue.run_in_child`: reads one call from standard input, answers on standard output, ends.

It lives here and imports next to nothing, so that a child starts in a twentieth of a second.
"""

import contextlib
import ctypes
import importlib
import os
import pickle
import resource
import signal
import sys
from typing import Any

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
        module, name, args, kwargs = pickle.loads(work)  # noqa: S301 - written by our own program
        func: Any = importlib.import_module(module)
        for part in name.split("."):
            func = getattr(func, part)
        return pickle.dumps(("returned", func(*args, **kwargs)))
    except MemoryError:
        return pickle.dumps(("memory", None))
    except Exception as error:
        return _pack(error)


def _pack(error: Exception) -> bytes:
    """A problem whole, if it can be built again on the other side; of any other error the class alone."""
    problems = sys.modules.get("shared.kit.problems")
    if problems is not None and isinstance(error, problems.Problem):
        with contextlib.suppress(Exception):
            packed = pickle.dumps(("problem", error))
            pickle.loads(packed)  # noqa: S301 - written one line above
            return packed
    return pickle.dumps(("raised", type(error).__name__))


if __name__ == "__main__":
    main()
