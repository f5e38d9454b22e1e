"""What makes a test process cheap: things that every test would make anew, made once."""

import functools
import gc
from collections.abc import Generator

import httpx
import pytest
from httpx._transports import default as transports

# A client reads all authorities of the world before its first request, which takes longer than most tests.
_contexts = functools.cache(httpx.create_ssl_context)
httpx.create_ssl_context = _contexts
transports.create_ssl_context = _contexts  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All modules and tests stay to the end: the garbage collector need not look at them again and again, neither while
    they come, which would be a quarter of that time, nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
