"""The presets over HTTP."""

from fastapi import Request

from services.identity.preset.catalogue import Preset, presets
from services.identity.preset.schemas import ProviderPresetPublic
from services.identity.provider.auth import ProvidersRead
from shared.kit.text import Lang
from shared.web import LangDep, Page, PageDep, make_page, new_router

router = new_router("identity-providers")


@router.get("/provider-presets")
async def provider_presets_list(
    caller: ProvidersRead,
    request: Request,
    page: PageDep,
    lang: LangDep,
) -> Page[ProviderPresetPublic]:
    """The kinds of OpenID providers that we know, by key."""
    after = page.keys(str)
    rows = [preset for key, preset in sorted(presets().items()) if not after or key > after[0]]
    return make_page(
        request, page, rows[: page.limit + 1], key=lambda row: [row.key], show=lambda row: _show(row, lang)
    )


def _show(preset: Preset, lang: Lang) -> ProviderPresetPublic:
    told = preset.model_dump(mode="json", exclude={"issuer_pattern", "notes"})
    told["configuration"] = preset.configuration.model_dump(mode="json", exclude_defaults=True)
    return ProviderPresetPublic.model_validate(told | {"notes": [note.pick(lang) for note in preset.notes]})
