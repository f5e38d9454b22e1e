"""Login names of strangers: a finding, and no digest in the change feed until the domain is proved."""

import hashlib

from services.sync.loginscope.tasks import on_login_scope_removed, on_login_scope_verified
from shared.contracts.base import Event, EventEnvelope
from shared.contracts.identity_account import LoginScopeRemoved, LoginScopeVerified
from shared.contracts.sync import PersonChange
from shared.kit import clock
from shared.kit.ids import new_id
from tests.sync.change.test_feed import pages
from tests.sync.town import Roster, oneroster_zip, town, version_of

FOREIGN = "kim@soderby.example"
DIGEST = hashlib.sha256(FOREIGN.encode()).hexdigest()


async def tell(roster: Roster, event: LoginScopeVerified | LoginScopeRemoved) -> int:
    """What identity tells; the roster's version after it."""
    async with roster.database.transaction(roster.tenant) as session:
        if isinstance(event, LoginScopeVerified):
            await on_login_scope_verified(session, envelope(roster, event), event)
        else:
            await on_login_scope_removed(session, envelope(roster, event), event)
        return await version_of(session)


def envelope(roster: Roster, event: Event) -> EventEnvelope:
    return EventEnvelope(
        id=new_id(),
        type=event.type,
        version=1,
        source="identity",
        tenant=roster.tenant,
        subject=event.subject,
        occurred_at=clock.now(),
        position=1,
        data=event.to_data(),
    )


async def told(roster: Roster) -> dict[str, tuple[str, ...]]:
    """The feed's login digests by person."""
    changes, _ = await pages(roster)
    return {str(line.id): line.login_digests for line in changes if isinstance(line, PersonChange)}


async def test_a_foreign_login_name_is_a_finding_and_stays_here_even_of_a_protected_person(roster: Roster) -> None:
    small = town()
    open_, hidden = small.of_part("staff")[:2]
    open_.login, open_.marking = FOREIGN, "Ingen"
    hidden.login, hidden.marking = "alex@soderby.example", "Sekretessmarkering"
    run = await roster.load(oneroster_zip(small))
    assert (await roster.findings(run))["login_foreign"] == 2
    assert await roster.value("SELECT count(*) FROM person WHERE login_scope = 'soderby.example'") == 2
    sent = await told(roster)
    assert DIGEST not in str(sent)
    foreign = await roster.rows("SELECT id FROM person WHERE login_scope = 'soderby.example'")
    assert [sent[str(row.id)] for row in foreign] == [(), ()]
    assert sum(1 for digests in sent.values() if digests) > 10, "everybody else's go out"


async def test_they_go_out_once_the_domain_is_proved_and_are_taken_back_when_it_is_not(roster: Roster) -> None:
    small = town()
    small.of_part("staff")[0].login = FOREIGN
    await roster.load(oneroster_zip(small))
    scope = new_id()
    verified = LoginScopeVerified(scope_id=scope, domain="soderby.example")
    assert await tell(roster, verified) == 2
    assert await tell(roster, verified) == 2, "told twice"
    assert [digests for digests in (await told(roster)).values() if DIGEST in digests] == [(DIGEST,)]
    assert await tell(roster, LoginScopeRemoved(scope_id=scope, domain="soderby.example")) == 3
    assert DIGEST not in str(await told(roster))


async def test_a_tenant_without_any_verified_domain_gets_no_scoped_login_and_is_told_what_to_do(roster: Roster) -> None:
    await roster.rows("DELETE FROM login_scope RETURNING id")
    run = await roster.load(oneroster_zip(town()))
    assert (await roster.findings(run))["login_foreign"] > 10
    assert not any((await told(roster)).values())


async def test_a_domain_nobody_has_makes_no_version(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()))
    assert await tell(roster, LoginScopeVerified(scope_id=new_id(), domain="nobody.example")) == 1
