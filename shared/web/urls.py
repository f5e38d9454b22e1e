"""Absolute URLs as the caller sees them: through the gateway, never the internal address."""

from fastapi import Request, Response

from shared.web.runtime import runtime


def absolute(request: Request, path: str) -> str:
    """`path` (beginning with `/`) under the public base URL."""
    return runtime(request).settings.public_url.rstrip("/") + path


def created(response: Response, request: Request, path: str, *, status: int = 201) -> None:
    """Set the status and the Location of a new resource (201) or of the job that makes it (202)."""
    response.status_code = status
    response.headers["Location"] = absolute(request, path)
