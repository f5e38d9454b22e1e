"""How xdist shares out the tests: a file at a time, and all tests that share the whole stack to one process.

The stack is started once and some of those tests kill parts of it, so two processes could not share it anyway.
Profiles have a stack of their own, and mostly wait for it.

Files with a test that is marked slow are begun first, and the others by their number of tests: a long one that is
begun last keeps one process busy while all others have nothing left to do.
"""

from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

_TOGETHER = "tests/e2e/"
_ALONE = "tests/e2e/test_profiles.py"


def _scope(nodeid: str) -> str:
    file = nodeid.split("::", 1)[0]
    return _TOGETHER if file.startswith(_TOGETHER) and file != _ALONE else file


class _ByFile(LoadFileScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """`--dist loadfile` as above; every other mode stays as xdist has it."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # the processes' own order, see below
    return _ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a process of xdist: the order in which files are begun. Within a file (or the stack's) nothing moves."""
    if not hasattr(config, "workerinput"):
        return
    sizes = Counter(_scope(item.nodeid) for item in items)
    slow = {_scope(item.nodeid) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (_scope(item.nodeid) not in slow, -sizes[_scope(item.nodeid)], _scope(item.nodeid)))
