"""What can be wrong with a certificate."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class CertificateRevokedAlready(Conflict):
    slug = "certificate-revoked"
    title = Text(sv="Intyget är återkallat", en="The certificate is revoked", da="Beviset er tilbagekaldt")


class NoCertificate(NotFound):
    slug = "no-certificate"
    title = Text(sv="Intyget finns inte", en="There is no such certificate", da="Beviset findes ikke")
