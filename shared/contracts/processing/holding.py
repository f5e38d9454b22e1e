"""The vocabulary of the catalogue: a kind of personal data, whose it is, on what ground it is held, how long it stays.

Words of law are those of the GDPR: article 30(1) for what a record holds, article 6(1) for the grounds.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from shared.kit.text import Text


class Whom(Enum):
    """Categories of data subjects, article 30(1)(c)."""

    pupils = Text(sv="elever", en="pupils", da="elever")
    guardians = Text(sv="vårdnadshavare", en="guardians", da="forældremyndighedsindehavere")
    staff = Text(sv="personal", en="staff", da="ansatte")
    suppliers = Text(sv="leverantörers personal", en="suppliers' staff", da="leverandørers ansatte")


class What(Enum):
    """Categories of personal data, article 30(1)(c)."""

    names = Text(sv="namn", en="names", da="navne")
    civic = Text(sv="personnummer (krypterat)", en="national numbers (encrypted)", da="CPR-numre (krypteret)")
    contact = Text(sv="e-postadresser", en="e-mail addresses", da="e-mailadresser")
    logins = Text(sv="inloggningsnamn", en="login names", da="loginnavne")
    placement = Text(sv="skola, grupp och roll", en="school, group and role", da="skole, gruppe og rolle")
    family = Text(sv="vem som är vårdnadshavare", en="who is whose guardian", da="hvem der har forældremyndigheden")
    protected = Text(sv="skyddsmarkering", en="marking of a protected identity", da="adressebeskyttelse")
    absence = Text(sv="frånvaro som antal", en="absence as numbers", da="fravær som antal")
    events = Text(sv="tidpunkter för inloggningar", en="times of logins", da="tidspunkter for login")
    training = Text(sv="utbildning och närvaro", en="training and attendance", da="kurser og fremmøde")
    free_text = Text(sv="fritext som kan nämna någon", en="free text that may name somebody", da="fritekst")
    ids = Text(sv="kontots eller personens id", en="the id of an account or person", da="kontoens eller personens id")
    files = Text(sv="filer ur register", en="files from registers", da="filer fra registre")


class Ground(Enum):
    """Legal grounds, article 6(1). Which one holds is the controller's to decide; this is our proposal."""

    public_task = Text(
        sv="uppgift av allmänt intresse, art. 6.1 e (skollagen)",
        en="task in the public interest, art. 6(1)(e) (education acts)",
        da="opgave i samfundets interesse, art. 6, stk. 1, litra e (folkeskoleloven)",
    )
    legal_duty = Text(
        sv="rättslig förpliktelse, art. 6.1 c",
        en="legal obligation, art. 6(1)(c)",
        da="retlig forpligtelse, art. 6, stk. 1, litra c",
    )


@dataclass(frozen=True)
class Purge:
    """One statement of the nightly purge: rows of `table` for which the SQL `due` holds go. `:before` is the instant
    that is the days of retention ago; the tenant is added."""

    table: str
    due: str


@dataclass(frozen=True)
class Keep:
    """How long. `until` says it in words; `days` is the default where it is a number.

    A tenant may set the days between `least` and `most` (both None: it may not), at `set_at` or, where that is None,
    at `/sync/v1/retention-schedules`. `done_by` names the job or rule that does it; `purges` are ours
    (`shared.queue.retention`).
    """

    until: Text
    done_by: str
    days: int | None = None
    least: int | None = None
    most: int | None = None
    set_at: str | None = None
    purges: tuple[Purge, ...] = ()

    @property
    def is_settable(self) -> bool:
        """Whether a tenant sets it at `/sync/v1/retention-schedules`."""
        return self.least is not None and self.most is not None and self.set_at is None


@dataclass(frozen=True)
class Holding:
    """A kind of personal data in the tables of one service (`*`: of each). `on_erasure`: what becomes of it when the
    person is erased; kept is for records that hold ids alone."""

    key: str
    service: str
    tables: tuple[str, ...]
    title: Text
    purpose: Text
    whom: tuple[Whom, ...]
    what: tuple[What, ...]
    data_class: Literal["ordinary", "confidential", "sensitive"]
    ground: Ground
    keep: Keep
    on_erasure: Literal["deleted", "anonymised", "kept"]
