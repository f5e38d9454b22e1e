"""The shipped profiles read exports in the style of their systems: Swedish headers, old encodings, counted trailers."""

import csv
import io
import subprocess
import sys
import zipfile
from collections import Counter

import pytest

from services.sync.plan.keys import civic_keys
from services.sync.reading.frames import Done, Rows
from services.sync.reading.mapping import shipped
from services.sync.reading.process import ReadTask
from services.sync.source.profiles import profiles
from shared.kit.ids import new_id
from tests.sync.town import KEY, TODAY, frames

PUPIL = "Åsa;Öberg"
EXTENS = {
    "skolor.txt": ["Skolkod;Skolnamn;Skolenhetskod;Skolform", "S1;Ängskolan;12345678;GR,FTH", "SLUT;1"],
    "elever.txt": [
        "ElevID;Personnummer;Tilltalsnamn;Efternamn;E-post;Användarnamn;Skyddad identitet;Skolkod;Skolform;Årskurs;"
        "KlassID;Klass;Startdatum;Slutdatum",
        f"E1;;{PUPIL};asa@alvsunda.example;asa@alvsunda.example;N;S1;GR;4;K4A;4A;2026-08-17;",
        "E2;;Bo;Öberg;;;J;S1;GR;4;K4A;4A;2026-08-17;",
        "SLUT;2",
    ],
    "vardnadshavare.txt": [
        "ElevID;VhID;Personnummer;Förnamn;Efternamn;E-post;Skyddad identitet",
        "E1;V1;;Måns;Öberg;;N",
        "E2;V1;;Måns;Öberg;;N",
        "SLUT;2",
    ],
    "personal.txt": [
        "PersonalID;Personnummer;Tilltalsnamn;Efternamn;E-post;Användarnamn;Skyddad identitet;Skolkod;Befattning",
        "P1;;Örjan;Ek;;;N;S1;Lärare",
        "SLUT;1",
    ],
    "grupper.txt": ["GruppID;Gruppnamn;Skolkod;Skolform", "G1;Ma 4;S1;GR", "SLUT;1"],
    "gruppelever.txt": ["GruppID;ElevID", "G1;E1", "SLUT;1"],
    "grupplarare.txt": ["GruppID;PersonalID", "G1;P1", "SLUT;1"],
}
ADMINISTRATION = {
    "Enheter.csv": [
        "Enhets-id;Enhetsnamn;Enhetstyp;Överordnad enhet;Skolenhetskod;Skolformer",
        "K;Kommunen;Huvudman;;;",
        "S1;Ängskolan;Skolenhet;K;12345678;Grundskola,Fritidshem",
    ],
    "Personer.csv": [
        "Person-id;Personnummer;Förnamn;Efternamn;E-postadress;Inloggningsnamn;Skyddade personuppgifter",
        f"E1;;{PUPIL};;asa@alvsunda.example;Nej",
        "P1;;Örjan;Ek;;;Nej",
        "V1;;Måns;Öberg;;;Nej",
    ],
    "Inskrivningar.csv": [
        "Person-id;Enhets-id;Skolform;Årskurs;Startdatum;Slutdatum",
        "E1;S1;Grundskola;4;2026-08-17;",
    ],
    "Placeringar.csv": [
        "Person-id;Enhets-id;Avdelnings-id;Verksamhetsform;Startdatum;Slutdatum;Timmar per vecka",
        "E1;S1;;Fritidshem;2026-08-17;;15",
    ],
    "Anstallningar.csv": ["Person-id;Enhets-id;Befattning", "P1;S1;Rektor"],
    "Grupper.csv": ["Grupp-id;Gruppnamn;Grupptyp;Enhets-id;Skolform", "K4A;4A;Klass;S1;Grundskola"],
    "Gruppmedlemmar.csv": [
        "Grupp-id;Person-id;Roll;Startdatum;Slutdatum",
        "K4A;E1;Elev;2026-08-17;",
        "K4A;P1;Mentor;2026-08-17;",
    ],
    "Vardnadshavare.csv": ["Barn-id;Vårdnadshavar-id", "E1;V1"],
}
PROCAPITA = {
    "ENHET.CSV": ["ENHETKOD;ENHETNAMN;SKOLENHETSKOD;SKOLFORM", "S1;Ängskolan;12345678;GR", "ANTAL;1"],
    "ELEV.CSV": [
        "PERSID;PNR;FORNAMN;EFTERNAMN;EPOST;ANVNAMN;SEKRETESS;ENHETKOD;SKOLFORM;ARSKURS;KLASSKOD;KLASS;FROMDATUM;"
        "TOMDATUM;VH1PERSID;VH1PNR;VH1FORNAMN;VH1EFTERNAMN;VH1EPOST;VH1SEKRETESS;VH2PERSID;VH2PNR;VH2FORNAMN;"
        "VH2EFTERNAMN;VH2EPOST;VH2SEKRETESS",
        f"E1;;{PUPIL};;;0;S1;GR;4;4A;4A;20260817;;V1;;Måns;Öberg;;0;;;;;;",
        "ANTAL;1",
    ],
    "PERSONAL.CSV": [
        "PERSID;PNR;FORNAMN;EFTERNAMN;EPOST;ANVNAMN;SEKRETESS;ENHETKOD;BEFATTNING",
        "P1;;Örjan;Ek;;;0;S1;Lärare",
        "ANTAL;1",
    ],
    "BARN.CSV": [
        "PERSID;PNR;FORNAMN;EFTERNAMN;SEKRETESS;ENHETKOD;AVDKOD;AVDELNING;FROMDATUM;TOMDATUM;VISTELSETID",
        "B1;;Ida;Öberg;0;S1;A1;Blåsippan;20260817;;30",
        "ANTAL;1",
    ],
    "GRUPP.CSV": [
        "GRUPPKOD;GRUPPNAMN;ENHETKOD;SKOLFORM;PERSID;ROLL",
        "G1;Ma 4;S1;GR;E1;E",
        "G1;Ma 4;S1;GR;P1;L",
        "ANTAL;2",
    ],
}
SKOLA24 = {
    "Skolor.csv": ["Skola;Skolnamn;Skolenhetskod", "S1;Ängskolan;12345678"],
    "Elever.csv": [
        "Elev-ID;Personnummer;Förnamn;Efternamn;E-post;Användarnamn;Skyddad;Skola;Skolform;Årskurs;Klass-ID;Klass;"
        "Startdatum;Slutdatum",
        f"E1;;{PUPIL};;;Nej;S1;Grundskola;4;K4A;4A;2026-08-17;",
    ],
    "Larare.csv": [
        "Lärar-ID;Personnummer;Förnamn;Efternamn;E-post;Användarnamn;Skyddad;Skola;Befattning",
        "P1;;Örjan;Ek;;;Nej;S1;Lärare",
    ],
    "Grupper.csv": ["Grupp-ID;Grupp;Skola", "T1;4A Ma;S1"],
    "Gruppmedlemmar.csv": ["Grupp-ID;Elev-ID", "T1;E1"],
    "Lektioner.csv": [
        "Aktivitet-ID;Kurs/Ämne;Ämneskod;Skola;Grupp-ID;Lärar-ID;Startdatum;Slutdatum",
        "A1;Matematik;MA;S1;T1;P1;2026-08-17;2027-06-11",
    ],
    "Franvaro.csv": [
        "Skola;Klass-ID;Månad;Antal elever;Frånvaro minuter;Schemalagda minuter",
        "S1;K4A;2026-10;24;1440;86400",
    ],
}
BASE = {"unit": 1, "enrolment": 1, "duty": 1}
EXPORTS: dict[str, tuple[dict[str, list[str]], dict[str, int]]] = {
    "ist-extens": (
        EXTENS,
        BASE | {"person": 4, "enrolment": 2, "group": 2, "membership": 4, "responsible": 2},
    ),
    "ist-administration": (
        ADMINISTRATION,
        BASE | {"unit": 2, "person": 3, "group": 1, "membership": 2, "responsible": 1, "placement": 1},
    ),
    "procapita-edlevo": (
        PROCAPITA,
        BASE | {"person": 4, "group": 3, "membership": 4, "responsible": 1, "placement": 1},
    ),
    "skola24": (
        SKOLA24,
        BASE
        | {"person": 2, "group": 2, "membership": 2, "activity": 1, "teaching": 1, "activity_teacher": 1, "absence": 1},
    ),
}


