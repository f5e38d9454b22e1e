"""`/oauth2/par`: a client sends its authorization request ahead of the browser, authenticated (RFC 9126)."""

from fastapi import APIRouter, Request, Response, Security

from services.identity.authorization.request import check_request, is_registered_redirect
from services.identity.authorization.service import Authorization
from services.identity.dependencies import ClientsDep, DatabaseDep, SettingsDep
from services.identity.dpop.service import proven_key
from services.identity.par.service import LIFETIME, PushedRequests
from services.identity.protocol.answer import json_answer, refuse
from services.identity.protocol.description import ClientSecretBasic, as_form, oauth_errors
from services.identity.protocol.form import Parameters, only_header
from services.identity.protocol.parameters import PUSHED
from services.identity.protocol.refusal import Refusal
from services.identity.protocol.schemas import OAuthPushed

router = APIRouter(tags=["oauth2"], responses=oauth_errors(), dependencies=[Security(ClientSecretBasic())])


@router.post(
    "/oauth2/par", status_code=201, response_model=OAuthPushed, openapi_extra=as_form(*PUSHED) | {"security": [{}]}
)
async def oauth2_par(request: Request, database: DatabaseDep, clients: ClientsDep, settings: SettingsDep) -> Response:
    """Check the request as the authorization endpoint would, and keep it for a minute and one use."""
    try:
        form = Parameters.parse_body(await request.body(), request.headers.get("content-type"))
        client = await clients.authenticate(form, only_header(request.headers.getlist("authorization")))
        if form.get("client_id") not in (None, client.client_id):
            raise Refusal("invalid_request", "client_id names another client")
        if form.get("request_uri") is not None:
            raise Refusal("invalid_request", "request_uri is what this endpoint gives")
        if not is_registered_redirect(client, form.get("redirect_uri")):
            raise Refusal("invalid_request", "redirect_uri is not registered for the client")
        proofs = request.headers.getlist("dpop")
        key = await proven_key(database, client, proofs, f"{settings.issuer}/oauth2/par") if proofs else None
        if key is not None and form.get("dpop_jkt") not in (None, key):
            raise Refusal("invalid_dpop_proof", "dpop_jkt names another key than the proof")
        decisions = Authorization(database)
        tenant = await decisions.find_tenant(form.get("tenant"))
        check_request(form, client, tenant, await decisions.find_tenant(form.get("home_tenant")))
        kept = form.all() | {"client_id": client.client_id} | ({"dpop_jkt": key} if key else {})
        request_uri = await PushedRequests(database).push(client, kept)
    except Refusal as refusal:
        return refuse(refusal)
    return json_answer({"request_uri": request_uri, "expires_in": int(LIFETIME.total_seconds())}, 201)
