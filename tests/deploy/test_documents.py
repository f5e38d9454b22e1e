"""An operator can type what the documents say: each command, option, route, value, setting and file is there."""

import importlib.util
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import typer
import yaml

from cli.app import build_app
from cli.drills.command import names as drills
from cli.kubernetes import make_secrets
from services.identity.founding.schemas import BootstrapCreate, TenantFound
from tests.deploy.chart import CHART, render
from tests.deploy.documents import PAGES, ROOT, Command, blocks, commands, named

COMMANDS = list(commands())
# Programs that every machine has, or that the page tells to have.
COMMON = frozenset(
    [".", "set", "base64", "cat", "curl", "df", "export", "find", "grep", "openssl", "psql", "rm", "sh", "tail"]
)
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text())["services"]
CODE = "".join(path.read_text() for part in ("cli", "shared", "services") for path in (ROOT / part).rglob("*.py"))
SETTING = re.compile(r"\b(STARTKLAR|IDENTITY|PROJECTS|SYNC|TRAINING|WEBHOOKS)_([A-Z][A-Z_]+[A-Z])\b")
VALUE = re.compile(r"(image|services|secrets|postgres|redis|gateway|autoscaling|monitoring)\.[\w.<>]+")
ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/[^\s?`]+)")
PARAMETER = re.compile(r"\{[^}]+\}")
METRIC = re.compile(r"\bstartklar_[a-z_]+[a-z]\b")
ALERT = re.compile(r"\bStartklar[A-Z]\w+")
FILE = re.compile(r"(?:deploy|docs|tests|cli|shared|services|small|openapi)/[\w./-]+\w|Makefile")
# What a plain word after these is.
KUBECTL = {
    *("apply", "config", "create", "delete", "exec", "get", "label", "logs", "patch", "rollout", "scale", "wait"),
}
HELM = {"install", "upgrade", "rollback", "uninstall", "test"}
GIVEN_BY_THE_OPERATOR = {"startklar-tls", "startklar-backup", "startklar-keys"}


def of(*programs: str) -> list[Command]:
    found = [one for one in COMMANDS if one.program in programs]
    assert found, programs
    return found


def test_the_pages_hold_commands() -> None:
    assert len({one.page for one in COMMANDS}) > 10
    assert len([one for one in COMMANDS if one.is_block]) > 60


def test_every_program_of_a_block_is_one_that_is_there() -> None:
    """Our own tools on the operator's machine run in `.venv`, which nobody need have activated."""
    known = COMMON | {"make", "./startklar", ".venv/bin/python", "kubectl", "helm", "docker"}
    inside = {one.words for one in COMMANDS if one.program == "python"}
    called = {one.words[one.words.index("--") + 1 :] for one in of("kubectl") if "--" in one.words}
    for one in COMMANDS:
        if not one.is_block or one.program.startswith("…"):
            continue
        assert one.program in known or one.words in called, str(one)
    assert inside, "commands for inside a container"


def test_every_target_of_make_is_there() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert [str(one) for one in of("make") if not set(one.words[1:2]) <= targets] == []


def resolve(arguments: tuple[str, ...]) -> tuple[click.Command, list[str]]:
    """The command of `./startklar` that the words lead to, and the words that are left."""
    command: Any = typer.main.get_command(build_app(arguments[:1]))
    left = list(arguments)
    while hasattr(command, "commands") and left and left[0] in command.commands:
        command = command.commands[left.pop(0)]
    return command, left


def test_every_command_and_option_of_startklar_is_there() -> None:
    for one in of("./startklar"):
        command, left = resolve(one.words[1:])
        if "…" in left[:1]:  # several commands at once, in the running text
            continue
        takes = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
        assert takes or not re.fullmatch("[a-z][a-z-]+", (left or [""])[0]), str(one)
        known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        assert set(one.options) <= known | {"--help"}, str(one)
        if one.words[1:2] == ("drill",):
            assert {word for word in left if word.islower() and word[0] != "-"} <= {*drills()}, str(one)


def modules() -> Iterator[tuple[Command, str, tuple[str, ...]]]:
    for one in COMMANDS:
        words = one.words
        if "-m" in words and words[words.index("-m") - 1].endswith("python"):
            at = words.index("-m")
            yield one, words[at + 1], words[at + 2 :]


def test_every_module_that_is_run_is_there_and_knows_the_options_and_verbs() -> None:
    seen = 0
    for one, module, arguments in modules():
        found = importlib.util.find_spec(module)
        assert found is not None, str(one)
        if found.submodule_search_locations:
            found = importlib.util.find_spec(f"{module}.__main__")
        assert found is not None, str(one)
        source = Path(found.origin or "").read_text("utf-8")
        assert "__main__" in source or found.name.endswith("__main__"), str(one)
        words = [word for word in arguments if word.startswith("--")]
        if module.startswith("cli.") and arguments and re.fullmatch("[a-z-]+", arguments[0]):
            words.append(arguments[0])
        assert [word for word in words if f'"{word.partition("=")[0]}"' not in source] == [], str(one)
        seen += 1
    assert seen > 10


@cache
def objects() -> frozenset[str]:
    """Names of what a release named `startklar` consists of, with what others make of it."""
    made = render({"publicUrl": "https://api.example.org"}, "startklar")
    names = {one["metadata"]["name"] for one in made.objects}
    sets = {one["metadata"]["name"] for one in made.of("StatefulSet")}
    clusters = {one["metadata"]["name"] for one in made.of("Cluster")}
    pods = {f"{name}-0" for name in sets} | {f"{name}-{number}" for name in clusters for number in (1, 2, 3)}
    volumes = {f"data-{name}-0" for name in sets}
    return frozenset(names | pods | volumes)


@cache
def labels() -> frozenset[str]:
    text = "".join(path.read_text() for path in (CHART / "templates").rglob("*.*"))
    return frozenset(re.findall(r"[\w.-]+\.(?:kubernetes|helm|cnpg|startklar)[\w.]*/[\w.-]+|cnpg\.io/\w+", text))


def test_every_object_of_kubectl_is_one_of_ours(tmp_path_factory: pytest.TempPathFactory) -> None:
    secrets = {one["metadata"]["name"] for one in make_secrets(tmp_path_factory.mktemp("k"), "startklar", "startklar")}
    known = objects() | secrets | GIVEN_BY_THE_OPERATOR | {"startklar"}
    for one in of("kubectl"):
        assert one.words[1] in KUBECTL | {"…"}, str(one)
        own = one.words[: one.words.index("--")] if "--" in one.words else one.words
        for name in re.findall(
            r"(?:(?<=deploy/)|(?<=statefulset/)|(?<![\w.$~/{-]))(?:data-)?startklar(?:-[a-z0-9-]+)?(?![\w.]*/)",
            " ".join(own),
        ):
            assert name in known, f"{one}: {name}"
        for selector in re.findall(r"--selector[ =](\S+)", " ".join(own)):
            for pair in selector.split(","):
                assert pair.partition("=")[0] in labels() | {"cnpg.io/instanceRole"}, str(one)


def test_helm_is_told_of_the_chart_and_of_values_files_that_are_there() -> None:
    for one in of("helm"):
        assert one.words[1] in HELM, str(one)
        files = [word for word in one.words if "/" in word] + re.findall(r"--values (\S+)", " ".join(one.words))
        assert all((ROOT / name).exists() for name in files if name not in ("mine.yaml", "…")), str(one)


def test_docker_is_told_of_stages_profiles_and_containers_that_are_there() -> None:
    stages = set(re.findall(r"^FROM .* AS ([\w-]+)$", (ROOT / "deploy" / "Dockerfile").read_text(), re.M))
    for one in of("docker"):
        text = " ".join(one.words)
        assert set(re.findall(r"--target (\S+)", text)) <= stages, text
        assert set(re.findall(r"--profile (\S+)", text)) <= {"small", "large"}, text
        for container in re.findall(r" (?:exec|run|restart|logs|up|stop)(?: -\S+)* ([a-z][a-z-]+)", text):
            assert container in COMPOSE, text


@cache
def routes() -> frozenset[tuple[str, str]]:
    paths = json.loads((ROOT / "openapi" / "startklar.json").read_text())["paths"]
    return frozenset((method.upper(), PARAMETER.sub("{}", path)) for path in paths for method in paths[path])


def test_every_route_is_there() -> None:
    told: list[tuple[str, str, str]] = []
    for page in PAGES:
        told += [(page.name, *found) for text in named(page) for found in ROUTE.findall(text)]
    for one in of("curl"):
        method = "POST" if {"--json", "--data"} & set(one.words) else "GET"
        told += [(one.page, method, path) for path in re.findall(r"https?://[^/\s]+(/\S+)", " ".join(one.words))]
    assert len(told) > 25
    for name, method, path in told:
        if re.match(r"/(\w+/v1|oauth2)/", path):  # or a part of one, in a page for developers
            assert (method, PARAMETER.sub("{}", path)) in routes(), f"{name}: {method} {path}"


def test_every_value_of_the_chart_is_one() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    found = 0
    for page in PAGES:
        for text in named(page):
            if not VALUE.fullmatch(path := text.partition(":")[0]):
                continue
            at: Any = values
            for part in path.replace("<service>", "sync").split("."):
                assert part in at, f"{page.name}: {path}"
                at = at[part]
            found += 1
    assert found > 5


def test_every_setting_is_one() -> None:
    known = {
        name: {field.upper() for field in importlib.import_module(f"services.{name}.settings").Settings.model_fields}
        for name in ("identity", "projects", "sync", "training", "webhooks")
    }
    for page in PAGES:
        for service, name in SETTING.findall(page.read_text("utf-8")):
            fields = set().union(*known.values()) if service == "STARTKLAR" else known[service.lower()]
            assert name in fields | {"OWNER_DATABASE_URL"} or f"{service}_{name}" in CODE, (
                f"{page.name}: {service}_{name}"
            )


def test_every_metric_alert_and_file_is_there() -> None:
    alerts = set(ALERT.findall((CHART / "files" / "rules.yaml").read_text()))
    for page in PAGES:
        texts = named(page) + blocks(page, "sh")
        for text in texts:
            for metric in METRIC.findall(text):
                plain = re.sub("_(total|bucket|count|sum)$", "", metric)
                assert plain in CODE or plain.removeprefix("startklar_") in CODE, f"{page.name}: {metric}"
            assert set(ALERT.findall(text)) <= alerts, f"{page.name}: {text}"
            assert all((CHART / name).exists() for name in re.findall(r"\bvalues[\w-]*\.yaml", text)), text
            for name in FILE.findall(text):
                is_open = re.search(rf"{re.escape(name)}[<{{*/]", text) or name == "deploy/kustomize/mine"
                is_an_object = re.match("deploy/startklar-", name)  # kubectl's word for a Deployment
                assert is_open or is_an_object or (ROOT / name).exists(), f"{page.name}: {name}"


def test_the_values_of_the_examples_render() -> None:
    examples = [yaml.safe_load(text) for page in PAGES for text in blocks(page, "yaml")]
    values = [one for one in examples if "services" not in one]  # a file of compose
    assert len(values) == 2
    assert all(render({"publicUrl": "https://api.example.org"} | one).objects for one in values)


def test_the_bodies_of_an_example_are_taken() -> None:
    founding, tenant = (json.loads(text) for text in blocks(ROOT / "docs" / "kubernetes.md", "json"))
    assert BootstrapCreate.model_validate(founding | {"code": "c" * 40}).slug == "drift"
    assert TenantFound.model_validate(tenant).slug == "norrvik"
