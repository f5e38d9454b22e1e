"""What an administrator sees of a stranger's attributes, and what a trial keeps of them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.identity.tenant.models import Tenant
from services.identity.trial.masking import is_code, is_well_formed, mask
from services.identity.trial.tasks import forget_trials
from shared.kit.clock import frozen, now
from tests.identity.onboarding.methods import Methods, answer
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("anna@norrvik.example", "a***@norrvik.example"),
        ("Andersson", "A***"),
        ("199001011234", "1***"),
        ("Bo", "***"),
        ("@norrvik.example", "@***"),
        ("https://data.gov.dk/model/core/eid/person/uuid/123e4567-e89b-12d3-a456-426655440000", "h***"),
    ],
)
def test_the_form_can_be_recognised_and_the_person_not(value: str, shown: str) -> None:
    assert (mask(value), is_code(value)) == (shown, False)


def test_levels_and_entitlements_are_shown_in_clear() -> None:
    for code in ("http://id.skolfederation.se/loa/2fa", "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"):
        assert is_code(code)


def test_a_login_name_needs_a_domain_and_no_value_has_control_marks() -> None:
    assert is_well_formed("eppn", "anna@norrvik.example", "eppn")
    assert not is_well_formed("eppn", "anna", "eppn")
    assert not is_well_formed("eppn", "a b@norrvik.example", "eppn")
    assert is_well_formed("sn", "Ångström", "eppn")
    assert not is_well_formed("sn", "a\x00b", "eppn")
    assert not is_well_formed("sn", "", "eppn")


async def test_values_lie_sealed_for_a_day_and_are_then_deleted(identity: ServiceUnderTest) -> None:
    async with identity.database.transaction(None) as session:
        session.add(Tenant(id=identity.tenant, kind="authority", name="Norrvik", slug="norrvik-trial"))
    methods = Methods(identity)
    await methods.open_account()
    provider = await methods.draft()
    await methods.verify(provider["id"], answer(sn="Andersson"))
    async with identity.database.transaction(identity.tenant) as session:
        row = (await session.execute(text("SELECT t::text AS row, id, evidence_sealed FROM login_trial t"))).one()
        journal = (await session.execute(text("SELECT string_agg(t::text, ' ') FROM journal_entry t"))).scalar_one()
    assert "Andersson" not in row.row + journal
    assert "anna@" not in row.row + journal
    assert b"Andersson" not in row.evidence_sealed
    job = forget_trials(identity.settings)  # type: ignore[arg-type]
    assert await job(Context(identity)) == {"dropped": 0}
    with frozen(now() + timedelta(hours=25)):
        assert await job(Context(identity)) == {"dropped": 1}
