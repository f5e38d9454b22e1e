"""The configuration is made from values, fails early, and is what Envoy accepts without a warning."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cli.gateway import SERVICES, GatewayMisconfigured, GatewayOptions, envoy_argv, render_bootstrap
from tests.gateway.running import TEMPLATE, StartGateway

UPSTREAMS = {name: (name, 8000) for name in SERVICES}


def rendered(folder: Path, template: Path = TEMPLATE, **options: Any) -> Any:
    out = folder / "made" / "envoy.yaml"
    chosen = GatewayOptions(**{"issuer": "https://id.startklar.test", **options})
    render_bootstrap(template, out, UPSTREAMS, ("127.0.0.1", 8080), chosen)
    return json.loads(out.read_text())


def test_the_default_configuration_raises_no_warning(start_gateway: StartGateway) -> None:
    assert start_gateway().complaints() == ""


def test_every_service_has_a_cluster_at_its_address(tmp_path: Path) -> None:
    clusters = {found["name"]: found for found in rendered(tmp_path)["static_resources"]["clusters"]}

    for name in SERVICES:
        endpoint = clusters[name]["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
        assert endpoint["address"]["socket_address"] == {"address": name, "port_value": 8000}
    assert clusters["trace-collector"]["load_assignment"]["endpoints"] == [{"lb_endpoints": []}]


def test_no_place_is_left_open(tmp_path: Path) -> None:
    assert "${" not in json.dumps(rendered(tmp_path))


def test_browsers_are_told_to_stay_with_https_wherever_tls_ends(tmp_path: Path) -> None:
    told = "strict-transport-security"
    assert told in json.dumps(rendered(tmp_path))
    assert told not in json.dumps(rendered(tmp_path, issuer="http://127.0.0.1:8080"))


def test_admin_is_left_out_or_on_loopback(tmp_path: Path) -> None:
    assert "admin" not in rendered(tmp_path)
    assert rendered(tmp_path, admin_port=9901)["admin"] == {
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 9901}}
    }


def test_values_cannot_change_the_structure(tmp_path: Path) -> None:
    origin = 'https://a.test"}], admin: {"x": [{"exact": "${issuer}'
    virtual_host = _connection_manager(rendered(tmp_path, cors_origins=(origin,)))["route_config"]["virtual_hosts"][0]
    policy = virtual_host["typed_per_filter_config"]["envoy.filters.http.cors"]

    assert policy["allow_origin_string_match"] == [{"exact": origin}]


def test_upstreams_must_be_the_six_services(tmp_path: Path) -> None:
    for upstreams in ({"identity": ("x", 1)}, {**UPSTREAMS, "other": ("x", 1)}):
        with pytest.raises(GatewayMisconfigured, match="exactly"):
            render_bootstrap(TEMPLATE, tmp_path / "out", upstreams, ("127.0.0.1", 1), GatewayOptions(issuer="i"))


def test_an_unknown_place_in_the_template_is_an_error(tmp_path: Path) -> None:
    for name in ("public-routes.yaml", "problems.yaml"):
        (tmp_path / name).write_text(TEMPLATE.with_name(name).read_text())
    template = tmp_path / "envoy.yaml"
    template.write_text(TEMPLATE.read_text().replace("${issuer}", "${isuer}"))

    with pytest.raises(GatewayMisconfigured, match="isuer"):
        rendered(tmp_path, template)


@pytest.mark.parametrize("row", ["{path: /x, methods: [GET]}", "{path: /x, methods: [BREW], why: no}", "{paths: /x}"])
def test_a_public_route_that_is_not_of_the_form_is_an_error(tmp_path: Path, row: str) -> None:
    (tmp_path / "problems.yaml").write_text(TEMPLATE.with_name("problems.yaml").read_text())
    (tmp_path / "public-routes.yaml").write_text(f"- {row}\n")
    template = tmp_path / "envoy.yaml"
    template.write_text(TEMPLATE.read_text())

    with pytest.raises(ValueError, match="validation error"):
        rendered(tmp_path, template)


@pytest.mark.parametrize("endpoint", ["collector:4318", "https://collector", "http://"])
def test_a_collector_that_cannot_be_reached_is_an_error(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(GatewayMisconfigured, match="trace_endpoint"):
        rendered(tmp_path, trace_endpoint=endpoint)


def test_the_command_runs_the_wheels_envoy_without_hot_restart(tmp_path: Path) -> None:
    argv = envoy_argv(tmp_path / "envoy.yaml")

    assert os.access(argv[0], os.X_OK)
    assert "--disable-hot-restart" in argv


def _connection_manager(bootstrap: Any) -> Any:
    return bootstrap["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
