"""Known kinds of OpenID providers, as data: what to ask them for, how to read them, and what they must not be set to.

`presets.json` lies beside this module. A fact that we have read nowhere, or seen work nowhere, is named in
`unverified`: it is a place to begin, and the trial login decides.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.identity.provider.configuration import OidcConfiguration
from shared.kit.text import Text

_FILE = Path(__file__).with_name("presets.json")
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=50)]


class Preset(BaseModel):
    """One kind of provider. `issuer` is fixed, or an example for `issuer_pattern`, which the real one must match.

    `assurance_claims` tell how surely the person is known, read by the map `loa_map`. `needs` are the claims for which
    each tenant must say its own values (`OidcConfiguration.required_claims`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    version: int = Field(ge=1)
    name: str
    issuer: str
    issuer_pattern: str
    login_claim: str
    assurance_claims: tuple[str, ...]
    loa_map: str
    configuration: OidcConfiguration
    needs: tuple[str, ...] = ()
    back_channel_logout: Literal["yes", "no", "unknown"]
    unverified: tuple[str, ...]
    notes: tuple[Text, ...]

    def objections(self, issuer: str, configuration: OidcConfiguration) -> tuple[Text, ...]:
        """Why a provider of this kind cannot be used as it is set up; empty where it can."""
        found = []
        if not re.fullmatch(self.issuer_pattern, issuer):
            found.append(_WRONG_ISSUER.format(name=self.name, issuer=self.issuer))
        found += [_MISSING.format(claim=claim) for claim in self.needs if claim not in configuration.required_claims]
        return tuple(found)


_WRONG_ISSUER = Text(
    sv="Utfärdaren passar inte {name}; den ser ut som {issuer}",
    en="The issuer does not fit {name}; it looks like {issuer}",
    da="Udstederen passer ikke til {name}; den ligner {issuer}",
)
_MISSING = Text(
    sv="Ange vilka värden av {claim} som är era; annars kan vem som helst hos leverantören logga in",
    en="Say which values of {claim} are yours; else anybody at the provider could log in",
    da="Angiv hvilke værdier af {claim} der er jeres; ellers kan hvem som helst hos leverandøren logge ind",
)


@cache
def presets() -> Mapping[str, Preset]:
    """Every preset by its key."""
    listed = TypeAdapter(list[Preset]).validate_json(_FILE.read_bytes())
    return {preset.key: preset for preset in listed}


def objections(issuer: str, configuration: OidcConfiguration) -> tuple[Text, ...]:
    """What the provider's kind has against its settings: the kind that it began as, or the one that its issuer is of,
    so that leaving the preset's name out takes no rule away."""
    kinds = [kind for kind in presets().values() if kind.key == configuration.preset or kind.issuer == issuer]
    return tuple(dict.fromkeys(text for kind in kinds for text in kind.objections(issuer, configuration)))
