"""Our signatures against the foreign library, both ways."""

from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.webhooks.delivery.signing import headers
from services.webhooks.endpoint.secret import SecretBox, new_secret, shown
from shared.kit import clock
from shared.kit.ids import new_id

BODY = '{"data":{},"type":"ö"}'.encode()


def test_the_foreign_library_accepts_our_signature_and_makes_the_same() -> None:
    secret, sent_at = new_secret(), clock.now()
    sent = headers([secret], "evt_1", sent_at, BODY)
    library = Webhook(shown(secret))
    assert library.verify(BODY, sent) == {"data": {}, "type": "ö"}
    assert sent["webhook-signature"] == library.sign("evt_1", sent_at, BODY.decode())


def test_any_change_is_noticed() -> None:
    secret = new_secret()
    sent = headers([secret], "evt_1", clock.now(), BODY)
    library = Webhook(shown(secret))
    changed = [
        (BODY.replace(b"data", b"Data"), sent),
        (BODY, sent | {"webhook-id": "evt_2"}),
        (BODY, sent | {"webhook-timestamp": str(int(sent["webhook-timestamp"]) + 1)}),
        (BODY, headers([new_secret()], "evt_1", clock.now(), BODY)),
        (BODY, headers([secret], "evt_1", clock.now() - timedelta(minutes=6), BODY)),
    ]
    for body, these in changed:
        with pytest.raises(WebhookVerificationError):
            library.verify(body, these)


def test_during_a_rotation_either_secret_verifies() -> None:
    new, former = new_secret(), new_secret()
    sent = headers([new, former], "evt_1", clock.now(), BODY)
    for secret in (new, former):
        Webhook(shown(secret)).verify(BODY, sent)


def test_a_sealed_secret_opens_only_in_its_place() -> None:
    box, secret, tenant, row = SecretBox(bytes(range(32))), new_secret(), new_id(), new_id()
    sealed = box.seal(secret, tenant, row)
    assert box.open(sealed, tenant, row) == secret
    for opener, where in ((box, (new_id(), row)), (box, (tenant, new_id())), (SecretBox(bytes(32)), (tenant, row))):
        with pytest.raises(ValueError, match="does not open"):
            opener.open(sealed, *where)
