"""Ids, clock, texts, problems, settings and log redaction."""

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit import clock
from shared.kit.ids import new_id
from shared.kit.logging import REDACTED, redact
from shared.kit.problems import Conflict, FieldError, Invalid
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text, negotiate


def test_ids_are_version_7_and_ordered_by_creation() -> None:
    made = [new_id() for _ in range(1000)]
    assert {each.version for each in made} == {7}
    assert made == sorted(made)


def test_the_clock_stands_still_inside_the_block_only() -> None:
    at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    with clock.frozen(at):
        assert clock.now() == at
        assert clock.today().isoformat() == "2026-07-01"
    assert clock.now() - at > timedelta(days=1)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"), clock.frozen(datetime(2026, 1, 1)):  # noqa: DTZ001 - the point
        pass


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        (None, "en"),
        ("sv", "sv"),
        ("da-DK, sv;q=0.8", "da"),
        ("fi, sv;q=0.3, da;q=0.9", "da"),
        ("sv;q=0, en", "en"),
        ("xx", "en"),
        ("sv;q=abc, da", "da"),
    ],
)
def test_the_language_is_the_best_of_ours(header: str | None, lang: str) -> None:
    assert negotiate(header) == lang


@given(st.text(max_size=300))
def test_any_accept_language_gives_one_of_our_languages(header: str) -> None:
    assert negotiate(header) in {"sv", "da", "en"}


def test_a_problem_names_place_and_mend_in_the_language() -> None:
    text = Text(sv="Använd {form}", en="Use {form}").format(form="ÅÅÅÅ-MM")
    problem = Invalid(text, errors=[FieldError(pointer="#/startMonth", detail=text, code="pattern")], hint=1)
    document = problem.document("sv", "/projects/v1/projects")
    assert document["detail"] == "Använd ÅÅÅÅ-MM"
    assert document["errors"] == [{"pointer": "#/startMonth", "detail": "Använd ÅÅÅÅ-MM", "code": "pattern"}]
    assert (document["status"], document["hint"], document["instance"]) == (422, 1, "/projects/v1/projects")
    assert problem.document("da")["detail"] == "Use ÅÅÅÅ-MM"


class KeyTaken(Conflict):
    """An invented conflict with a mend."""

    slug = "key-taken"
    title = Text(sv="Upptagen", en="Taken")
    mend = Text(sv="Välj en annan", en="Choose another")


def test_a_problem_without_a_detail_says_what_can_be_done() -> None:
    assert KeyTaken().document("sv")["detail"] == "Välj en annan"
    assert KeyTaken("Nothing will help").document("sv")["detail"] == "Nothing will help"


class Settings(ServiceSettings):
    """Settings of an invented service."""

    service = "toy"


GOOD = {
    "DATABASE_URL": "postgresql://toy_app@db/toy",
    "RELAY_DATABASE_URL": "postgresql://toy_relay@db/toy",
    "REDIS_URL": "redis://r",
    "PUBLIC_URL": "https://api.example.org",
    "ISSUER": "https://api.example.org",
    "JWKS_URL": "http://identity/oauth2/jwks",
    "FILE_KEY": base64.b64encode(os.urandom(32)).decode(),
}


# Each service has its own; the rest may be given to all at once.
OWN = ("DATABASE_URL", "RELAY_DATABASE_URL", "FILE_KEY")


def settings(monkeypatch: pytest.MonkeyPatch, **own: str) -> Settings:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"{'TOY' if name in OWN else 'STARTKLAR'}_{name}", value)
    for name, value in own.items():
        monkeypatch.setenv(f"TOY_{name}", value)
    return Settings()


def test_a_service_reads_its_own_variable_before_the_common_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(monkeypatch, REDIS_URL="redis://own", SERVICE_URLS='{"sync": "http://sync:8000"}')
    assert made.redis_url.get_secret_value() == "redis://own"
    assert made.service_urls == {"sync": "http://sync:8000"}
    assert made.environment == "production"


def test_development_may_use_http_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(monkeypatch, ENVIRONMENT="development", ISSUER="http://127.0.0.1:8080")
    assert made.issuer == "http://127.0.0.1:8080"


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert GOOD["FILE_KEY"] not in repr(settings(monkeypatch))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("email", "a@example.org"),
        ("family_name", "Testsson"),
        ("givenName", "Test"),
        ("access_token", "abc"),
        ("anything", "Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln"),
        ("url", "postgresql://u:hemligt@h/d"),
        ("note", "pupil 20121212-1212 is away"),
        ("inner", {"civicNo": "121212-1212"}),
        ("list", ["9001011234"]),
    ],
)
def test_personal_data_and_secrets_are_redacted(key: str, value: Any) -> None:
    assert REDACTED in str(redact(key, value))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("route", "/sync/v1/persons/{personId}"),
        ("status", 200),
        ("service", "sync"),
        ("job", "01979f3a"),
        ("trace", "0af7651916cd43dd8448eb2010101234"),
        ("id", "01979f3a-7c1e-7b52-9d3a-201212121212"),
    ],
)
def test_ordinary_fields_stay_readable(key: str, value: object) -> None:
    assert redact(key, value) == value


def test_a_line_is_logged_whatever_its_values_are() -> None:
    program = (
        "import structlog; from shared.kit.logging import configure_logging; configure_logging('toy')\n"
        "structlog.get_logger().info('odd', half='\\ud800', large=2**70, kind=object)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    line = json.loads(ran.stderr)
    assert (line["event"], line["large"], line["kind"]) == ("odd", 2**70, "<class 'object'>")


def test_a_value_that_surprises_a_serializer_is_in_no_log() -> None:
    program = (
        "from shared.kit.logging import configure_logging; from pydantic import BaseModel\n"
        "configure_logging('toy')\n"
        "class Row(BaseModel):\n    facts: dict[str, str]\n"
        "print(Row.model_construct(facts='about a person').model_dump())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "about a person" in ran.stdout
    assert ran.stderr == ""


def test_a_line_goes_where_standard_error_points_when_it_is_said() -> None:
    program = (
        "import io, sys, structlog; from shared.kit.logging import configure_logging; configure_logging('toy')\n"
        "sys.stderr = io.StringIO(); structlog.get_logger().info('said later'); print(sys.stderr.getvalue())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "said later" in ran.stdout
