"""What kubectl applies without Helm is made of the chart; `make e2e` holds it against kubectl itself."""

import pytest

from cli import kustomize


def test_the_generated_files_are_what_the_chart_makes() -> None:
    assert kustomize.drift() == [], "run python -m cli.kustomize"


def test_a_file_changed_by_hand_is_found(tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kustomize, "FOLDER", tmp_path)
    kustomize.write()
    assert kustomize.drift() == []
    (kustomize.FOLDER / "base" / "identity.yaml").write_text("changed: true\n")
    (kustomize.FOLDER / "overlays" / "small" / "forgotten.yaml").write_text("old: true\n")
    assert kustomize.drift() == ["base/identity.yaml", "overlays/small/forgotten.yaml"]
    assert kustomize.main(["--check"]) == 1
    kustomize.write()
    assert kustomize.main(["--check"]) == 0


def test_a_patch_names_what_differs_and_nothing_else() -> None:
    old = {"a": 1, "b": {"c/d": [1, {"e": 2}], "f": [1]}, "g": 3}
    new = {"a": 1, "b": {"c/d": [1, {"e": 4}], "f": [1, 2]}, "h": 5}
    assert list(kustomize.patch(old, new)) == [
        {"op": "replace", "path": "/b/c~1d/1/e", "value": 4},
        {"op": "replace", "path": "/b/f", "value": [1, 2]},
        {"op": "remove", "path": "/g"},
        {"op": "add", "path": "/h", "value": 5},
    ]


def test_nothing_says_that_helm_manages_it_and_nothing_is_helms_test() -> None:
    for one in kustomize.manifests("large").values():
        assert "helm" not in str(one["metadata"]).lower(), one["metadata"]["name"]
