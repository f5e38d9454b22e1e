"""Judging one unit by its facts. Pure: what was read comes in, sentences go out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.projects.readiness.vocabulary import Readiness, ReadinessFact
from services.projects.role.models import ProjectRole
from shared.kit.text import Text

_OWN = "projects"


@dataclass(frozen=True)
class Judged:
    """One fact about one unit."""

    fact: ReadinessFact
    state: Readiness
    sentence: Text
    needed: int | None = None
    present: int | None = None
    source: str = _OWN
    observed_at: datetime | None = None


def overall(states: Iterable[Readiness]) -> Readiness:
    """Not ready where one is; else unknown where one is, or where there is nothing at all; else ready."""
    found = set(states)
    if Readiness.not_ready in found:
        return Readiness.not_ready
    return Readiness.unknown if Readiness.unknown in found or not found else Readiness.ready


def actions(total: int, late: int) -> Judged:
    """Open rows do not make a unit unready while they are in time; late ones do."""
    text = Text(
        sv=f"{total} öppna åtgärder, {late} försenade",
        en=f"{total} open actions, {late} late",
        da=f"{total} åbne opgaver, {late} forsinkede",
    )
    return Judged(ReadinessFact.actions, _ready_if(late == 0), text, needed=0, present=late)


def roles(role: ProjectRole, holders: int) -> Judged:
    needed, title = role.min_count or 1, Text.model_validate(role.title)
    text = Text(
        sv=f"{title.sv}: {holders} av {needed}",
        en=f"{title.en}: {holders} of {needed}",
        da=f"{title.pick('da')}: {holders} af {needed}",
    )
    return Judged(ReadinessFact.roles, _ready_if(holders >= needed), text, needed, holders)


def training(signals: Sequence[Any]) -> list[Judged]:
    """One for each role that training told about; unknown where it told nothing."""
    told = [signal for signal in signals if signal.kind == "training_coverage"]
    if not told:
        return [_untold(ReadinessFact.training, "training")]
    return [_trained(signal) for signal in told]


def _trained(signal: Any) -> Judged:
    needed, trained = int(signal.value["needed"]), int(signal.value["trained"])
    text = Text(
        sv=f"{trained} av {needed} i rollen {signal.key} är utbildade",
        en=f"{trained} of {needed} in the role {signal.key} are trained",
        da=f"{trained} af {needed} i rollen {signal.key} er uddannet",
    )
    state = Readiness.unknown if needed <= 0 else _ready_if(trained >= needed)
    return Judged(ReadinessFact.training, state, text, needed, trained, "training", signal.observed_at)


def key_persons(signals: Sequence[Any]) -> Judged:
    """Somebody at the unit must be able to help the others when it goes live."""
    told = next((signal for signal in signals if signal.kind == "key_persons"), None)
    if told is None:
        return _untold(ReadinessFact.key_persons, "training")
    value = told.value
    trained, appointed, goes_live = int(value["trained"]), int(value["appointed"]), value.get("goesLiveOn")
    text = Text(
        sv=f"{trained} av {appointed} nyckelpersoner är utbildade, {value['unbooked']} saknar plats",
        en=f"{trained} of {appointed} key persons are trained, {value['unbooked']} have no seat",
        da=f"{trained} af {appointed} nøglepersoner er uddannet, {value['unbooked']} mangler plads",
    )
    if value["red"]:
        text = Text(
            sv=f"{text.sv}; enheten börjar {goes_live}",
            en=f"{text.en}; the unit goes live on {goes_live}",
            da=f"{text.da}; enheden går i drift {goes_live}",
        )
    state = _ready_if(trained > 0)
    return Judged(ReadinessFact.key_persons, state, text, max(appointed, 1), trained, "training", told.observed_at)


def access(signals: Sequence[Any]) -> list[Judged]:
    """One for each role whose people came to training; nobody is ready whom the platform was not seen to let in."""
    told = [signal for signal in signals if signal.kind == "accounts_missing"]
    if not told:
        return [_untold(ReadinessFact.access, "training")]
    return [_reached(signal) for signal in told]


def _reached(signal: Any) -> Judged:
    trained, granted, missing, unknown = (
        int(signal.value[name]) for name in ("trained", "granted", "missing", "unknown")
    )
    text = Text(
        sv=f"{missing} av {trained} utbildade i rollen {signal.key} når inte plattformen; om {unknown} är det okänt",
        en=f"{missing} of {trained} trained in the role {signal.key} cannot reach the platform; of {unknown} unknown",
        da=f"{missing} af {trained} uddannede i rollen {signal.key} har ikke adgang til platformen; {unknown} ukendt",
    )
    state = Readiness.not_ready if missing else Readiness.unknown if unknown or not granted else Readiness.ready
    return Judged(ReadinessFact.access, state, text, trained, granted, "training", signal.observed_at)


def accounts(signals: Sequence[Any]) -> Judged:
    told = next((signal for signal in signals if signal.kind == "unit_accounts"), None)
    if told is None:
        return _untold(ReadinessFact.accounts, "identity")
    needed, missing = int(told.value["needed"]), int(told.value["missing"])
    text = Text(
        sv=f"{missing} av {needed} saknar konto",
        en=f"{missing} of {needed} lack an account",
        da=f"{missing} af {needed} mangler en konto",
    )
    present = needed - missing
    return Judged(ReadinessFact.accounts, _ready_if(missing == 0), text, needed, present, "identity", told.observed_at)


def data_sign_off(signals: Sequence[Any]) -> Judged:
    told = next((signal for signal in signals if signal.kind == "unit_data_sign_off"), None)
    if told is None:
        return _untold(ReadinessFact.data_sign_off, "sync")
    is_signed = told.value.get("signed") is True
    yes = Text(sv="Enhetens uppgifter är godkända", en="The unit's data is signed off", da="Enhedens data er godkendt")
    no = Text(
        sv="Enhetens uppgifter är inte godkända",
        en="The unit's data is not signed off",
        da="Enhedens data er ikke godkendt",
    )
    text = yes if is_signed else no
    return Judged(ReadinessFact.data_sign_off, _ready_if(is_signed), text, source="sync", observed_at=told.observed_at)


def functions(musts: Sequence[Any], used: Collection[tuple[UUID, str]], unit_id: UUID, forms: Sequence[str]) -> Judged:
    """What a decision says must be used, in this unit's school forms. No such decision, nothing to wait for."""
    asked = [row for row in musts if not row.school_forms or not forms or set(row.school_forms) & set(forms)]
    waiting = [row for row in asked if (unit_id, row.key) not in used]
    names = {
        lang: ", ".join(Text.model_validate(row.title).pick(lang) for row in waiting) for lang in ("sv", "en", "da")
    }
    if not waiting:
        text = Text(
            sv=f"Alla {len(asked)} beslutade ska-funktioner används",
            en=f"All {len(asked)} functions that must be used are in use",
            da=f"Alle {len(asked)} besluttede skal-funktioner er i brug",
        )
    else:
        text = Text(
            sv=f"Används inte än: {names['sv']}",
            en=f"Not in use yet: {names['en']}",
            da=f"Ikke i brug endnu: {names['da']}",
        )
    return Judged(ReadinessFact.functions, _ready_if(not waiting), text, len(asked), len(asked) - len(waiting))


def surveys(waiting: int) -> Judged:
    text = Text(
        sv=f"{waiting} enkäter att besvara", en=f"{waiting} surveys to answer", da=f"{waiting} spørgeskemaer at besvare"
    )
    return Judged(ReadinessFact.surveys, _ready_if(waiting == 0), text, needed=0, present=waiting)


def _untold(fact: ReadinessFact, source: str) -> Judged:
    text = Text(
        sv=f"Okänt: tjänsten {source} har inte berättat något om enheten",
        en=f"Unknown: the service {source} has told nothing about the unit",
        da=f"Ukendt: tjenesten {source} har ikke fortalt noget om enheden",
    )
    return Judged(fact, Readiness.unknown, text, source=source)


def _ready_if(holds: bool) -> Readiness:
    return Readiness.ready if holds else Readiness.not_ready
