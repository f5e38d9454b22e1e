"""`python -m cli.gateway_render`: write the gateway's bootstrap for containers, where services have names."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from cli.gateway import SERVICES, GatewayOptions, render_bootstrap
from cli.gateway_tls import MOUNTED, Tls

TEMPLATE = Path(__file__).parents[1] / "deploy" / "gateway" / "envoy.yaml"
SERVICE_PORT = 8000


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file; every service is expected at its own name, port 8000, unless `--upstream` says otherwise."""
    parser = argparse.ArgumentParser(prog="python -m cli.gateway_render", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--issuer", required=True, help="exactly as in `iss`")
    parser.add_argument("--listen", type=_address, default=("127.0.0.1", 8080), metavar="HOST:PORT")
    parser.add_argument("--upstream", type=_upstream, action="append", default=[], metavar="SERVICE=HOST:PORT")
    parser.add_argument("--host", action="append", help="a host name that callers use; default: any")
    parser.add_argument("--cors-origin", action="append", default=[], help="a front-end's origin")
    parser.add_argument("--trusted-hops", type=int, default=0, help="our own proxies before the gateway")
    parser.add_argument("--trace-endpoint", help="base URL of an OTLP/HTTP collector")
    parser.add_argument("--trace-ratio", type=float, default=1.0, help="share of the traces beginning here it gets")
    parser.add_argument("--admin-port", type=int, help="of Envoy's admin interface, on loopback")
    parser.add_argument("--tls", type=Path, metavar="FOLDER", help="end TLS with the Secret that is mounted there")
    parser.add_argument("--plain", type=_address, metavar="HOST:PORT", help="with --tls: send readers away from there")
    given = parser.parse_args(arguments)
    upstreams = {name: (name, SERVICE_PORT) for name in SERVICES} | dict(given.upstream)
    options = GatewayOptions(
        issuer=given.issuer,
        hosts=tuple(given.host or ("*",)),
        cors_origins=tuple(given.cors_origin),
        trusted_hops=given.trusted_hops,
        trace_endpoint=given.trace_endpoint,
        trace_ratio=given.trace_ratio,
        admin_port=given.admin_port,
        tls=Tls(given.tls, plain=given.plain, link=MOUNTED) if given.tls else None,
    )
    render_bootstrap(TEMPLATE, given.out, upstreams, given.listen, options)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port")
    return host, int(port)


def _upstream(text: str) -> tuple[str, tuple[str, int]]:
    service, _, address = text.partition("=")
    return service, _address(address)


if __name__ == "__main__":
    main()
