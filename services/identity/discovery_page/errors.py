"""What is told to a person whom a page of ours cannot send on."""

from shared.kit.problems import BadRequest, Forbidden
from shared.kit.text import Text


class DiscoveryRefused(BadRequest):
    """Never redirected: who asks is no member, or wants the answer where its metadata do not say."""

    slug = "discovery-refused"
    title = Text(
        sv="Tjänsten som skickade dig hit är inte känd, eller ber om svar till en annan adress än sin egen",
        en="The service that sent you here is not known, or wants the answer at an address that is not its own",
        da="Tjenesten, der sendte dig hertil, er ikke kendt eller beder om svar på en adresse, der ikke er dens egen",
    )


class NotConnected(Forbidden):
    """Nobody here logs in at the identity provider that was chosen."""

    slug = "identity-provider-not-connected"
    title = Text(
        sv="Inloggningstjänsten du valde används inte här. Gå tillbaka och välj en annan.",
        en="The identity provider that you chose is not used here. Go back and choose another one.",
        da="Login-tjenesten, du valgte, bruges ikke her. Gå tilbage og vælg en anden.",
    )
