"""What an identity provider answers instead of what was asked (SAML core section 3.2.2.2)."""

from lxml import etree

from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import STATUS, SUCCESS, samlp
from services.identity.saml.parsing import children

_FAULTS = {
    f"{STATUS}AuthnFailed": SamlFault.status_authn_failed,
    f"{STATUS}NoAuthnContext": SamlFault.status_no_authn_context,
    f"{STATUS}RequestUnsupported": SamlFault.status_request_unsupported,
    f"{STATUS}RequestDenied": SamlFault.status_request_denied,
    f"{STATUS}UnknownPrincipal": SamlFault.status_unknown_principal,
    f"{STATUS}NoPassive": SamlFault.status_no_passive,
    f"{STATUS}PartialLogout": SamlFault.status_partial_logout,
}


def status_fault(message: etree._Element) -> SamlFault | None:
    """None for success, else the fault of the innermost code that we know; raises SamlRefused without a status.

    The StatusMessage is not read: it is foreign text that may name a person.
    """
    codes = [code for status in children(message, samlp("Status")) for code in children(status, samlp("StatusCode"))]
    if len(codes) != 1:
        raise SamlRefused(SamlFault.message_shape, "not exactly one status")
    outer, inner = codes[0], next(codes[0].iterchildren(samlp("StatusCode")), None)
    inner_fault = _FAULTS.get(inner.get("Value", "")) if inner is not None else None
    if outer.get("Value") == SUCCESS:  # with PartialLogout below it, a success that is none
        return SamlFault.status_partial_logout if inner_fault == SamlFault.status_partial_logout else None
    return inner_fault or _FAULTS.get(outer.get("Value", ""), SamlFault.status_failed)