def packed(files: dict[str, list[str]], encoding: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        for name, lines in files.items():
            pack.writestr(name, ("\r\n".join(lines) + "\r\n").encode(encoding))
    return target.getvalue()


async def told(name: str, files: dict[str, list[str]], encoding: str = "cp1252") -> tuple[Counter[str], Done, str]:
    """Rows by kind, the reader's summary, and everything that it says of persons."""
    rows: Counter[str] = Counter()
    persons = ""
    done = None
    async for frame in frames(ReadTask(shipped(name), civic_keys(KEY, new_id()), TODAY), packed(files, encoding)):
        if isinstance(frame, Rows):
            text = frame.csv.decode()
            rows[frame.entity] += len(list(csv.reader(io.StringIO(text))))
            persons += text if frame.entity == "person" else ""
        elif isinstance(frame, Done):
            done = frame
    assert done is not None
    return rows, done, persons


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("name", sorted(EXPORTS))
async def test_an_export_in_the_style_of_the_system_is_read_whole(name: str, encoding: str) -> None:
    files, expected = EXPORTS[name]
    rows, done, persons = await told(name, files, encoding)
    assert {kind: rows[kind] for kind in expected} == expected
    assert set(done.counts) <= {"not_utf8", "byte_order_mark", "optional_file_missing"}, done.counts
    assert not done.incomplete & set(expected)
    assert "Åsa,Öberg" in persons


async def test_a_marking_that_is_not_told_to_be_open_protects() -> None:
    _, _, persons = await told("ist-extens", EXTENS)
    assert "Bo," not in persons


@pytest.mark.parametrize("name", ["ist-extens", "procapita-edlevo"])
async def test_a_trailer_that_counts_otherwise_ends_nobody(name: str) -> None:
    files = dict(EXPORTS[name][0])
    last = "personal.txt" if name == "ist-extens" else "PERSONAL.CSV"
    files[last] = [*files[last][:-1], files[last][-1].replace("1", "7")]
    _, done, _ = await told(name, files)
    assert {"person", "duty"} <= done.incomplete
    assert done.counts["trailer_count"] == 1


def test_profiles_after_descriptions_alone_are_not_called_verified() -> None:
    assert {profile.name for profile in profiles() if not profile.is_verified} == set(EXPORTS)


def test_a_mapping_is_worded_the_same_by_every_process() -> None:
    said = "from services.sync.reading.mapping import shipped; print(shipped('oneroster-1.2').in_words())"
    each = [
        subprocess.run([sys.executable, "-c", said], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    ]
    assert each[0].stdout == each[1].stdout
    assert b"principal" in each[0].stdout
