"""The issuer of this process, built from its settings."""

from typing import Annotated

from fastapi import Depends, Request

from services.training.issuer.service import Issuer
from shared.web import runtime


def _issuer(request: Request) -> Issuer:
    held = runtime(request).resources
    if Issuer not in held:
        settings = runtime(request).settings
        held[Issuer] = Issuer.build(settings.file_key_bytes(), settings.public_url)
    found: Issuer = held[Issuer]
    return found


IssuerDep = Annotated[Issuer, Depends(_issuer)]
