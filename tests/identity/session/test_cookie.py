"""Cookies of a login: `__Host-` and Secure wherever the issuer has https, never for a script or another site."""

import pytest
from fastapi import Response

from services.identity.session.cookie import LOGIN, SESSION, clear_cookie, set_cookie


@pytest.mark.parametrize("name", [SESSION, LOGIN])
def test_under_https_a_cookie_is_of_this_host_alone(name: str) -> None:
    response = Response()
    set_cookie(response, name, "secret", issuer="https://id.startklar.dev", max_age=60)
    flags = response.headers["set-cookie"].split("; ")
    assert flags[0] == f"__Host-{name}=secret"
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=60"} == set(flags[1:])


def test_on_a_developers_machine_the_cookie_needs_no_https() -> None:
    response = Response()
    set_cookie(response, SESSION, "secret", issuer="http://127.0.0.1:8080", max_age=60)
    assert response.headers["set-cookie"].startswith(f"{SESSION}=secret; ")
    assert "Secure" not in response.headers["set-cookie"]


@pytest.mark.parametrize("value", ['a"b', "a;Domain=example.org", "a\r\nX: y", "a b", "\u00f6"])
def test_a_value_that_a_browser_made_up_is_never_echoed_into_a_header(value: str) -> None:
    response = Response()
    set_cookie(response, LOGIN, value, issuer="https://id.startklar.dev", max_age=60)
    assert "set-cookie" not in response.headers


def test_a_cleared_cookie_is_cleared_under_the_name_and_flags_that_it_was_set_with() -> None:
    response = Response()
    clear_cookie(response, SESSION, "https://id.startklar.dev")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f'__Host-{SESSION}=""; ')
    for flag in ("Max-Age=0", "Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert flag in cookie
