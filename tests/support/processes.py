"""What makes a test process cheap: things that every test would make anew, made once."""

import functools
import gc

import httpx
import pytest
from httpx._transports import default as transports

# A client reads all authorities of the world before its first request, which takes longer than most tests.
_contexts = functools.cache(httpx.create_ssl_context)
httpx.create_ssl_context = _contexts
transports.create_ssl_context = _contexts  # type: ignore[attr-defined]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """All modules and tests stay to the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
