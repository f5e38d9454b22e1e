"""The pages on which a person connects a device: no script, and a warning that does not let itself be overlooked."""

from html import escape

from fastapi import Response

from services.identity.device.models import DeviceGrant
from services.identity.protocol.page import hidden, html_page, said
from shared.auth import Scope
from shared.kit.text import Lang, Text

_TITLE = Text(sv="Anslut en enhet", en="Connect a device", da="Tilslut en enhed")
_TENANT = Text(
    sv="Din organisations kortnamn",
    en="The short name of your organisation",
    da="Din organisations korte navn",
)
_GO_ON = Text(sv="Fortsätt", en="Continue", da="Fortsæt")
_LOG_IN_FIRST = Text(
    sv="Logga in först. Därefter skriver du in koden som enheten visar.",
    en="Log in first. Then type the code that the device shows.",
    da="Log ind først. Derefter skriver du koden, som enheden viser.",
)
_LOG_IN = Text(sv="Logga in", en="Log in", da="Log ind")
_NOT_LOGGED_IN = Text(sv="Inloggningen lyckades inte.", en="The login did not succeed.", da="Login lykkedes ikke.")
_CODE = Text(sv="Koden på enheten", en="The code on the device", da="Koden på enheden")
_WRONG = Text(
    sv="Koden finns inte eller gäller inte längre.",
    en="The code does not exist or is no longer valid.",
    da="Koden findes ikke eller gælder ikke længere.",
)
_WARNING = Text(
    sv="Fortsätt bara om du själv har enheten framför dig. Har någon skickat dig koden i ett meddelande eller bett dig"
    " om den i telefon? Säg nej: då skulle den personen logga in som du.",
    en="Continue only if you have the device before you. Has someone sent you the code in a message, or asked you for"
    " it on the phone? Say no: that person would be logged in as you.",
    da="Fortsæt kun, hvis du selv har enheden foran dig. Har nogen sendt dig koden i en besked eller bedt om den i"
    " telefonen? Sig nej: den person ville blive logget ind som dig.",
)
_ASKS = Text(
    sv="Enheten loggas in som du i: {client}. Den får:",
    en="The device will be logged in as you in: {client}. It may:",
    da="Enheden bliver logget ind som dig i: {client}. Den må:",
)
_YES = Text(sv="Ja, anslut", en="Yes, connect", da="Ja, tilslut")
_NO = Text(sv="Nej", en="No", da="Nej")
_DONE = Text(
    sv="Enheten är ansluten. Du kan gå tillbaka till den.",
    en="The device is connected. You can go back to it.",
    da="Enheden er tilsluttet. Du kan gå tilbage til den.",
)
_DENIED = Text(sv="Enheten blev inte ansluten.", en="The device was not connected.", da="Enheden blev ikke tilsluttet.")


def ask_for_tenant(lang: Lang) -> Response:
    return html_page(
        lang, said(lang, _TITLE, "h1") + _form("get", _field(lang, _TENANT, "tenant", ""), said(lang, _GO_ON, "button"))
    )


def ask_for_login(lang: Lang, address: str, *, has_failed: bool) -> Response:
    """With a link and not a redirect: a form that led here may go to our own pages only."""
    failed = said(lang, _NOT_LOGGED_IN) if has_failed else ""
    link = f'<p><a href="{escape(address)}">{escape(_LOG_IN.pick(lang))}</a></p>'
    return html_page(lang, said(lang, _TITLE, "h1") + failed + said(lang, _LOG_IN_FIRST) + link)


def ask_for_code(lang: Lang, tenant: str, user_code: str, *, is_wrong: bool = False) -> Response:
    wrong = said(lang, _WRONG) if is_wrong else ""
    fields = hidden({"tenant": tenant}) + _field(lang, _CODE, "user_code", user_code)
    body = said(lang, _TITLE, "h1") + wrong + said(lang, _WARNING) + _form("post", fields, said(lang, _GO_ON, "button"))
    return html_page(lang, body, 404 if is_wrong else 200)


def ask_for_answer(lang: Lang, tenant: str, user_code: str, grant: DeviceGrant) -> Response:
    """Which client, for what, and the warning once more, before anything happens (RFC 8628 section 5.4)."""
    rights = "".join(f"<li>{escape(Scope(scope).sentence)}</li>" for scope in grant.scope.split())
    asked = escape(_ASKS.pick(lang).format(client=grant.client_name))
    buttons = "".join(
        f'<button name="decision" value="{value}">{escape(words.pick(lang))}</button> '
        for value, words in (("approve", _YES), ("deny", _NO))
    )
    fields = hidden({"tenant": tenant, "user_code": user_code})
    told = f"<p>{asked}</p><ul>{rights}</ul><p><strong>{escape(user_code)}</strong></p>"
    return html_page(lang, said(lang, _TITLE, "h1") + told + said(lang, _WARNING) + _form("post", fields, buttons))


def show_outcome(lang: Lang, *, is_approved: bool) -> Response:
    return html_page(lang, said(lang, _TITLE, "h1") + said(lang, _DONE if is_approved else _DENIED))


def _field(lang: Lang, label: Text, name: str, value: str) -> str:
    shown = f'name="{name}" value="{escape(value)}" maxlength="50" autocomplete="off" autocapitalize="characters"'
    return f"<label>{escape(label.pick(lang))} <input {shown} required></label> "


def _form(method: str, fields: str, buttons: str) -> str:
    return f'<form method="{method}" action="/oauth2/device">{fields}{buttons}</form>'
