"""TLS at the gateway: a certificate that Envoy watches, a second listener that sends plain HTTP away, and HSTS.

Envoy reads the certificate through a small file of its own (SDS from the file system) and watches the folder that it
lies in. Whoever renews it renames a link in that folder (`cli.certificates`, or what Kubernetes does with a mounted
Secret): chain and key change together, connections stay open, nothing is started again.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CHAIN, KEY = "current/tls.crt", "current/tls.key"
HSTS_SECONDS = 31_536_000
"""How long browsers shall remember to come by https."""
MOUNTED = "..data"
"""The link that Kubernetes renames in the folder of a mounted Secret, as ours is named `current`."""
_NAME = "certificate"
_TYPES = "type.googleapis.com/envoy"


@dataclass(frozen=True)
class Tls:
    """`folder` holds the certificate, as Envoy sees it: `current/tls.crt` (leaf first) and `current/tls.key`.

    `secret` is the file that names them, by default beside the bootstrap; another path where Envoy sees it elsewhere.
    `plain` is where plain HTTP is listened for, to be sent away.
    """

    folder: Path
    secret: Path | None = None
    plain: tuple[str, int] | None = None
    link: str = "current"


def write_secret(tls: Tls, bootstrap: Path) -> Path:
    """Write what names the certificate beside the bootstrap; returns its path as Envoy sees it."""
    certificate = {
        "certificate_chain": {"filename": str(tls.folder / tls.link / "tls.crt")},
        "private_key": {"filename": str(tls.folder / tls.link / "tls.key")},
        "watched_directory": {"path": str(tls.folder)},
    }
    secret = {"@type": f"{_TYPES}.extensions.transport_sockets.tls.v3.Secret", "name": _NAME}
    written = bootstrap.with_name("certificate.json")
    written.write_text(json.dumps({"resources": [secret | {"tls_certificate": certificate}]}, indent=2) + "\n")
    return tls.secret or written


def downstream_tls(secret: Path | None) -> dict[str, Any] | None:
    """The transport socket of the public listener; None without TLS."""
    if secret is None:
        return None
    source = {"name": _NAME, "sds_config": {"path_config_source": {"path": str(secret)}}}
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": f"{_TYPES}.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_certificate_sds_secret_configs": [source],
            },
        },
    }


def transport_security(public_url: str) -> dict[str, Any] | None:
    """The filter that says HSTS on every answer, the gateway's own included (RFC 6797 section 7.1), wherever TLS ends:
    here, or at who stands before us. None where callers come by plain HTTP.
    """
    if not public_url.startswith("https://"):
        return None
    header = {"key": "strict-transport-security", "value": f"max-age={HSTS_SECONDS}"}
    return {
        "name": "transport_security",
        "typed_config": {
            "@type": f"{_TYPES}.extensions.filters.http.header_mutation.v3.HeaderMutation",
            "mutations": {
                "response_mutations": [{"append": {"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}}]
            },
        },
    }


def redirect_values(tls: Tls, public_url: str) -> dict[str, Any]:
    """The places of plain.yaml. Always to the installation's own name: the caller's Host leads nobody anywhere."""
    url = urlsplit(public_url)
    host, port = tls.plain or ("127.0.0.1", 0)
    return {"plain_host": host, "plain_port": port, "secure_host": url.hostname, "secure_port": url.port or 443}
