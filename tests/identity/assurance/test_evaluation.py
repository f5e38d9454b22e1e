"""What each word of each federation is worth, word by word, and how answers that mix, hide or invent are read."""

import pytest

from services.identity.assurance.evaluation import Assurance, evaluate, wishes
from services.identity.assurance.evidence import Evidence
from services.identity.assurance.loa_map import LoaMap, find_map, loa_maps
from shared.auth import Acr

SKOLFED = "http://id.skolfederation.se/loa/"
DIGG = "http://id.elegnamnden.se/loa/1.0/"
CONNECT = "http://id.swedenconnect.se/loa/1.0/"
EIDAS = "http://eidas.europa.eu/"
NSIS = "https://data.gov.dk/concept/core/nsis/loa"
ASSURANCE = "urn:oid:1.3.6.1.4.1.5923.1.1.1.11"
NUMBER = "urn:oid:1.2.752.29.4.13"

DANISH = {"Low": "basic", "Substantial": "eid3", "High": "eid3"}

# Every URI and word of the federations' registers, alone in the place where it belongs.
WORDS = {
    ("skolfederation", ASSURANCE): {
        f"{SKOLFED}bas": "basic",
        f"{SKOLFED}2fa": "strong",
        f"{SKOLFED}loa2": "basic",
        f"{SKOLFED}loa3": "strong",
        f"{SKOLFED}loa4": "strong",
    },
    ("sweden-connect", "contexts"): {
        f"{DIGG}loa1": "basic",
        f"{DIGG}loa2": "eid2",
        f"{DIGG}loa3": "eid3",
        f"{DIGG}loa4": "eid3",
        f"{DIGG}eidas-low": "basic",
        f"{DIGG}eidas-sub": "strong",
        f"{DIGG}eidas-high": "strong",
        f"{DIGG}eidas-nf-low": "basic",
        f"{DIGG}eidas-nf-sub": "eid3",
        f"{DIGG}eidas-nf-high": "eid3",
        f"{CONNECT}loa2-nonresident": "eid2",
        f"{CONNECT}loa3-nonresident": "eid3",
        f"{CONNECT}loa4-nonresident": "eid3",
        f"{CONNECT}uncertified-loa2": "basic",
        f"{CONNECT}uncertified-loa3": "strong",
        f"{CONNECT}uncertified-eidas-low": "basic",
        f"{CONNECT}uncertified-eidas-sub": "strong",
        f"{CONNECT}uncertified-eidas-high": "strong",
    },
    ("eidas", "contexts"): {
        f"{EIDAS}LoA/low": "basic",
        f"{EIDAS}LoA/substantial": "eid3",
        f"{EIDAS}LoA/high": "eid3",
        f"{EIDAS}NotNotified/LoA/low": "basic",
        f"{EIDAS}NotNotified/LoA/substantial": "strong",
        f"{EIDAS}NotNotified/LoA/high": "strong",
    },
    ("nsis", NSIS): {
        f"{NSIS}/Low": "basic",
        f"{NSIS}/Substantial": "eid3",
        f"{NSIS}/High": "eid3",
        "Low": "basic",
        "Substantial": "eid3",
        "High": "eid3",
    },
    ("nsis", "https://data.gov.dk/concept/core/loa"): {f"{NSIS}/Substantial": "eid3", "Low": "basic"},
    ("nsis", "dk:gov:saml:attribute:AssuranceLevel"): {"1": "basic", "2": "basic", "3": "strong", "4": "strong"},
    ("nsis", "contexts"): {f"{NSIS}/Substantial": "eid3"},
    ("unilogin", "unilogin_loa"): {"EnFaktor": "basic", "ToFaktor": "strong", "VoksenVerificeret": "strong"},
    ("unilogin", "loa"): {"2": "basic", "3": "strong", "Loalow": "basic", "Loasubstantial": "strong"},
    ("unilogin", NSIS): {"Low": "basic", "Substantial": "strong", f"{NSIS}/Substantial": "strong"},
    ("unilogin", "contexts"): {f"{NSIS}/Low": "basic", f"{NSIS}/Substantial": "strong", "AdultVerified": "strong"},
    ("mitid", "mitid.loa"): {"LOW": "basic", "SUBSTANTIAL": "eid3", "HIGH": "eid3"},
    ("mitid", "contexts"): {
        "urn:eident:cert:eidas:low": "basic",
        "urn:eident:cert:eidas:substantial": "eid3",
        "urn:eident:cert:eidas:high": "eid3",
        "urn:grn:authn:dk:mitid:high": "strong",
    },
    ("freja", "registrationLevel"): {"Basic": "basic", "Extended": "strong", "Plus": "eid3"},
    ("bankid", "contexts"): {"urn:grn:authn:se:bankid:same-device": "strong"},
    ("sambi", "contexts"): {
        f"http://id.sambi.se/loa/loa{n}": acr for n, acr in ((2, "basic"), (3, "strong"), (4, "strong"))
    },
    ("entra", "amr"): {"pwd": "basic", "mfa": "strong"},
    ("google", "amr"): {"pwd": "basic", "mfa": "strong"},
    ("adfs", "http://schemas.microsoft.com/claims/authnmethodsreferences"): {
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport": "basic",
        "http://schemas.microsoft.com/claims/multipleauthn": "strong",
    },
}

