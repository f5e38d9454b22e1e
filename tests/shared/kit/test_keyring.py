"""A file key is replaced without anything becoming unreadable, or anybody somebody else."""

import os
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from services.identity.breakglass import service as breakglass
from services.identity.key import service as key
from services.identity.provider import service as provider
from services.identity.sealed import SEALED as OF_IDENTITY
from services.identity.tenantkey import service as tenantkey
from services.identity.trial import evidence as trial
from services.projects.membership import service as membership
from services.projects.notice import sealing as notice
from services.projects.sealed import SEALED as OF_PROJECTS
from services.sync.outbound import service as outbound
from services.sync.plan.keys import civic_keys
from services.sync.register import service as register
from services.sync.sealed import SEALED as OF_SYNC
from services.sync.source import service as source
from services.training.address.service import AddressSeal
from services.training.checkin import service as checkin
from services.training.issuer.service import Issuer
from services.training.sealed import SEALED as OF_TRAINING
from services.training.statement.service import StoreSeal
from services.webhooks.endpoint.secret import SecretBox
from services.webhooks.sealed import SEALED as OF_WEBHOOKS
from shared.kit.db import Database
from shared.kit.files import FileStore
from shared.kit.ids import new_id
from shared.kit.keyring import Box, FileKey
from shared.kit.resealing import SealedColumn, reseal_all
from shared.kit.sealing import SealBroken, Sealer
from tests.support.databases import Clone
from tests.support.services import Start

OLD, NEW = os.urandom(32), os.urandom(32)
BETWEEN = FileKey.of(OLD, [NEW])
AFTER = FileKey.of(NEW, [OLD], OLD)


class Row:
    """A row as a model and as the database gives it."""

    def __init__(self) -> None:
        self.tenant_id, self.id, self.kid = new_id(), new_id(), "kid-1"

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


ROW = Row()
# What each service itself binds a sealed value to, by table and column.
PLACES: dict[str, Any] = {
    "signing_key.private_sealed": key._place(ROW.kid),
    "identity_provider.client_secret_sealed": provider._place(ROW.id),
    "break_glass.totp_sealed": breakglass._place(ROW.id),
    "tenant_key.private_sealed": tenantkey._place(ROW.id),
    "login_trial.evidence_sealed": trial._place(ROW.id),
    "programme_membership.sealed_handle": membership._place(ROW.id),
    "notification_preference.address_sealed": notice._place(ROW, "address"),  # type: ignore[arg-type]
    "notification_preference.code_sealed": notice._place(ROW, "code"),  # type: ignore[arg-type]
    "source.credentials": source._seal_place(ROW),  # type: ignore[arg-type]
    "source_subscription.sealed": register._place(ROW),  # type: ignore[arg-type]
    "outbound_template.credentials": outbound._place(ROW),  # type: ignore[arg-type]
    "session_door.secret": checkin._place(ROW.id),
}


def column(of: Any, name: str) -> SealedColumn:
    found: SealedColumn = next(one for one in of if f"{one.table}.{one.column}" == name)
    return found


@pytest.mark.parametrize("one", [*OF_IDENTITY, *OF_PROJECTS, *OF_SYNC, *OF_TRAINING], ids=lambda one: one.table)
def test_what_is_sealed_anew_is_bound_to_the_place_where_it_is_opened(one: SealedColumn) -> None:
    place = PLACES.get(f"{one.table}.{one.column}")
    if place is not None:
        assert one.place(ROW) == (place if isinstance(place, bytes) else place.encode())


def test_places_that_no_function_tells_open_what_the_service_seals() -> None:
    assert one_opens("mail_address.sealed", AddressSeal(OLD).seal("a@example.org", ROW.tenant_id, ROW.id)[0])
    assert one_opens("record_store.sealed", StoreSeal(OLD).seal(ROW, "password", b"k" * 32))  # type: ignore[arg-type]
    pem = Issuer.build(OLD, "https://x.example").sealer.seal(b"pem", f"issuer_key/{ROW.id}")
    assert one_opens("issuer_key.private_sealed", pem)
    secret = column(OF_WEBHOOKS, "endpoint_secret.sealed")
    assert Box(OLD, secret.info).open(SecretBox(OLD).seal(b"s", ROW.tenant_id, ROW.id), secret.place(ROW)) == b"s"


