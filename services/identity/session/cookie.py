"""The cookies of a login: the session's, and those that tie a login under way to its browser."""

import re
from urllib.parse import urlsplit

from fastapi import Request, Response

SESSION = "startklar-session"
LOGIN = "startklar-login"
SAML = "startklar-saml"

# What our values are made of; nothing in it could end the value or begin an attribute.
_PLAIN = re.compile(r"[A-Za-z0-9._-]*", re.ASCII)


def read_cookie(request: Request, name: str, issuer: str) -> str | None:
    """The cookie's value, or None."""
    return request.cookies.get(_wire_name(name, issuer))


def set_cookie(response: Response, name: str, value: str, *, issuer: str, max_age: int) -> None:
    """Out of reach of scripts and of other sites' subrequests; `__Host-` wherever the issuer has https."""
    _set(response, _wire_name(name, issuer), value, max_age, "lax; Secure" if _is_secure(issuer) else "lax")


def set_crossing_cookie(response: Response, name: str, value: str, *, issuer: str, max_age: int) -> None:
    """One that comes along when another site's form posts to us; only for what is no credential by itself."""
    _set(response, _wire_name(name, issuer), value, max_age, "none; Secure" if _is_secure(issuer) else "lax")


def clear_cookie(response: Response, name: str, issuer: str) -> None:
    response.delete_cookie(_wire_name(name, issuer), path="/", secure=_is_secure(issuer), httponly=True, samesite="lax")


def _set(response: Response, name: str, value: str, max_age: int, site: str) -> None:
    """Written by hand: a jar of cookies costs more than all the rest of the response.

    A value that a browser made up is refused by setting none: what belongs to it will not be found again.
    """
    if _PLAIN.fullmatch(value):
        cookie = f"{name}={value}; HttpOnly; Max-Age={max_age}; Path=/; SameSite={site}"
        response.raw_headers.append((b"set-cookie", cookie.encode("ascii")))


def _wire_name(name: str, issuer: str) -> str:
    return f"__Host-{name}" if _is_secure(issuer) else name


def _is_secure(issuer: str) -> bool:
    return urlsplit(issuer).scheme == "https"
