"""A caller of the public API: one user, one token, and answers that are checked."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx


class StepFailed(Exception):
    """Something did not hold; the message says what was asked and what came."""


class Caller:
    """Calls the gateway as one user. `renew` logs in again when the token (5 minutes) runs out."""

    def __init__(self, gateway: str, renew: Callable[[], str]) -> None:
        self._gateway = gateway
        self._renew = renew
        self._token = renew()
        self._renew_at = time.monotonic() + 240
        self._client = httpx.Client(base_url=gateway, timeout=60, trust_env=False)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON body of a GET; `params` are added to the query that stands in the path, which httpx would drop."""
        return self.send("GET", str(httpx.URL(path).copy_merge_params(params)) if params else path).json()

    def post(self, path: str, body: Any = None, *, version: int | None = None, expect: int = 201) -> Any:
        """The JSON body of a POST; every one carries an Idempotency-Key, as a careful client's does."""
        headers = {"Idempotency-Key": str(uuid4())} | ({"If-Match": f'"{version}"'} if version else {})
        return self.send("POST", path, json=body, headers=headers, expect=expect).json()

    def each(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        page = self.get(path, **{"limit": 200, **params})
        while True:
            yield from page["items"]
            following = page["_links"]["next"]
            if following is None:
                return
            page = self.get(following["href"].removeprefix(self._gateway))

    def wait_for_job(self, service: str, job_id: str, seconds: float = 300) -> dict[str, Any]:
        """The job when it has succeeded."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            job: dict[str, Any] = self.get(f"/{service}/v1/jobs/{job_id}")
            if job["state"] == "succeeded":
                return job
            if job["state"] in ("failed", "cancelled"):
                raise StepFailed(f"job {job['kind']} {job['state']}: {job['problem']}")
            time.sleep(0.2)
        raise StepFailed(f"job {job_id} of {service} took longer than {seconds:.0f} s")

    def send(self, method: str, path: str, *, expect: int = 200, **options: Any) -> httpx.Response:
        """Any request; StepFailed with the problem's text unless the status is `expect`."""
        if time.monotonic() > self._renew_at:
            self._token, self._renew_at = self._renew(), time.monotonic() + 240
        headers = {"Authorization": f"Bearer {self._token}", **options.pop("headers", {})}
        response = self._client.request(method, path, headers=headers, **options)
        if response.status_code != expect:
            raise StepFailed(f"{method} {path} answered {response.status_code}: {response.text[:500]}")
        return response
