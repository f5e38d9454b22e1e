"""The profile checker as a command: what fails, what is only listed, what a deviation excuses."""

import json
from pathlib import Path

import pytest

from openapi.profile import DEVIATIONS, Deviation, apply, check, main, read_deviations
from tests.openapi.documents import good, put, spoiled

BASIC = put("components>securitySchemes>bearer>scheme", "basic")


def write(folder: Path, raw: object) -> str:
    path = folder / "training.json"
    path.write_text(json.dumps(raw), "utf-8")
    return str(path)


@pytest.fixture
def no_deviations(tmp_path: Path) -> Path:
    path = tmp_path / "deviations.yaml"
    path.write_text("[]", "utf-8")
    return path


def deviation(where: str = "*", document: str = "training") -> Deviation:
    return Deviation(("SAK.09", "SAK.10"), document, where, "RFC 6749 2.3.1", "0001")


def test_a_good_document_passes(tmp_path: Path, no_deviations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([write(tmp_path, good().raw)], no_deviations) == 0
    assert "1 documents: 0 errors, 0 warnings" in capsys.readouterr().out


def test_an_error_fails_and_names_rule_and_place(
    tmp_path: Path, no_deviations: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([write(tmp_path, spoiled(BASIC).raw)], no_deviations) == 1
    printed = capsys.readouterr().out
    assert "error SAK.09" in printed
    assert "training.json#/components/securitySchemes/bearer" in printed


def test_a_warning_is_listed_and_passes(
    tmp_path: Path, no_deviations: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = spoiled(put("externalDocs>description", ""))
    assert main([write(tmp_path, document.raw)], no_deviations) == 0
    assert "warning DOK.01 (1)" in capsys.readouterr().out


def test_a_file_that_is_no_api_document_is_passed_over(
    tmp_path: Path, no_deviations: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([write(tmp_path, {"$defs": {}})], no_deviations) == 0
    assert "0 documents" in capsys.readouterr().out


def test_a_deviation_excuses_its_rules_at_its_place_alone() -> None:
    findings = [one for one in check(spoiled(BASIC)) if one.rule.name in ("SAK.09", "SAK.10")]
    assert apply(findings, [deviation("/components/securitySchemes/*")]) == ([], [])
    elsewhere = deviation("/paths/*")
    assert apply(findings, [elsewhere]) == (findings, [elsewhere])
    other_document = deviation(document="identity")
    assert apply(findings, [other_document]) == (findings, [other_document])


def test_the_list_of_deviations_is_well_formed_and_gives_reasons() -> None:
    records = Path(__file__).parents[2] / "docs" / "adr"
    for one in read_deviations(DEVIATIONS):
        assert len(one.why) > 20
        assert list(records.glob(f"{one.adr}-*.md")), f"no decision record {one.adr}"


def test_a_deviation_without_use_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "deviations.yaml"
    path.write_text("- {rules: [SAK.09], document: training, where: '*', why: none, adr: '1'}", "utf-8")
    assert main([write(tmp_path, good().raw)], path) == 1
    assert "deviation without use: SAK.09" in capsys.readouterr().out
    assert main([write(tmp_path, spoiled(BASIC).raw)], path) == 1, "SAK.10 is broken too and not excused"


def test_a_deviation_of_an_unknown_rule_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deviations.yaml"
    path.write_text("- {rules: [DOK.99], document: x, where: '*', why: none, adr: '1'}", "utf-8")
    with pytest.raises(ValueError, match=r"DOK\.99"):
        read_deviations(path)


def test_the_committed_documents_keep_the_profile(capsys: pytest.CaptureFixture[str]) -> None:
    documents = sorted(str(path) for path in DEVIATIONS.parent.glob("*.json"))
    passed = main(documents, DEVIATIONS) == 0
    printed = capsys.readouterr().out
    assert passed, printed
    assert f"{len(documents) - 1} documents" in printed, "all but tasks.json"