# Other spellings and places of the same.
SPELLINGS = {
    "nsis": {f"{NSIS.removesuffix('/loa')}/{word}": acr for word, acr in DANISH.items()},
    "unilogin": {"Low": "basic"},
    "mitid": {
        **{f"{NSIS}/{word}": acr for word, acr in DANISH.items()},
        **{f"{NSIS.removesuffix('/loa')}/{word}": acr for word, acr in DANISH.items()},
        "urn:grn:authn:dk:mitid:low": "basic",
        "urn:grn:authn:dk:mitid:substantial": "strong",
    },
    "bankid": {f"urn:grn:authn:se:bankid{how}": "strong" for how in ("", ":another-device", ":another-device:qr")},
    "entra": {"http://schemas.microsoft.com/claims/multipleauthn": "strong"},
    "adfs": {
        "urn:oasis:names:tc:SAML:2.0:ac:classes:Password": "basic",
        "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos": "basic",
        "urn:federation:authentication:windows": "basic",
        "mfa": "strong",
    },
}


def said(place: str, *values: str) -> Evidence:
    if place == "contexts":
        return Evidence(contexts=values)
    return Evidence(amr=values) if place == "amr" else Evidence(values={place: values})


def acr_of(loa_map: str, evidence: Evidence, own: dict[str, str] | None = None) -> str:
    return evaluate(evidence, loa_map, own or {}).acr.name


def test_every_word_of_every_register_is_worth_what_its_map_says_and_no_more() -> None:
    for (loa_map, place), words in WORDS.items():
        for word, acr in words.items():
            judged = evaluate(said(place, word), loa_map, {})
            assert (judged.acr.name, judged.factors) == (acr, 1 if acr == "basic" else 2), (loa_map, place, word)
            assert judged.source is not None
            assert judged.source.endswith(word)
            assert (judged.scheme, judged.version) == (loa_map, find_map(loa_map).version)


def test_an_unknown_word_and_no_word_at_all_are_one_factor_in_every_map() -> None:
    strongest = max(loa_maps()["sweden-connect"].levels)
    for key in ("", *loa_maps()):
        for evidence in (Evidence(), Evidence(contexts=("urn:invented",)), Evidence(contexts=(f"{strongest}/",))):
            judged = evaluate(evidence, key, {})
            assert (judged.acr, judged.factors, judged.source) == (Acr.basic, 1, None), key


def test_every_word_of_every_map_stands_in_the_tables_of_this_test() -> None:
    told = {key: dict(SPELLINGS.get(key, {})) for key in loa_maps()}
    for (key, _), words in WORDS.items():
        told[key] |= words
    for key, loa_map in loa_maps().items():
        assert {word.removeprefix("oiosaml2:"): level.acr.name for word, level in loa_map.levels.items()} == told[key]


