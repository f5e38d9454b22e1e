"""Names to addresses, once per call. Tests give a resolver of their own; nothing else in the client asks DNS."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

# Host and port in, textual IP addresses out, in order of preference. Raises OSError when there is none.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses that the operating system gives for `host`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
