"""The long and the periodic work of identity, feature by feature."""

from collections.abc import Mapping
from datetime import timedelta

from services.identity.certificate.tasks import WARN, warn_of_certificates
from services.identity.eviction.service import TELL
from services.identity.federation.tasks import SWEEP, federation_jobs
from services.identity.key.tasks import ROTATE, rotate_keys
from services.identity.loginlog.tasks import EXPIRE, expire_logins
from services.identity.logout.service import DELIVER
from services.identity.logout.tasks import deliver_logout, tell_evicted
from services.identity.roster.tasks import ALIGN, FOLLOW, align_all, follow_roster
from services.identity.settings import Settings
from services.identity.tenantkey.tasks import ROLL, roll_tenant_keys
from services.identity.token.tasks import PRUNE, prune_all
from services.identity.trial.tasks import FORGET, forget_trials
from services.identity.verification.tasks import RENEW, renew_evidence
from shared.auth.service_tokens import signer_of
from shared.contracts.identity_history import IdentityJournalHeadSealed
from shared.kit.seals import Seal
from shared.queue import JobHandler, Schedule
from shared.queue.changes import ChangeFeed
from shared.queue.retention import RETENTION_SCHEDULE, retention_jobs
from shared.queue.sealing import SEALING_SCHEDULE, sealing_jobs

SCHEDULE = (
    # Shortly after midnight in Sweden, winter and summer.
    Schedule(ALIGN, every=timedelta(days=1), offset=timedelta(hours=23, minutes=5)),
    Schedule(ROTATE, every=timedelta(hours=1)),
    Schedule(SWEEP, every=timedelta(minutes=1)),
    Schedule(PRUNE, every=timedelta(hours=6)),
    Schedule(ROLL, every=timedelta(days=1)),
    Schedule(RENEW, every=timedelta(hours=1)),
    Schedule(FORGET, every=timedelta(hours=1)),
    Schedule(WARN, every=timedelta(days=1), offset=timedelta(hours=6)),
    Schedule(EXPIRE, every=timedelta(days=1), offset=timedelta(hours=1)),
    *SEALING_SCHEDULE,
    *RETENTION_SCHEDULE,
)


def jobs(feed: ChangeFeed, settings: Settings) -> Mapping[str, JobHandler]:
    """Handlers by kind; `feed` reads the change feeds of other services."""
    return {
        FOLLOW: follow_roster(feed),
        ALIGN: align_all,
        ROTATE: rotate_keys(settings),
        **federation_jobs(settings),
        PRUNE: prune_all,
        DELIVER: deliver_logout(settings),
        TELL: tell_evicted(settings),
        ROLL: roll_tenant_keys(settings),
        RENEW: renew_evidence,
        WARN: warn_of_certificates(settings),
        EXPIRE: expire_logins,
        FORGET: forget_trials(settings),
        **retention_jobs("identity"),
        **sealing_jobs(_told, signer_of(settings.client_key_file)),
    }


def _told(head: Seal, signature: str) -> IdentityJournalHeadSealed:
    """The head of the journal's chain, for others to keep."""
    return IdentityJournalHeadSealed(seal_id=head.id, number=head.number, hash=head.hash.hex(), signature=signature)
