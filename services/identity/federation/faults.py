"""What can be wrong with what a federation's feed delivers: one code for each rule, with words for an operator."""

from enum import StrEnum

from shared.kit.text import Text


class FeedFault(StrEnum):
    """Why a document was not accepted. Codes go to journal, events and API."""

    unreachable = "unreachable"
    address_refused = "address_refused"
    bad_answer = "bad_answer"
    too_large = "too_large"
    too_heavy = "too_heavy"
    malformed = "malformed"
    doctype = "doctype"
    wrong_root = "wrong_root"
    unsigned = "unsigned"
    unknown_signer = "unknown_signer"
    signature_invalid = "signature_invalid"
    no_end = "no_end"
    end_too_far = "end_too_far"
    expired = "expired"
    rolled_back = "rolled_back"
    duplicate_entity = "duplicate_entity"
    other_entity = "other_entity"
    by_operator = "by_operator"

    @property
    def words(self) -> Text:
        return _WORDS[self]


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


_WORDS = {
    FeedFault.unreachable: Text(sv="Adressen svarar inte", en="The address does not answer", da="Adressen svarer ikke"),
    FeedFault.address_refused: Text(
        sv="Adressen får inte anropas", en="The address must not be called", da="Adressen må ikke kaldes"
    ),
    FeedFault.bad_answer: Text(
        sv="Svaret är inte metadata", en="The answer is not metadata", da="Svaret er ikke metadata"
    ),
    FeedFault.too_large: Text(
        sv="Svaret är större än tillåtet", en="The answer is larger than allowed", da="Svaret er større end tilladt"
    ),
    FeedFault.too_heavy: Text(
        sv="Metadata kräver för mycket minne eller tid",
        en="The metadata need too much memory or time",
        da="Metadata kræver for meget hukommelse eller tid",
    ),
    FeedFault.malformed: Text(
        sv="Metadata är trasiga eller avkapade",
        en="The metadata are damaged or cut off",
        da="Metadata er beskadiget eller afkortet",
    ),
    FeedFault.doctype: Text(
        sv="Metadata innehåller en dokumenttyp (DTD)",
        en="The metadata hold a document type (DTD)",
        da="Metadata indeholder en dokumenttype (DTD)",
    ),
    FeedFault.wrong_root: Text(
        sv="Dokumentet är inte den sortens metadata som väntades",
        en="The document is not the kind of metadata that was expected",
        da="Dokumentet er ikke den slags metadata, der var ventet",
    ),
    FeedFault.unsigned: Text(
        sv="Dokumentet är inte signerat som helhet",
        en="The document is not signed as a whole",
        da="Dokumentet er ikke signeret som helhed",
    ),
    FeedFault.unknown_signer: Text(
        sv="Signerat med ett certifikat som inte är godkänt här",
        en="Signed with a certificate that is not approved here",
        da="Signeret med et certifikat, der ikke er godkendt her",
    ),
    FeedFault.signature_invalid: Text(
        sv="Signaturen stämmer inte", en="The signature is not valid", da="Signaturen er ugyldig"
    ),
    FeedFault.no_end: Text(
        sv="Dokumentet säger inte hur länge det gäller",
        en="The document does not say until when it is valid",
        da="Dokumentet siger ikke, hvor længe det gælder",
    ),
    FeedFault.end_too_far: Text(
        sv="Dokumentet gäller i mer än fjorton dagar",
        en="The document is valid for more than fourteen days",
        da="Dokumentet gælder i mere end fjorten dage",
    ),
    FeedFault.expired: Text(sv="Dokumentet har gått ut", en="The document has expired", da="Dokumentet er udløbet"),
    FeedFault.rolled_back: Text(
        sv="Dokumentet är äldre än det som redan gäller",
        en="The document is older than the one in force",
        da="Dokumentet er ældre end det, der allerede gælder",
    ),
    FeedFault.duplicate_entity: Text(
        sv="En medlem förekommer flera gånger",
        en="A member occurs more than once",
        da="Et medlem forekommer flere gange",
    ),
    FeedFault.other_entity: Text(
        sv="Svaret gäller en annan medlem än den som efterfrågades",
        en="The answer is about another member than the one asked for",
        da="Svaret gælder et andet medlem end det, der blev spurgt om",
    ),
    FeedFault.by_operator: Text(
        sv="Avvisat av en administratör", en="Refused by an administrator", da="Afvist af en administrator"
    ),
}
