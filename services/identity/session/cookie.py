"""The cookies of a login: the session's, and those that tie a login under way to its browser."""

from urllib.parse import urlsplit

from fastapi import Request, Response

SESSION = "startklar-session"
LOGIN = "startklar-login"
SAML = "startklar-saml"


def read_cookie(request: Request, name: str, issuer: str) -> str | None:
    """The cookie's value, or None."""
    return request.cookies.get(_wire_name(name, issuer))


def set_cookie(response: Response, name: str, value: str, *, issuer: str, max_age: int) -> None:
    """Out of reach of scripts and of other sites' subrequests; `__Host-` wherever the issuer has https."""
    response.set_cookie(
        _wire_name(name, issuer),
        value,
        max_age=max_age,
        path="/",
        secure=_is_secure(issuer),
        httponly=True,
        samesite="lax",
    )


def set_crossing_cookie(response: Response, name: str, value: str, *, issuer: str, max_age: int) -> None:
    """One that comes along when another site's form posts to us; only for what is no credential by itself."""
    response.set_cookie(
        _wire_name(name, issuer),
        value,
        max_age=max_age,
        path="/",
        secure=_is_secure(issuer),
        httponly=True,
        samesite="none" if _is_secure(issuer) else "lax",
    )


def clear_cookie(response: Response, name: str, issuer: str) -> None:
    response.delete_cookie(_wire_name(name, issuer), path="/", secure=_is_secure(issuer), httponly=True, samesite="lax")


def _wire_name(name: str, issuer: str) -> str:
    return f"__Host-{name}" if _is_secure(issuer) else name


def _is_secure(issuer: str) -> bool:
    return urlsplit(issuer).scheme == "https"
