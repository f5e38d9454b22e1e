"""What a test leaves of the process is put back after it, so that no test depends on which ones ran before.

A service's start sets up logging, a worker takes over signals, a migration's configuration silences loggers. What
fixtures of a module or a session have set before a test stays, since it is there when the test begins.
"""

import locale
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog

_PYTEST_OWN = "PYTEST_CURRENT_TEST"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGALRM)
_Logger = tuple[int, bool, bool, list[logging.Handler]]


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Around every test, and around its other fixtures of function scope."""
    put_back = keep()
    yield
    put_back()


def keep() -> Callable[[], None]:
    """Looks at the process as it is; gives what puts it back so."""
    each = [look() for look in (_environment, _folder, _signals, _logging, _structlog, _locale)]

    def put_back() -> None:
        for one in each:
            one()

    return put_back


def _environment() -> Callable[[], None]:
    before = dict(os.environ)

    def put_back() -> None:
        # pytest says in the environment where it is, which differs before and after a test.
        before.pop(_PYTEST_OWN, None)
        now = {name: value for name, value in os.environ.items() if name != _PYTEST_OWN}
        if now != before:
            for name in now.keys() - before.keys():
                del os.environ[name]
            os.environ.update(before)

    return put_back


def _folder() -> Callable[[], None]:
    before = os.getcwd()
    path = list(sys.path)

    def put_back() -> None:
        os.chdir(before)
        sys.path[:] = path

    return put_back


def _signals() -> Callable[[], None]:
    before = {sign: signal.getsignal(sign) for sign in _SIGNALS}

    def put_back() -> None:
        for sign, handler in before.items():
            if signal.getsignal(sign) is not handler:
                signal.signal(sign, handler)

    return put_back


def _loggers() -> Iterator[logging.Logger]:
    yield logging.root
    yield from (one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger))


def _as_it_is(logger: logging.Logger) -> _Logger:
    return logger.level, logger.disabled, logger.propagate, list(logger.handlers)


def _logging() -> Callable[[], None]:
    before = {logger: _as_it_is(logger) for logger in _loggers()}
    disabled = logging.root.manager.disable

    def put_back() -> None:
        for logger, kept in before.items():
            if _as_it_is(logger) != kept:
                _put_back(logger, kept)
        logging.root.manager.disable = disabled
        # Else who captures them next would get none. How they are shown is pytest's to put back.
        shown = warnings.showwarning
        logging.captureWarnings(capture=False)
        warnings.showwarning = shown

    return put_back


def _put_back(logger: logging.Logger, kept: _Logger) -> None:
    level, logger.disabled, logger.propagate, handlers = kept
    logger.setLevel(level)
    for handler in [one for one in logger.handlers if one not in handlers and not _of_pytest(one)]:
        logger.removeHandler(handler)
    for handler in handlers:
        if handler not in logger.handlers and not _of_pytest(handler):
            logger.addHandler(handler)


def _of_pytest(handler: logging.Handler) -> bool:
    """Those come and go with the phases of a test."""
    return type(handler).__module__.startswith("_pytest.")


def _structlog() -> Callable[[], None]:
    is_configured, config = structlog.is_configured(), structlog.get_config()
    processors = list(config["processors"])

    def put_back() -> None:
        config["processors"][:] = processors  # `capture_logs` empties the list itself
        if is_configured:
            structlog.configure(**config)
        elif structlog.is_configured():
            structlog.reset_defaults()

    return put_back


def _locale() -> Callable[[], None]:
    before = locale.setlocale(locale.LC_ALL)

    def put_back() -> None:
        locale.setlocale(locale.LC_ALL, before)

    return put_back
