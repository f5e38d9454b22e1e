"""Mail leaves by SMTP, to the host that the settings name and to no other; without one, in development, to a folder.

What went wrong is told as one of three: the address is refused for good, the mail is, or it may be tried again. A
fault of ours (login refused, no encryption offered) is the last: no address is blamed for it.
"""

import asyncio
import re
import ssl
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, SecretStr, model_validator

from shared.kit import clock
from shared.kit.ids import new_id
from shared.kit.settings import ServiceSettings

TIMEOUT = 20.0
"""Seconds that one step of the conversation may take."""

# What we send to: one address without display name, comment or quoting, so that it can be nothing else in a header.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(
    rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]", re.ASCII
)
LONGEST_ADDRESS = 254


class MailSettings(ServiceSettings):
    """What a service that mails reads beside the usual."""

    mail_host: str | None = Field(None, description="SMTP host that takes our mail; without it no mail leaves")
    mail_port: int = Field(587, ge=1, le=65535, description="Its port")
    mail_tls: Literal["starttls", "implicit", "none"] = Field(
        "starttls", description="starttls is demanded, never merely tried; none is refused in production"
    )
    mail_username: str | None = Field(None, description="Login at the SMTP host, where it wants one")
    mail_password: SecretStr | None = Field(None, description="Its password")
    mail_from: str = Field("startklar@localhost", description="The address that our mail comes from")
    mail_spool: Path | None = Field(
        None, description="Folder that catches mail as .eml files where there is no SMTP host; never in production"
    )

    @model_validator(mode="after")
    def _mail_is_safe(self) -> Self:
        if (self.mail_username is None) != (self.mail_password is None):
            raise ValueError("mail_username and mail_password go together")
        if self.environment == "production":
            if self.mail_spool is not None:
                raise ValueError("mail_spool catches people's mail in files; production has an SMTP host")
            if self.mail_tls == "none":
                raise ValueError("mail_tls must be starttls or implicit in production")
            if self.mail_host is not None and not ADDRESS.fullmatch(self.mail_from):
                raise ValueError("mail_from must be an address at a public name in production")
        return self


class MailRefused(Exception):
    """The mail will never arrive. `blames_address`: because of the address itself (RFC 5321 section 4.2.1, 5yz)."""

    def __init__(self, code: int, *, blames_address: bool) -> None:
        super().__init__(f"SMTP {code}")
        self.blames_address = blames_address


class MailDelayed(Exception):
    """The mail did not leave now; it may later."""


@dataclass(frozen=True)
class Invitation:
    """An iTIP object (RFC 5546) that travels in a mail (RFC 6047); `method` is the METHOD that stands in `body`."""

    method: Literal["REQUEST", "CANCEL"]
    body: bytes


@dataclass(frozen=True)
class Letter:
    """One mail to one address. `unsubscribe` is the URL of RFC 8058, to which a mail program may POST.

    `invitation` is what a calendar program reads. `key` names the mail: sent again it has the same Message-ID, by which
    mail systems know it.
    """

    to: str
    subject: str
    text: str
    html: str
    language: str
    unsubscribe: str | None = None
    invitation: Invitation | None = None
    key: UUID | None = None


class Mailer:
    """Sends letters by the settings; `enabled` is False where they name no way out."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    @property
    def enabled(self) -> bool:
        return self._settings.mail_host is not None or self._settings.mail_spool is not None

    async def send(self, letter: Letter) -> None:
        """Raises MailRefused and MailDelayed. Returns when the host has taken responsibility for the mail."""
        message = self.message(letter)
        if self._settings.mail_host is not None:
            await self._submit(message)
        elif self._settings.mail_spool is not None:
            await asyncio.to_thread(_spool, self._settings.mail_spool, message)
        else:
            raise MailDelayed("no way out is set")

    def message(self, letter: Letter) -> EmailMessage:
        """As it travels: text, and the same as HTML; answered to nobody."""
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = self._settings.mail_from
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = f"<{letter.key or new_id()}@{self._settings.mail_from.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers, please
        if letter.unsubscribe is not None:
            message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        if letter.invitation is not None:  # last, as what can be shown best (RFC 2046 section 5.1.4)
            body, method = letter.invitation.body.decode(), {"method": letter.invitation.method}
            message.add_alternative(body, subtype="calendar", charset="utf-8", cte="base64", params=method)
        message["Content-Language"] = letter.language  # after the content, which takes its headers with it
        return message

    async def _submit(self, message: EmailMessage) -> None:
        import aiosmtplib  # noqa: PLC0415 - only images of services that mail hold it

        own = self._settings
        password = own.mail_password.get_secret_value() if own.mail_password else None
        try:
            await aiosmtplib.send(
                message,
                hostname=own.mail_host,
                port=own.mail_port,
                use_tls=own.mail_tls == "implicit",
                start_tls=own.mail_tls == "starttls",
                tls_context=None if own.mail_tls == "none" else ssl.create_default_context(),
                username=own.mail_username,
                password=password,
                timeout=TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            code = refused.recipients[0].code
            raise _verdict(code, blames_address=True) from None
        except aiosmtplib.SMTPDataError as refused:
            raise _verdict(refused.code, blames_address=False) from None
        except (aiosmtplib.SMTPException, OSError) as failed:
            raise MailDelayed(type(failed).__name__) from None


def _verdict(code: int, *, blames_address: bool) -> Exception:
    return MailRefused(code, blames_address=blames_address) if code >= 500 else MailDelayed(f"SMTP {code}")


def _spool(folder: Path, message: EmailMessage) -> None:
    """Readable by the account that runs the service alone: mail holds addresses."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{new_id()}.eml"
    path.touch(mode=0o600)
    path.write_bytes(message.as_bytes())
