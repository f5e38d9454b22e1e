"""`python -m cli.kustomize [--check]`: the Helm chart as plain Kustomize, for whoever runs kubectl alone.

`deploy/kustomize/base` is what the chart makes by default; an overlay is the difference to what it makes with the
values file of the same name, as JSON patches (RFC 6902). So the chart stays the one place where a manifest is
written. What an installation says of itself (`deploy/kustomize/example/installation.yaml`) is put in its places by
`components/installation`, which is written by hand.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import helm_python as helm
import yaml

from cli.gateway import SERVICES
from cli.kubernetes import CHART
from cli.stack.places import ROOT

FOLDER = ROOT / "deploy" / "kustomize"
OVERLAYS = ("small", "large")
RELEASE = "startklar"
PLACEHOLDER = "https://startklar.example.org"
_HOOK = "helm.sh/hook"

Manifest = dict[str, Any]


class _Literal(str):
    """A text that stands in YAML line by line."""


def _line_by_line(dumper: yaml.SafeDumper, text: _Literal) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, "|")


yaml.SafeDumper.add_representer(_Literal, _line_by_line)


def manifests(overlay: str | None = None, **values: Any) -> dict[tuple[str, str], Manifest]:
    """What the chart makes with its values for an overlay, by (kind, name), as kubectl alone should apply it."""
    own = yaml.safe_load((CHART / f"values-{overlay}.yaml").read_text()) if overlay else {}
    given = {"publicUrl": PLACEHOLDER} | own | values
    files = helm.Chart.load(CHART).render(given, name=RELEASE, namespace=RELEASE, is_install=True)
    rendered = (text for name, text in sorted(files.items()) if name.endswith(".yaml"))
    made = [_named(_plain(one)) for text in rendered for one in yaml.safe_load_all(text) if one is not None]
    return {(one["kind"], one["metadata"]["name"]): one for one in made if not _is_hook(one)}


def patch(old: Any, new: Any, path: str = "") -> Iterator[Manifest]:
    """The operations that make `new` of `old` (RFC 6902). Lists of another length are replaced whole."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            at = f"{path}/{_escaped(key)}"
            if key not in new:
                yield {"op": "remove", "path": at}
            elif key not in old:
                yield {"op": "add", "path": at, "value": new[key]}
            else:
                yield from patch(old[key], new[key], at)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from patch(before, after, f"{path}/{place}")
    elif old != new:
        yield {"op": "replace", "path": path, "value": new}


def files() -> dict[str, str]:
    """Every generated file, by its path below deploy/kustomize."""
    base = manifests()
    made = dict(_base(base))
    for overlay in OVERLAYS:
        made |= dict(_overlay(overlay, base, manifests(overlay)))
    return made


def _base(base: Mapping[tuple[str, str], Manifest]) -> Iterator[tuple[str, str]]:
    by_file: dict[str, list[Manifest]] = {}
    for one in base.values():
        by_file.setdefault(_file_of(one), []).append(one)
    for name, objects in sorted(by_file.items()):
        yield f"base/{name}", _text(*objects)
    yield "base/kustomization.yaml", _kustomization(namespace=RELEASE, resources=sorted(by_file))


def _overlay(
    overlay: str, base: Mapping[tuple[str, str], Manifest], wanted: Mapping[tuple[str, str], Manifest]
) -> Iterator[tuple[str, str]]:
    patches: list[Manifest] = []
    for (kind, name), old in sorted(base.items()):
        new = wanted.get((kind, name))
        if new is None:
            gone = {"$patch": "delete", "apiVersion": old["apiVersion"], "kind": kind, "metadata": {"name": name}}
            patches.append({"patch": _Literal(_text(gone))})
        elif operations := list(patch(old, new)):
            patches.append({"target": {"kind": kind, "name": name}, "patch": _Literal(_text(operations))})
    added = [one for key, one in sorted(wanted.items()) if key not in base]
    resources = ["../../base"]
    if added:
        yield f"overlays/{overlay}/more.yaml", _text(*added)
        resources.append("more.yaml")
    yield (
        f"overlays/{overlay}/kustomization.yaml",
        _kustomization(namespace=RELEASE, resources=resources, patches=patches),
    )


def write() -> None:
    """Write what is generated, and remove what no longer is."""
    made = files()
    for path in _present() - made.keys():
        (FOLDER / path).unlink()
    for name, content in made.items():
        target = FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


def drift() -> list[str]:
    """The files that are not what the chart makes now."""
    made = files()
    changed = {name for name, content in made.items() if name in _present() and (FOLDER / name).read_text() != content}
    return sorted(changed | (_present() ^ made.keys()))


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m cli.kustomize", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not the chart's")
    if not parser.parse_args(arguments).check:
        write()
        return 0
    for name in (found := drift()):
        print(f"deploy/kustomize/{name} is not what the chart makes: run python -m cli.kustomize", file=sys.stderr)
    return 1 if found else 0


def _present() -> set[str]:
    roots = [FOLDER / "base", *(FOLDER / "overlays" / overlay for overlay in OVERLAYS)]
    return {str(path.relative_to(FOLDER)) for root in roots for path in root.glob("*.yaml")}


def _plain(one: Any) -> Any:
    """Without what Helm says of itself or reads for itself, and without what is empty for want of it."""
    if isinstance(one, Mapping):
        kept = {key: _plain(value) for key, value in one.items() if not _is_helms(key)}
        return {key: value for key, value in kept.items() if value is not None and (value != {} or one[key] == {})}
    return [_plain(value) for value in one] if isinstance(one, list) else one


def _is_helms(key: str) -> bool:
    return key == "app.kubernetes.io/managed-by" or (key.startswith("helm.sh/") and key != _HOOK)


def _named(one: Manifest) -> Manifest:
    """A job cannot be changed, so its name ends with the release that it runs: <release>-<image>-<what>-<version>,
    whose last part `components/installation` replaces."""
    if one["kind"] != "Job":
        return one
    labels, what = one["metadata"]["labels"], one["metadata"]["name"].split("-")[-2]
    version = labels["app.kubernetes.io/version"]
    name = f"{RELEASE}-{labels['app.kubernetes.io/name']}-{what}-{version}"
    return one | {"metadata": one["metadata"] | {"name": name}}


def _is_hook(one: Manifest) -> bool:
    return _HOOK in one["metadata"].get("annotations", {})


def _file_of(one: Manifest) -> str:
    """Where a stranger looks for it: with its service, or with its kind."""
    name = one["metadata"].get("labels", {}).get("app.kubernetes.io/name", "")
    if one["kind"] == "NetworkPolicy":
        return "network-policies.yaml"
    return (
        f"{name}.yaml" if name in (*SERVICES, "backup", "gateway", "operator", "postgres", "redis") else "others.yaml"
    )


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _text(*documents: Any) -> str:
    return yaml.safe_dump_all(documents, sort_keys=False, width=118, allow_unicode=True, explicit_start=False)


def _kustomization(**content: Any) -> str:
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return "# Made of the chart by `python -m cli.kustomize`; change the chart.\n" + _text(head | content)


if __name__ == "__main__":
    raise SystemExit(main())
