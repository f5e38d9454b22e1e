"""Sources as their caller sees them."""

from fastapi import Request

from services.sync.source.auth import refusal_to_confirm, refusal_to_write
from services.sync.source.connectors import ByUpload
from services.sync.source.errors import AddressUnconfirmed, SourceInactive
from services.sync.source.models import Source
from services.sync.source.pointing import Pointed, problem_with_confirming
from services.sync.source.profiles import Profile, default_profile
from services.sync.source.schemas import LastFetch, SourceProfile, SourcePublic
from services.sync.source.service import SourceService, connector_of, schedule_of
from shared.auth import Principal
from shared.kit.text import Lang, Text
from shared.web.actions import allowed_action
from shared.web.models import AllowedAction

_HIDDEN = {"connector", "credentials", "schedule", "last_fetch", "memory", "tenant_id", *Pointed.model_fields}
SENT_TO_US = Text(
    sv="Källans leveranser skickas hit", en="Its deliveries are sent to us", da="Kildens leverancer sendes hertil"
)


def show_source(
    source: Source, sources: SourceService, caller: Principal, request: Request, lang: Lang
) -> SourcePublic:
    return SourcePublic.model_validate(
        {
            **source.model_dump(exclude=_HIDDEN),
            "profile": None if source.mapping else source.profile or default_profile(source.kind),
            "connector": connector_of(source),
            "credentials_held": sorted(sources.held(source)),
            "schedule": schedule_of(source),
            "is_confirmed": source.is_confirmed,
            "last_fetch": LastFetch.model_validate(source.last_fetch) if source.last_fetch else None,
            "allowed_actions": _actions(source, caller, request, lang),
        }
    )


def show_profile(profile: Profile, lang: Lang) -> SourceProfile:
    return SourceProfile(
        name=profile.name,
        kind=profile.kind,
        title=profile.title.pick(lang),
        is_verified=profile.is_verified,
        mapping=profile.mapping(),
    )


def _actions(source: Source, caller: Principal, request: Request, lang: Lang) -> list[AllowedAction]:
    here = f"/sync/v1/sources/{source.id}"
    refused = refusal_to_write(caller)
    inactive = refused or (None if source.is_active else SourceInactive.title)
    sent = inactive or (SENT_TO_US if isinstance(connector_of(source), ByUpload) else None)
    unconfirmed = sent or (None if source.is_confirmed else AddressUnconfirmed.title)
    problem = problem_with_confirming(source, caller)
    confirm = refusal_to_confirm(caller) or (problem.title if problem else None)
    return [
        allowed_action(request, lang, "change", "PATCH", here, refused=refused),
        allowed_action(request, lang, "deactivate", "DELETE", here, refused=inactive),
        allowed_action(request, lang, "fetch", "POST", f"{here}/fetches", refused=unconfirmed),
        allowed_action(request, lang, "test", "POST", f"{here}/connection-tests", refused=sent),
        allowed_action(request, lang, "confirm", "POST", f"{here}/confirmations", refused=confirm),
    ]
