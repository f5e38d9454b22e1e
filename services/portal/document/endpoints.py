"""The merged API document, and pages that show it without a single foreign host."""

from pathlib import Path

import fastapi_offline
from fastapi import Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from services.portal.document.errors import AssetNotFound
from services.portal.document.service import DocumentService
from services.portal.page.policy import DOCUMENTATION
from shared.web import LangDep, new_router, runtime

router = new_router("documentation")

_BUNDLED = Path(fastapi_offline.__file__).parent / "static"
_OWN = Path(__file__).parent.parent / "page" / "static"
# Nothing but these is served, whatever a path may spell.
ASSETS = {
    "swagger-ui.js": (_BUNDLED / "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": (_BUNDLED / "swagger-ui.css", "text/css"),
    "docs.js": (_OWN / "docs.js", "text/javascript"),
    "docs.css": (_OWN / "docs.css", "text/css"),
    "portal.css": (_OWN / "portal.css", "text/css"),
    "mark.svg": (_OWN / "mark.svg", "image/svg+xml"),
}
_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Startklar API</title>
<link rel="icon" href="/docs/static/mark.svg">
<link rel="stylesheet" href="/docs/static/swagger-ui.css">
<link rel="stylesheet" href="/docs/static/docs.css">
</head>
<body>
<header><a href="/">Startklar</a></header>
<main id="api"></main>
<noscript><p><a href="/openapi.json">openapi.json</a></p></noscript>
<script src="/docs/static/swagger-ui.js"></script>
<script src="/docs/static/docs.js"></script>
</body>
</html>
"""


@router.get("/openapi.json", name="merged_document", include_in_schema=False)
async def merged_document(request: Request) -> Response:
    """The API document of all services."""
    documents: DocumentService = runtime(request).resources[DocumentService]
    return Response(await documents.merged(), media_type="application/json", headers={"Cache-Control": "no-cache"})


@router.get("/docs", name="documentation_page", include_in_schema=False)
async def documentation_page(lang: LangDep) -> HTMLResponse:
    """The API documentation. Works offline: every asset comes from here."""
    return HTMLResponse(_PAGE.format(lang=lang), headers={"Content-Security-Policy": DOCUMENTATION})


@router.get("/docs/static/{asset}", name="documentation_asset", include_in_schema=False)
async def documentation_asset(asset: str) -> FileResponse:
    """One of the files that our pages need."""
    if asset not in ASSETS:
        raise AssetNotFound()
    path, media_type = ASSETS[asset]
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})
