"""Every service that holds persons can erase them again after a restore, without anybody naming it twice."""

import pytest

from cli.gateway import SERVICES
from shared.kit.replay_erasures import Erased, handlers_of, main, read_ledger


def test_the_handlers_of_every_service_with_persons_are_found() -> None:
    assert {name for name in SERVICES if handlers_of(name) is None} == {"portal"}


def test_a_ledger_names_each_person_once_and_a_torn_line_stops_the_replay() -> None:
    line = '{"tenant": "00000000-0000-0000-0000-000000000001", "person": "00000000-0000-0000-0000-000000000002"}\n'
    assert [type(entry) for entry in read_ledger([line, "\n", line])] == [Erased]
    with pytest.raises(ValueError, match="Unterminated"):
        read_ledger([line, line[:30]])


def test_without_a_database_it_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sync"])
    assert "SYNC_DATABASE_URL" in capsys.readouterr().err
