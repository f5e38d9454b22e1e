"""The facts that a unit's readiness is made of, and what each may say."""

from enum import StrEnum


class Readiness(StrEnum):
    """`unknown`: nobody has told. It is never ready, and says less than `not_ready`."""

    ready = "ready"
    not_ready = "not_ready"
    unknown = "unknown"


class ReadinessFact(StrEnum):
    """`roles` holds administrators and ambassadors, as the plan's roles per unit say it.

    `training`, `key_persons` and `access` are signals of training: who is trained, whether a key person is, and whether
    the trained reach the platform. `accounts` and `data_sign_off` are signals about the unit that identity and sync may
    tell, as `unit_accounts` `{"needed": int, "missing": int}` and `unit_data_sign_off` `{"signed": bool}`.
    """

    actions = "actions"
    roles = "roles"
    training = "training"
    key_persons = "key_persons"
    access = "access"
    accounts = "accounts"
    data_sign_off = "data_sign_off"
    functions = "functions"
    surveys = "surveys"
