"""What a browser says of where a request comes from (Fetch Metadata)."""

from fastapi import Request


def is_from_another_site(request: Request) -> bool:
    """Whether another site's page sent this. Our SameSite=Lax cookies stay behind then, unless it is a GET."""
    return request.headers.get("sec-fetch-site") == "cross-site"


def is_from_another_origin(request: Request) -> bool:
    """Whether a page of another origin sent this, a neighbour on the same site included."""
    return request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
