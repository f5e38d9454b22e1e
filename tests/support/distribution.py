"""How xdist shares out the tests: a file at a time, and all tests that need the whole stack to one process.

The stack is started once and some of those tests kill parts of it, so two processes could not share it anyway.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

_TOGETHER = "tests/e2e/"


class _ByFile(LoadFileScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return _TOGETHER if nodeid.startswith(_TOGETHER) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """`--dist loadfile` as above; every other mode stays as xdist has it."""
    return _ByFile(config, log) if config.getoption("dist") == "loadfile" else None