def one_opens(name: str, sealed: bytes) -> bool:
    one = column(OF_TRAINING, name)
    return len(Box(OLD, one.info).open(sealed, one.place(ROW))) > 0


def test_at_each_step_every_process_opens_what_any_other_sealed() -> None:
    steps = [FileKey.of(OLD), BETWEEN, AFTER]
    for sealing, opening in ((0, 1), (1, 0), (1, 2), (2, 1)):
        sealed = Sealer(steps[sealing], b"i").seal(b"plain", "place")
        assert Sealer(steps[opening], b"i").open(sealed, "place") == b"plain"
        with pytest.raises(SealBroken):
            Sealer(steps[opening], b"i").open(sealed, "elsewhere")
    with pytest.raises(SealBroken):
        Sealer(FileKey.of(OLD), b"i").open(Sealer(AFTER, b"i").seal(b"plain", "place"), "place")


def test_people_are_found_again_whatever_key_seals() -> None:
    tenant, person = new_id(), new_id()
    assert {civic_keys(one, tenant) for one in (OLD, BETWEEN, AFTER)} == {civic_keys(OLD, tenant)}
    marks = {AddressSeal(one).seal("a@example.org", tenant, person)[1] for one in (OLD, BETWEEN, AFTER)}
    assert len(marks) == 1


async def test_all_that_the_former_key_sealed_is_sealed_anew(committed_service: Start) -> None:
    """A second time there is nothing to do; what no key opens is counted and left as it is."""
    webhooks = await committed_service("webhooks")
    body, admin = {"url": "https://127.0.0.1:9/in", "eventTypes": ["*"]}, webhooks.as_("tenant_admin@*")
    for _ in range(2):
        answer = await webhooks.client.post("/webhooks/v1/endpoints", json=body, headers=admin)
        assert answer.status_code == 201, answer.text
    owner, old = webhooks.urls.owner, webhooks.settings.file_key_bytes()
    for newest, counted in ((FileKey.of(NEW, [old]), (2, 0, 0)), (NEW, (0, 2, 0)), (OLD, (0, 0, 2))):
        found = await reseal_all(owner, OF_WEBHOOKS, newest)
        assert {name: (one.anew, one.current, one.unopened) for name, one in found.items()} == {
            "endpoint_secret.sealed": counted
        }


async def test_stored_files_get_their_keys_wrapped_anew(fresh_database: Clone) -> None:
    urls, tenant = await fresh_database("projects"), new_id()
    database = Database(urls.app)
    options: Any = {"media_type": "text/plain", "data_class": "ordinary", "max_bytes": 100, "retention_days": 1}
    async with database.transaction(tenant) as session:
        stored = await FileStore(OLD).write(session, _stream(), **options)
    for newest, counted in ((FileKey.of(NEW, [OLD]), (1, 0, 0)), (NEW, (0, 1, 0)), (OLD, (0, 0, 1))):
        done = (await reseal_all(urls.owner, (), newest))["stored_file.wrapped_key"]
        assert (done.anew, done.current, done.unopened) == counted
    async with database.transaction(tenant) as session:
        assert b"".join([part async for part in FileStore(NEW).read(session, stored.id)]) == b"content"
    await database.stop()


async def _stream() -> Any:
    yield b"content"


def test_a_box_refuses_what_is_cut_off() -> None:
    sealed = Box(AFTER, b"i").seal(b"plain", b"p")
    for cut in (sealed[:-1], sealed[:12]):
        with pytest.raises((InvalidTag, ValueError)):
            Box(AFTER, b"i").open(cut, b"p")
