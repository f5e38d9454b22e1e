"""The worker of identity: follows the roster, rotates keys, forgets what has expired, publishes events."""

from datetime import timedelta

from services.identity import models  # noqa: F401 - every table is known before the first query
from services.identity.certificate.tasks import WARN, warn_of_certificates
from services.identity.decision.tasks import on_decision_superseded, on_decision_taken
from services.identity.federation.tasks import SWEEP, federation_jobs
from services.identity.key.tasks import ROTATE, rotate_keys
from services.identity.loginlog.tasks import EXPIRE, expire_logins
from services.identity.logout.service import DELIVER
from services.identity.logout.tasks import deliver_logout
from services.identity.roster.tasks import (
    ALIGN,
    FOLLOW,
    align_all,
    follow_roster,
    on_person_protected,
    on_roster_applied,
)
from services.identity.settings import Settings
from services.identity.tenantkey.tasks import ROLL, roll_tenant_keys
from services.identity.token.tasks import PRUNE, prune_all
from services.identity.trial.tasks import FORGET, forget_trials
from services.identity.verification.tasks import RENEW, renew_evidence
from shared.auth.service_tokens import build_token_source, signer_of
from shared.contracts.identity_history import IdentityJournalHeadSealed
from shared.contracts.projects_steering import DecisionSuperseded, DecisionTaken
from shared.contracts.sync import PersonProtected, RosterApplied
from shared.kit.seals import Seal
from shared.queue import Schedule, WorkerSpec, run_worker
from shared.queue.changes import ChangeFeed
from shared.queue.sealing import SEALING_SCHEDULE, sealing_jobs


def worker_spec(feed: ChangeFeed, settings: Settings) -> WorkerSpec:
    """What this worker does; `feed` reads the change feeds of other services."""
    return WorkerSpec(
        service="identity",
        settings=Settings,
        consumes={
            "sync": {RosterApplied: on_roster_applied, PersonProtected: on_person_protected},
            "projects": {DecisionTaken: on_decision_taken, DecisionSuperseded: on_decision_superseded},
        },
        jobs={
            FOLLOW: follow_roster(feed),
            ALIGN: align_all,
            ROTATE: rotate_keys(settings),
            **federation_jobs(settings),
            PRUNE: prune_all,
            DELIVER: deliver_logout(settings),
            ROLL: roll_tenant_keys(settings),
            RENEW: renew_evidence,
            WARN: warn_of_certificates(settings),
            EXPIRE: expire_logins,
            FORGET: forget_trials(settings),
            **sealing_jobs(_told, signer_of(settings.client_key_file)),
        },
        schedule=[
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
        ],
        tokens=build_token_source,
    )


def _told(head: Seal, signature: str) -> IdentityJournalHeadSealed:
    """The head of the journal's chain, for others to keep."""
    return IdentityJournalHeadSealed(seal_id=head.id, number=head.number, hash=head.hash.hex(), signature=signature)


def main() -> None:
    settings = Settings()
    feed = ChangeFeed(settings.service_urls, build_token_source(settings))
    run_worker(worker_spec(feed, settings), settings)


if __name__ == "__main__":
    main()
