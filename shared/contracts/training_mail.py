"""What training tells of its mail: ids, kinds and states. Never an address, a name or what a mail says."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


class MailTemplateChanged(Event):
    """A tenant wrote its own words for a kind of mail (`change`), or took ours again (`reset`)."""

    type: ClassVar[str] = "training.mail_template.changed.v1"

    template_id: UUID
    kind: str
    language: str
    change: Literal["change", "reset"]

    @property
    def subject(self) -> UUID:
        return self.template_id


class MailRuleChanged(Event):
    """A tenant chose the language of its mail, its quiet hours, or whether reminders leave."""

    type: ClassVar[str] = "training.mail_rule.changed.v1"

    tenant_id: UUID
    version: int

    @property
    def subject(self) -> UUID:
        return self.tenant_id


class MailNotDelivered(Event):
    """Somebody with a seat cannot be reached by mail: whoever enrolled them must tell them in another way.

    Internal: a protected person has no address, so who cannot be reached says something of them."""

    type: ClassVar[str] = "training.mail.refused.v1"
    is_public: ClassVar[bool] = False

    letter_id: UUID
    enrolment_id: UUID
    session_id: UUID
    reason: Literal["no_address", "bounced", "refused", "given_up"]

    @property
    def subject(self) -> UUID:
        return self.letter_id


class SessionMessageSent(Event):
    """Everybody with a seat in a session was written to."""

    type: ClassVar[str] = "training.session_message.sent.v1"

    announcement_id: UUID
    session_id: UUID
    recipients: int

    @property
    def subject(self) -> UUID:
        return self.announcement_id


class TrainingFeedChanged(Event):
    """A calendar feed was made or revoked."""

    type: ClassVar[str] = "training.calendar_feed.changed.v1"

    calendar_feed_id: UUID
    kind: Literal["personal", "trainer", "unit"]
    change: Literal["created", "revoked"]
