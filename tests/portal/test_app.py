"""The portal's own document: what it promises holds the national profile as every service's does."""

from services.portal.app import create_app


def test_only_what_programs_use_is_in_the_document() -> None:
    assert set(create_app().openapi()["paths"]) == {"/api-info", "/status"}
