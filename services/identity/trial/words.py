"""The rules that a login meets, in order, in words for whoever sets a login method up."""

from enum import StrEnum
from typing import Self

from shared.kit.text import Text


class Rule(StrEnum):
    """`words` say what the rule asks, `advice` what to do where it failed."""

    words: Text
    advice: Text

    def __new__(cls, value: str, words: Text | None = None, advice: Text | None = None) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words or Text(sv="", en="")
        member.advice = advice or Text(sv="", en="")
        return member

    answer = (
        "answer",
        Text(
            sv="Svaret kom från rätt inloggningstjänst, är signerat, gäller nu och har inte använts förut",
            en="The answer came from the right identity provider, is signed, is valid now and was not used before",
            da="Svaret kom fra den rigtige login-tjeneste, er signeret, gælder nu og er ikke brugt før",
        ),
        Text(
            sv="Jämför klient, hemlighet, certifikat, adresser och klocka hos inloggningstjänsten med det som står här",
            en="Compare client, secret, certificate, addresses and clock at the provider with what stands here",
            da="Sammenlign klient, hemmelighed, certifikat, adresser og ur hos login-tjenesten med det, der står her",
        ),
    )
    login_name = (
        "login_name",
        Text(
            sv="Attributet med inloggningsnamnet kom, med precis ett värde",
            en="The attribute with the login name came, with exactly one value",
            da="Attributten med loginnavnet kom, med præcis én værdi",
        ),
        Text(
            sv="Släpp attributet från inloggningstjänsten, eller välj ett annat av dem som kom",
            en="Release the attribute from the identity provider, or choose another of those that came",
            da="Frigiv attributten fra login-tjenesten, eller vælg en anden af dem, der kom",
        ),
    )
    scope = (
        "scope",
        Text(
            sv="Inloggningsnamnets domän hör till organisationen och får intygas av inloggningstjänsten",
            en="The domain of the login name is the organisation's and may be vouched for by the identity provider",
            da="Loginnavnets domæne hører til organisationen og må bekræftes af login-tjenesten",
        ),
        Text(
            sv="Låt verifiera domänen för organisationen, låt inloggningstjänstens metadata ange den (shibmd:Scope), "
            "eller ändra vad inloggningstjänsten skickar",
            en="Have the domain verified for the organisation, have the identity provider's metadata name it "
            "(shibmd:Scope), or change what the identity provider sends",
            da="Få domænet verificeret for organisationen, lad login-tjenestens metadata angive det (shibmd:Scope), "
            "eller ret det, login-tjenesten sender",
        ),
    )
    account = (
        "account",
        Text(
            sv="Personen har ett öppet konto här",
            en="The person has an open account here",
            da="Personen har en åben konto her",
        ),
        Text(
            sv="Logga in med en person som finns i det införda registret, eller öppna ett konto",
            en="Log in as a person of the applied register, or open an account",
            da="Log ind med en person fra det indførte register, eller åbn en konto",
        ),
    )
    population = (
        "population",
        Text(
            sv="Gruppen som personen hör till använder den här inloggningen",
            en="The group that the person belongs to uses this login",
            da="Gruppen, som personen hører til, bruger dette login",
        ),
        Text(
            sv="Lägg till gruppen på inloggningssättet, eller prova med någon annan",
            en="Add the group to the login method, or try with somebody else",
            da="Tilføj gruppen til loginmetoden, eller prøv med en anden",
        ),
    )
    assurance = (
        "assurance",
        Text(
            sv="Inloggningen nådde den tillitsnivå som provet begärde",
            en="The login reached the level of assurance that the trial asked for",
            da="Login nåede det sikringsniveau, som prøven bad om",
        ),
        Text(
            sv="Logga in med två faktorer, eller tala om vad inloggningstjänstens värden betyder",
            en="Log in with two factors, or say what the identity provider's values mean",
            da="Log ind med to faktorer, eller angiv hvad login-tjenestens værdier betyder",
        ),
    )
