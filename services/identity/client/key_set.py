"""The keys of clients that publish them themselves (`jwks_uri`, RFC 7591 section 2), fetched with every caution."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from shared.auth.jwks import MAX_JWKS_BYTES, FetchJwks, JwksCache
from shared.auth.jws import PublicKey
from shared.kit.egress import EgressClient, EgressError
from shared.kit.problems import Unavailable

_MOST_REMEMBERED = 1_000
_TIMEOUT = 3.0


class ClientKeySets:
    """Key sets by address; each is read anew after five minutes, and for an unknown key at most every ten seconds."""

    def __init__(self, egress: EgressClient) -> None:
        self._egress = egress
        self._known: OrderedDict[str, JwksCache] = OrderedDict()

    async def key(self, address: str, kid: str) -> PublicKey | None:
        """The key of that id; None when there is none or the address does not answer."""
        if address not in self._known:
            self._known[address] = JwksCache(self._fetch(address))
            if len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(address)
        try:
            return await self._known[address].key(kid)
        except Unavailable:
            return None

    def _fetch(self, address: str) -> FetchJwks:
        async def fetch() -> Mapping[str, Any]:
            try:
                response = await self._egress.request("GET", address, {"Accept": "application/json"}, None, _TIMEOUT)
            except EgressError as error:
                raise OSError("the key set cannot be fetched") from error
            if response.status != 200 or len(response.content) > MAX_JWKS_BYTES:
                raise ValueError("not a key set")
            document = json.loads(response.content)
            if not isinstance(document, dict):
                raise ValueError("not a key set")
            return document

        return fetch
