"""Why a login failed: one code per rule, with the words in which a trial and the log tell it."""

from uuid import UUID

from services.identity.proof.login import ProvenLogin
from shared.kit.spoken import SpokenCode


class LoginFault(SpokenCode):
    """A rule that a login broke. The code goes to logs and events, `words` to people; neither holds personal data."""

    provider_unreachable = (
        "provider_unreachable",
        "Inloggningstjänsten svarar inte",
        "The identity provider does not answer",
        "Login-tjenesten svarer ikke",
    )
    client_refused = (
        "client_refused",
        "Inloggningstjänsten godtog inte oss som klient",
        "The identity provider did not accept us as its client",
        "Login-tjenesten godtog ikke os som klient",
    )
    provider_refused = (
        "provider_refused",
        "Inloggningstjänsten loggade inte in personen",
        "The identity provider did not log the person in",
        "Login-tjenesten loggede ikke personen ind",
    )
    provider_off = (
        "provider_off",
        "Inloggningstjänsten är avstängd hos organisationen",
        "The identity provider is switched off at the organisation",
        "Login-tjenesten er slået fra hos organisationen",
    )
    metadata_expired = (
        "metadata_expired",
        "Inloggningstjänstens metadata gäller inte längre",
        "The identity provider's metadata is no longer valid",
        "Login-tjenestens metadata gælder ikke længere",
    )
    unverifiable = (
        "unverifiable",
        "Svaret från inloggningstjänsten gick inte att verifiera",
        "The identity provider's answer could not be verified",
        "Svaret fra login-tjenesten kunne ikke verificeres",
    )
    no_login_name = (
        "no_login_name",
        "Attributet med inloggningsnamnet saknas i svaret",
        "The attribute with the login name is missing in the answer",
        "Attributten med loginnavnet mangler i svaret",
    )
    foreign_scope = (
        "foreign_scope",
        "Inloggningsnamnets domän är inte verifierad för organisationen, eller får inte intygas av inloggningstjänsten",
        "The domain of the login name is not verified for the organisation, or not its provider's to vouch for",
        "Loginnavnets domæne er ikke verificeret for organisationen eller må ikke bekræftes af login-tjenesten",
    )
    no_account = (
        "no_account",
        "Personen har inget öppet konto här",
        "The person has no open account here",
        "Personen har ingen åben konto her",
    )
    population_closed = (
        "population_closed",
        "Gruppen som personen hör till är inte öppnad än, eller loggar in på annat sätt",
        "The group that the person belongs to is not open yet, or logs in another way",
        "Gruppen som personen hører til er endnu ikke åbnet eller logger ind på en anden måde",
    )
    other_person = (
        "other_person",
        "Den starkare inloggningen var en annan persons",
        "The stronger login was another person's",
        "Det stærkere login var en anden persons",
    )
    too_weak = (
        "too_weak",
        "Inloggningen var inte så stark eller ny som krävdes",
        "The login was not as strong or recent as asked for",
        "Login var ikke så stærkt eller nyt som krævet",
    )
    replayed = (
        "replayed",
        "Svaret har redan använts",
        "The answer was used before",
        "Svaret er allerede brugt",
    )


class LoginFailed(Exception):
    """The provider did not prove who logged in, or the person may not come in (`account_id`, where it is known who).

    The message is for the log and holds no personal data. `arrived` is what the provider did prove, where the answer
    was good but said too little: a trial shows it to who maps the attributes.
    """

    def __init__(
        self,
        message: str,
        fault: LoginFault = LoginFault.unverifiable,
        account_id: UUID | None = None,
        arrived: ProvenLogin | None = None,
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.account_id = account_id
        self.arrived = arrived
