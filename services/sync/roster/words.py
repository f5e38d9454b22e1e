"""What the codes and the fields of the roster are called in words; one that stands nowhere here is shown as it is."""

from shared.kit.text import Lang, Text


def _t(sv: str, en: str, da: str) -> Text:
    return Text(sv=sv, en=en, da=da)


CODES = {
    "preschool": _t("Förskola", "Preschool", "Børnehave"),
    "compulsory": _t("Grundskola", "Compulsory school", "Grundskole"),
    "leisure": _t("Fritidshem", "Leisure centre", "Fritidsordning"),
    "upper_secondary": _t("Gymnasieskola", "Upper secondary school", "Gymnasium"),
    "adult": _t("Vuxenutbildning", "Adult education", "Voksenuddannelse"),
    "school_administrator": _t("Skoladministratörer", "School administrators", "Skoleadministratorer"),
    "advanced_user": _t("Avancerade användare", "Advanced users", "Avancerede brugere"),
    "teacher": _t("Lärare", "Teachers", "Lærere"),
    "central_administrator": _t("Centrala administratörer", "Central administrators", "Centrale administratorer"),
    "school_leader": _t("Skolledare", "School leaders", "Skoleledere"),
    "pupil": _t("Elever", "Pupils", "Elever"),
    "other": _t("Övriga", "Others", "Øvrige"),
}
_GIVEN, _FAMILY = _t("Förnamn", "Given name", "Fornavn"), _t("Efternamn", "Family name", "Efternavn")
_NUMBER = _t("Personnummer", "National number", "Personnummer")
FIELDS = {
    "givenName": _GIVEN,
    "given_name": _GIVEN,
    "familyName": _FAMILY,
    "family_name": _FAMILY,
    "nationalId": _NUMBER,
    "civic_hash": _NUMBER,
    "email": _t("E-postadress", "E-mail address", "E-mailadresse"),
    "login": _t("Inloggningsnamn", "Login name", "Loginnavn"),
    "external_ids": _t("Id i andra system", "Ids of other systems", "Id'er i andre systemer"),
    "school_year": _t("Årskurs", "School year", "Klassetrin"),
    "school_form": _t("Skolform", "School form", "Skoleform"),
    "starts_on": _t("Startdatum", "First day", "Startdato"),
    "ends_on": _t("Slutdatum", "Last day", "Slutdato"),
    "code": _t("Enhetskod", "Unit code", "Enhedskode"),
    "parent_id": _t("Överordnad enhet", "Unit above", "Overordnet enhed"),
}


def word_within(code: str, lang: Lang) -> str:
    """A code or field within a sentence."""
    word = {**CODES, **FIELDS}.get(code)
    if word is None:
        return code
    picked = word.pick(lang)
    return picked[:1].lower() + picked[1:]