@pytest.mark.parametrize(
    ("loa_map", "evidence", "acr"),
    [
        # eduPersonAssurance supersedes the context, whichever is stronger, and even when it says nothing we know.
        ("skolfederation", Evidence((f"{SKOLFED}2fa",), {ASSURANCE: (f"{SKOLFED}bas",)}), "basic"),
        ("skolfederation", Evidence((f"{SKOLFED}bas",), {ASSURANCE: (f"{SKOLFED}2fa",)}), "strong"),
        ("skolfederation", Evidence((f"{SKOLFED}2fa",), {ASSURANCE: ("https://refeds.org/assurance",)}), "basic"),
        ("skolfederation", Evidence((f"{SKOLFED}2fa",)), "strong"),
        # Several statements that are all true: the strongest, and a stranger among them harms nothing.
        ("skolfederation", Evidence((), {ASSURANCE: (f"{SKOLFED}bas", f"{SKOLFED}2fa")}), "strong"),
        ("skolfederation", Evidence((), {"eduPersonAssurance": (f"{SKOLFED}2fa", "urn:else")}), "strong"),
        # Two contexts cannot both be how one person logged in: the weaker, and a stranger counts as basic.
        ("sweden-connect", Evidence((f"{DIGG}loa3", f"{DIGG}loa1")), "basic"),
        ("sweden-connect", Evidence((f"{DIGG}loa3", "urn:else")), "basic"),
        ("sweden-connect", Evidence((f"{CONNECT}loa3-nonresident",), {NUMBER: ("190001019802",)}), "basic"),
        ("sweden-connect", Evidence((f"{DIGG}loa3",), {NUMBER: ("190001019802",)}), "eid3"),
        # Profile selectors share the list and are no level.
        ("nsis", Evidence((f"{NSIS}/Substantial", "https://data.gov.dk/eid/Professional")), "eid3"),
        ("nsis", Evidence(("https://data.gov.dk/eid/Person",)), "basic"),
        # NSIS is the lowest of the three; `loa` that says more than one of them is not believed.
        ("nsis", Evidence((), {"loa": ("High",), "aal": ("Low",)}), "basic"),
        ("nsis", Evidence((), {"ial": ("High",), "aal": ("High",), "fal": ("Substantial",)}), "eid3"),
        ("nsis", Evidence((), {"ial": ("High",), "aal": ("High",)}), "basic"),
        ("nsis", Evidence((f"{NSIS}/High",), {"loa": ("Ultra",)}), "basic"),
        ("nsis", Evidence((f"{NSIS}/High",), {"loa": ("Low",)}), "basic"),
        ("mitid", Evidence((), {"mitid.ial": ("SUBSTANTIAL",), "mitid.aal": ("LOW",), "mitid.loa": ("LOW",)}), "basic"),
        ("mitid", Evidence((), {"mitid.ial": ("SUBSTANTIAL",), "mitid.aal": ("LOW",)}), "basic"),
        ("mitid", Evidence((), {"mitid.ial": ("HIGH",)}), "basic"),
        ("mitid", Evidence(("urn:eident:cert:eidas:high",), {"loa": ("LOW",)}), "basic"),
        ("unilogin", Evidence((), {"unilogin_loa": ("ToFaktor",), "loa": ("2",)}), "basic"),
        ("unilogin", Evidence((), {"unilogin_loa": ("VoksenVerificeret",), "loa": ("3",)}), "strong"),
        ("sambi", Evidence(("urn:x509",), {ASSURANCE: ("http://id.sambi.se/loa/loa3",)}), "strong"),
        ("entra", Evidence((), {}, ("pwd", "mfa")), "strong"),
        ("entra", Evidence((), {}, ("pwd", "rsa")), "basic"),
        ("google", Evidence(), "basic"),
    ],
)  # fmt: skip
def test_answers_that_say_several_things_are_read_by_the_rule_of_their_map(
    loa_map: str, evidence: Evidence, acr: str
) -> None:
    assert acr_of(loa_map, evidence) == acr


