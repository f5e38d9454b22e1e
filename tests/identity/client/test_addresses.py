"""Which addresses may be registered, and which requests a registered one means."""

import pytest

from services.identity.authorization.request import is_registered_redirect
from services.identity.client.addresses import is_app_address, is_machine_address, is_web_address, names
from services.identity.client.models import Client
from shared.kit.kit_tables import NO_TENANT

WEB = (
    "https://app.example/callback",
    "https://app.example",
    "https://app.example:8443/a/b?x=1",
    "https://a-b.example/%C3%A5",
)
APP = ("http://127.0.0.1/callback", "http://127.0.0.1:8765/callback", "http://[::1]/cb", "com.example.app:/callback")
NEVER = (
    "", "callback", "/callback", "//app.example/callback", "http://app.example/callback", "http://localhost/callback",
    "http://127.0.0.1.evil.example/callback", "http://2130706433/callback", "https://app.example/callback#part",
    "https://*.app.example/callback", "https://app.example/*", "https://me@app.example/callback",
    "https://app.example@evil.example/callback", "https://app.example\\@evil.example/callback",
    "https://app.example/a/../callback", "https://app.example/a/./callback", "https://app.example/a/%2e%2e/callback",
    "https://app.example/a%2f..%2fb", "https://app.example/%5c..", "https://app.example:port/callback",
    "https://app.example:99999/callback", "https://app example/callback", "https://app.example/call\nback",
    "https://app.example/call\tback", "https://åpp.example/callback", "https:///callback", "https://-app.example/",
    "javascript:alert(1)", "javascript://app.example/%0aalert(1)", "data:text/html,x", "file:///etc/passwd",
    "myapp:/callback", "com.example.app://callback", "com.example.app:callback", "HTTPS://app.example/callback",
    "https://app.example/" + "x" * 2000,
)  # fmt: skip


def test_addresses_that_may_be_registered() -> None:
    assert all(is_web_address(address) and is_app_address(address) and is_machine_address(address) for address in WEB)
    assert all(is_app_address(address) and not is_web_address(address) for address in APP)
    assert not is_machine_address("com.example.app:/callback")
    for address in NEVER:
        assert not any(rule(address) for rule in (is_web_address, is_app_address, is_machine_address)), address


@pytest.mark.parametrize("own", ["https://app.example/callback", "http://127.0.0.1/callback"])
def test_a_request_means_a_registered_address_by_its_exact_spelling_alone(own: str) -> None:
    client = Client(tenant_id=NO_TENANT, client_id="app", name="App", kind="public", redirect_uris=[own])
    host = own.split("/")[2]
    tricks = (
        own + "/", own + "?", own + "#", own + "?x=1", own + "%20", own + ";x", own + " ", own + "/../callback",
        own.upper(), own.replace("callback", "Callback"), own.replace("callback", "%63allback"), own[:-1],
        own.replace("://", ":///"), own.replace("://", "://me@"), own.replace(host, f"{host}.evil.example"),
        own.replace(host, f"evil.example/{host}"), own.replace(host, f"{host}@evil.example"),
        own.replace(host, f"evil.example#{host}"), own.replace(host, f"evil.example\\{host}"),
        own.replace("/callback", "/%2fcallback"), own.replace("/callback", "//callback"), "https://evil.example",
        "https://app.example:443/callback", "http://app.example/callback", "http://127.0.0.1:x/callback",
        "http://127.0.0.1:80@evil.example/callback", "http://127.0.0.1:8080/callback/more", "", None,
    )  # fmt: skip
    assert len(tricks) > 25
    assert is_registered_redirect(client, own)
    assert [trick for trick in tricks if is_registered_redirect(client, trick)] == []


def test_only_an_app_that_registered_no_port_may_choose_one_on_the_persons_machine() -> None:
    assert names("http://127.0.0.1/callback", "http://127.0.0.1:51004/callback")
    assert names("http://[::1]/callback", "http://[::1]:51004/callback")
    assert not names("http://127.0.0.1:8765/callback", "http://127.0.0.1:51004/callback")
    assert not names("https://app.example/callback", "https://app.example:51004/callback")
    assert not names("http://127.0.0.1/callback", "http://[::1]:51004/callback")
