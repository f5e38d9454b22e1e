"""What can be wrong with what a federation's feed delivers: one code for each rule, with words for an operator."""

from enum import StrEnum

from shared.kit.spoken import SpokenCode


class FeedFault(SpokenCode):
    """Why a document was not accepted, in words for an operator."""

    unreachable = ("unreachable", "Adressen svarar inte", "The address does not answer", "Adressen svarer ikke")
    address_refused = (
        "address_refused",
        "Adressen får inte anropas",
        "The address must not be called",
        "Adressen må ikke kaldes",
    )
    bad_answer = ("bad_answer", "Svaret är inte metadata", "The answer is not metadata", "Svaret er ikke metadata")
    too_large = (
        "too_large",
        "Svaret är större än tillåtet",
        "The answer is larger than allowed",
        "Svaret er større end tilladt",
    )
    too_heavy = (
        "too_heavy",
        "Metadata kräver för mycket minne eller tid",
        "The metadata need too much memory or time",
        "Metadata kræver for meget hukommelse eller tid",
    )
    malformed = (
        "malformed",
        "Metadata är trasiga eller avkapade",
        "The metadata are damaged or cut off",
        "Metadata er beskadiget eller afkortet",
    )
    doctype = (
        "doctype",
        "Metadata innehåller en dokumenttyp (DTD)",
        "The metadata hold a document type (DTD)",
        "Metadata indeholder en dokumenttype (DTD)",
    )
    wrong_root = (
        "wrong_root",
        "Dokumentet är inte den sortens metadata som väntades",
        "The document is not the kind of metadata that was expected",
        "Dokumentet er ikke den slags metadata, der var ventet",
    )
    unsigned = (
        "unsigned",
        "Dokumentet är inte signerat som helhet",
        "The document is not signed as a whole",
        "Dokumentet er ikke signeret som helhed",
    )
    unknown_signer = (
        "unknown_signer",
        "Signerat med ett certifikat som inte är godkänt här",
        "Signed with a certificate that is not approved here",
        "Signeret med et certifikat, der ikke er godkendt her",
    )
    signature_invalid = (
        "signature_invalid",
        "Signaturen stämmer inte",
        "The signature is not valid",
        "Signaturen er ugyldig",
    )
    no_end = (
        "no_end",
        "Dokumentet säger inte hur länge det gäller",
        "The document does not say until when it is valid",
        "Dokumentet siger ikke, hvor længe det gælder",
    )
    end_too_far = (
        "end_too_far",
        "Dokumentet gäller i mer än fjorton dagar",
        "The document is valid for more than fourteen days",
        "Dokumentet gælder i mere end fjorten dage",
    )
    expired = ("expired", "Dokumentet har gått ut", "The document has expired", "Dokumentet er udløbet")
    rolled_back = (
        "rolled_back",
        "Dokumentet är äldre än det som redan gäller",
        "The document is older than the one in force",
        "Dokumentet er ældre end det, der allerede gælder",
    )
    duplicate_entity = (
        "duplicate_entity",
        "En medlem förekommer flera gånger",
        "A member occurs more than once",
        "Et medlem forekommer flere gange",
    )
    other_entity = (
        "other_entity",
        "Svaret gäller en annan medlem än den som efterfrågades",
        "The answer is about another member than the one asked for",
        "Svaret gælder et andet medlem end det, der blev spurgt om",
    )
    by_operator = (
        "by_operator",
        "Avvisat av en administratör",
        "Refused by an administrator",
        "Afvist af en administrator",
    )


class EntityFault(StrEnum):
    """Why one entity was left out while the others live."""

    expired = "expired"
    nested = "nested"
    unreadable = "unreadable"
    no_key = "no_key"
    no_endpoint = "no_endpoint"


class FeedRefused(Exception):
    """A document, or the way to it, broke a rule."""

    def __init__(self, fault: FeedFault) -> None:
        super().__init__(fault.value)
        self.fault = fault