def test_a_tenants_own_mapping_adds_what_the_map_does_not_know_and_changes_nothing_that_it_knows() -> None:
    own = {f"{SKOLFED}bas": Acr.eid3.value, "urn:ours:card": Acr.eid3.value, "urn:ours:pin": Acr.basic.value}
    assert acr_of("skolfederation", said(ASSURANCE, f"{SKOLFED}bas"), own) == "basic"
    judged = evaluate(said("contexts", "urn:ours:card"), "skolfederation", own)
    assert (judged.acr, judged.source) == (Acr.strong, "urn:ours:card")  # capped: nobody reviewed it
    assert acr_of("skolfederation", said("contexts", "urn:ours:pin"), own) == "basic"


def test_a_provider_without_a_map_is_read_by_the_tenants_mapping_alone() -> None:
    own = {"urn:theirs:mfa": Acr.strong.value, "urn:theirs:eid": Acr.eid3.value, "mfa": Acr.strong.value}
    assert acr_of("", said("contexts", "urn:theirs:eid"), own) == "eid3"
    assert acr_of("", said("contexts", "urn:theirs:mfa", "urn:unknown"), own) == "basic"
    assert acr_of("", said("amr", "pwd", "mfa"), own) == "strong"
    assert acr_of("", said("contexts", "urn:theirs:pwd"), own) == "basic"


def test_a_map_that_does_not_exist_lets_nobody_in_by_guesswork() -> None:
    with pytest.raises(KeyError):
        evaluate(said("contexts", f"{DIGG}loa4"), "sweden_connect", {})


def test_only_registered_methods_that_were_told_are_passed_on_and_mfa_only_with_two_factors() -> None:
    told = ("pwd", "urn:personal:kim", "mfa", "otp", "pwd")
    assert evaluate(Evidence(amr=told), "entra", {}).amr == ("pwd", "otp", "mfa")
    assert evaluate(Evidence(amr=told), "skolfederation", {}).amr == ("pwd", "otp")
    assert evaluate(said(ASSURANCE, f"{SKOLFED}2fa"), "skolfederation", {}).amr == ("mfa",)


def test_only_known_words_are_ever_stored_as_the_source() -> None:
    judged = evaluate(said("contexts", "kim@norrvik.example"), "skolfederation", {})
    assert judged == Assurance(Acr.basic, (), 1, None, "skolfederation", 1)


def test_wishes_are_every_word_that_would_do_weakest_first_or_the_lowest_where_minimum_is_compared() -> None:
    assert wishes("skolfederation", {}, Acr.strong) == (f"{SKOLFED}2fa",)
    assert wishes("skolfederation", {"urn:ours:card": Acr.strong.value}, Acr.strong)[-1] == "urn:ours:card"
    assert wishes("sambi", {}, Acr.strong) == ("http://id.sambi.se/loa/loa3", "http://id.sambi.se/loa/loa4")
    assert wishes("nsis", {}, Acr.strong) == (f"{NSIS}/Substantial",)
    connect = wishes("sweden-connect", {}, Acr.eid2)
    assert connect[:2] == (f"{DIGG}loa2", f"{CONNECT}loa2-nonresident")
    assert f"{CONNECT}uncertified-loa3" not in connect
    assert wishes("freja", {}, Acr.strong) == ("urn:grn:authn:se:frejaid",)
    assert wishes("google", {}, Acr.strong) == ()
    assert wishes("skolfederation", {}, None) == ()
    assert wishes("", {"weak": Acr.basic.value, "good": Acr.strong.value}, Acr.strong) == ("good",)


def test_asking_for_a_level_and_getting_any_of_the_wishes_gives_that_level() -> None:
    for key in loa_maps():
        for wanted in Acr:
            for wish in wishes(key, {}, wanted) if key != "freja" else ():
                assert evaluate(said("contexts", wish), key, {}).acr.at_least(wanted), (key, wish)


def test_a_map_with_a_slip_of_the_pen_is_refused() -> None:
    good = loa_maps()["nsis"].model_dump()
    slips: list[dict[str, object]] = [
        {"levels": {}},
        {"steps": []},
        {"levels": {"x": {"acr": "stronger"}}},
        {"steps": [good["steps"][0] | {"enough": (("nobody",),)}]},
        {"unknown": True},
    ]
    for slip in slips:
        with pytest.raises(ValueError, match="validation error"):
            LoaMap.model_validate(good | slip)
