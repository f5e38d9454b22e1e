"""A test may change its process as it likes: the next one finds it as the one before did."""

import locale
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from shared.kit.logging import configure_logging
from tests.support.leftovers import keep

LIBRARY = logging.getLogger("tests.support.a_library")


def _says_json() -> bool:
    return any(isinstance(one, structlog.processors.JSONRenderer) for one in structlog.get_config()["processors"])


def _hides_processors() -> None:
    """As a test that ends in the middle of `capture_logs`."""
    structlog.get_config()["processors"].clear()


def _disable() -> None:
    LIBRARY.disabled = True


LEFT: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "a variable": (lambda: os.environ.update(LEFT="1"), lambda: "LEFT" in os.environ),
    "a variable less": (lambda: os.environ.pop("PATH"), lambda: "PATH" not in os.environ),
    "a folder": (lambda: os.chdir("/"), lambda: Path.cwd() == Path("/")),
    "a place of modules": (lambda: sys.path.insert(0, "/left"), lambda: "/left" in sys.path),
    "a signal": (lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN), lambda: _ignores(signal.SIGTERM)),
    "a level": (lambda: LIBRARY.setLevel(logging.CRITICAL), lambda: not LIBRARY.isEnabledFor(logging.ERROR)),
    "a silenced logger": (_disable, lambda: LIBRARY.disabled),
    "a handler": (lambda: LIBRARY.addHandler(logging.NullHandler()), lambda: LIBRARY.handlers != []),
    "a root handler": (lambda: logging.root.addHandler(logging.NullHandler()), lambda: _null_handlers() > 0),
    "all silenced": (lambda: logging.disable(logging.CRITICAL), lambda: logging.root.manager.disable > 0),
    "the logging of a service": (lambda: configure_logging("left"), _says_json),
    "no processors": (_hides_processors, lambda: structlog.get_config()["processors"] == []),
    "a language": (lambda: locale.setlocale(locale.LC_ALL, "C"), lambda: locale.setlocale(locale.LC_ALL) == "C"),
}


def _ignores(sign: signal.Signals) -> bool:
    return signal.getsignal(sign) is signal.SIG_IGN


def _null_handlers() -> int:
    return sum(type(one) is logging.NullHandler for one in logging.root.handlers)


@pytest.mark.parametrize("what", LEFT)
def test_what_a_test_leaves_is_put_back(what: str) -> None:
    leave, is_there = LEFT[what]
    structlog.reset_defaults()  # a service that serves the whole session has set it up, on some processes
    put_back = keep()
    if what == "a language" and is_there():
        pytest.skip("not proven: this process speaks no language")
    assert not is_there()
    leave()
    assert is_there()
    put_back()
    assert not is_there()


def test_who_captures_warnings_after_another_gets_them(caplog: pytest.LogCaptureFixture) -> None:
    put_back = keep()
    logging.captureWarnings(capture=True)
    put_back()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("somebody should hear of it", stacklevel=1)
    assert "somebody should hear of it" in caplog.text
