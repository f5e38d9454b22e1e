"""What the guard's reasons say in words: what happened, how many of how many, where, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.sync.roster.words import word_within
from shared.kit.text import Lang, Text

KINDS: dict[str, Text] = {
    "unit": Text(sv="enheter", en="units", da="enheder"),
    "person": Text(sv="personer", en="persons", da="personer"),
    "group": Text(sv="grupper", en="groups", da="grupper"),
    "duty": Text(sv="tjänster", en="duties", da="ansættelser"),
    "enrolment": Text(sv="inskrivningar", en="enrolments", da="indskrivninger"),
    "membership": Text(sv="gruppmedlemskap", en="memberships", da="gruppemedlemskaber"),
    "responsible": Text(sv="vårdnadsband", en="guardian ties", da="forældrebånd"),
    "placement": Text(sv="placeringar", en="placements", da="pladser"),
    "activity": Text(sv="aktiviteter", en="activities", da="aktiviteter"),
    "teaching": Text(sv="undervisningsband", en="teaching ties", da="undervisningsbånd"),
    "activity_teacher": Text(sv="lärare i aktiviteter", en="teachers of activities", da="lærere i aktiviteter"),
    "absence": Text(sv="frånvarosummor", en="absence counts", da="fraværstal"),
}
_EXPORT_AGAIN = Text(
    sv="Gör om exporten och skicka hela leveransen igen; en ofullständig leverans kan ingen släppa igenom",
    en="Export again and send the whole delivery; nobody can let an incomplete one through",
    da="Eksportér igen og send hele leverancen; ingen kan frigive en ufuldstændig leverance",
)
_LOOK = Text(
    sv="Jämför med registret; stämmer det godkänner två personer hos kunden, annars rättas källan",
    en="Compare with the register; if it is right, two persons of the customer approve, else mend the source",
    da="Sammenlign med registret; passer det, godkender to personer hos kunden, ellers rettes kilden",
)
_RELEASE = Text(
    sv="Rätta källan och leverera igen; är det avsiktligt kan två personer hos kunden släppa planen med ett skäl",
    en="Mend the source and deliver again; if it is meant, two persons of the customer may release it with a reason",
    da="Ret kilden og levér igen; er det meningen, kan to personer hos kunden frigive planen med en grund",
)
_PERMISSION = Text(
    sv="Kontrollera att exporten får läsa hela skolan eller rollen; har den verkligen upphört godkänner två personer",
    en="Check that the export may read all of the school or role; if it has really ended, two persons approve",
    da="Kontrollér, at eksporten må læse hele skolen eller rollen; er den virkelig ophørt, godkender to personer",
)


@dataclass(frozen=True)
class Words:
    """The sentence of a reason and what to do; both may name {count}, {base}, {kind}, {unit}, {part} and {file}."""

    message: Text
    mend: Text


def _words(sv: str, en: str, da: str, mend: Text) -> Words:
    return Words(Text(sv=sv, en=en, da=da), mend)


REASONS: dict[str, Words] = {
    "incomplete_file": _words(
        "Filen {file} är inte hel: {count} rader kunde läsas",
        "The file {file} is not whole: {count} rows could be read",
        "Filen {file} er ikke hel: {count} rækker kunne læses",
        _EXPORT_AGAIN,
    ),
    "file_cut_short": _words(
        "Filen {file} slutar mitt i en rad, vilket den inte gjorde förra gången",
        "The file {file} ends within a row, as it did not the last time",
        "Filen {file} slutter midt i en række, hvilket den ikke gjorde sidst",
        _EXPORT_AGAIN,
    ),
    "incomplete_fetch": _words(
        "Hämtningen kunde inte bevisa att alla {kind} kom med; inga av dem avslutas",
        "The fetch could not prove that all {kind} came along; none of them is ended",
        "Hentningen kunne ikke bevise, at alle {kind} kom med; ingen af dem afsluttes",
        Text(
            sv="Hämta igen; upprepas det, låt källan ange antal eller leverera hela filer",
            en="Fetch again; if it repeats itself, let the source tell counts or deliver whole files",
            da="Hent igen; gentager det sig, lad kilden angive antal eller levere hele filer",
        ),
    ),
    "kind_emptied": _words(
        "Leveransen har inga {kind} alls; registret har {base}",
        "The delivery holds no {kind} at all; the roster has {base}",
        "Leverancen har slet ingen {kind}; registret har {base}",
        _EXPORT_AGAIN,
    ),
    "duplicates_many": _words(
        "{count} av {base} levererade {kind} kom två gånger, så andra kan saknas (en sida lästes två gånger?)",
        "{count} of {base} delivered {kind} came twice, so others may be missing (was a page read twice?)",
        "{count} af {base} leverede {kind} kom to gange, så andre kan mangle (blev en side læst to gange?)",
        _EXPORT_AGAIN,
    ),
    "too_many_bad_rows": _words(
        "{count} av {base} rader i {file} går inte att använda",
        "{count} of {base} rows of {file} cannot be used",
        "{count} af {base} rækker i {file} kan ikke bruges",
        _RELEASE,
    ),
    "ends_most": _words(
        "{count} av {base} {kind} skulle avslutas: mer än hälften",
        "{count} of {base} {kind} would end: more than half",
        "{count} af {base} {kind} ville blive afsluttet: mere end halvdelen",
        _RELEASE,
    ),
    "identities_doubtful": _words(
        "{count} av {base} {kind} bär uppgifter som tillhör någon annan: id:n kan ha bytt plats",
        "{count} of {base} {kind} carry marks of somebody else: ids may have changed places",
        "{count} af {base} {kind} bærer en andens oplysninger: id'er kan have byttet plads",
        _RELEASE,
    ),
    "field_changed_most": _words(
        "{count} av {base} {kind} skulle få ett nytt värde i {part}: två kolumner kan ha bytt plats",
        "{count} of {base} {kind} would get another value of {part}: two columns may have changed places",
        "{count} af {base} {kind} ville få en ny værdi i {part}: to kolonner kan have byttet plads",
        _RELEASE,
    ),
    "year_roll_undeclared": _words(
        "{count} av {base} {kind} är ett läsår högre, men inga dagar för läsårsbyte är angivna",
        "{count} of {base} {kind} are a school year higher, but no days for the turn of the year are declared",
        "{count} af {base} {kind} er et skoleår højere, men ingen dage for skoleårsskiftet er angivet",
        Text(
            sv="Ange dagarna för läsårsbytet i skyddsreglerna för källan och planera leveransen igen",
            en="Declare the days of the turn in the source's guard policy, and plan the delivery again",
            da="Angiv dagene for skiftet i kildens værneregler, og planlæg leverancen igen",
        ),
    ),
    "class_unmatched": _words(
        "{count} av {base} klasser återfinns inte efter läsårsbytet: mindre än 70 % av eleverna är desamma",
        "{count} of {base} classes are not found again after the turn: less than 70 % of the pupils are the same",
        "{count} af {base} klasser genfindes ikke efter skiftet: mindre end 70 % af eleverne er de samme",
        _LOOK,
    ),
    "year_roll": _words(
        "Läsårsbytet förklarar {count} ändringar; rapporten visar vad som hör ihop",
        "The turn of the school year explains {count} changes; the report shows what belongs together",
        "Skoleårsskiftet forklarer {count} ændringer; rapporten viser, hvad der hører sammen",
        Text(sv="Läs rapporten", en="Read the report", da="Læs rapporten"),
    ),
    "ends_many": _words(
        "{count} av {base} {kind} skulle avslutas",
        "{count} of {base} {kind} would end",
        "{count} af {base} {kind} ville blive afsluttet",
        _LOOK,
    ),
    "ends_many_at_unit": _words(
        "Vid {unit} skulle {count} av {base} {kind} avslutas",
        "At {unit}, {count} of {base} {kind} would end",
        "Ved {unit} ville {count} af {base} {kind} blive afsluttet",
        _LOOK,
    ),
    "ends_many_in_part": _words(
        "{count} av {base} {kind} ({part}) skulle avslutas",
        "{count} of {base} {kind} ({part}) would end",
        "{count} af {base} {kind} ({part}) ville blive afsluttet",
        _LOOK,
    ),
    "lets_go_many": _words(
        "{count} av {base} {kind} skulle avslutas utan att något annat hos dem ändras: slutet av en fil kan saknas",
        "{count} of {base} {kind} would end with nothing else about them changing: a file may lack its end",
        "{count} af {base} {kind} ville blive afsluttet, uden at andet ændres: slutningen af en fil kan mangle",
        _LOOK,
    ),
    "unit_emptied": _words(
        "Alla {base} {kind} vid {unit} skulle avslutas",
        "All {base} {kind} at {unit} would end",
        "Alle {base} {kind} ved {unit} ville blive afsluttet",
        _PERMISSION,
    ),
    "part_emptied": _words(
        "Alla {base} {kind} ({part}) skulle avslutas",
        "All {base} {kind} ({part}) would end",
        "Alle {base} {kind} ({part}) ville blive afsluttet",
        _PERMISSION,
    ),
    "unit_ends": _words(
        "Enheten {unit} skulle avslutas",
        "The unit {unit} would end",
        "Enheden {unit} ville blive afsluttet",
        _PERMISSION,
    ),
    "drip_week": _words(
        "Tillsammans med de senaste sju dagarnas körningar har {count} av {base} {kind} avslutats",
        "Together with the runs of the last seven days, {count} of {base} {kind} have ended",
        "Sammen med de seneste syv dages kørsler er {count} af {base} {kind} afsluttet",
        _LOOK,
    ),
    "drip_month": _words(
        "Tillsammans med de senaste trettio dagarnas körningar har {count} av {base} {kind} avslutats",
        "Together with the runs of the last thirty days, {count} of {base} {kind} have ended",
        "Sammen med de seneste tredive dages kørsler er {count} af {base} {kind} afsluttet",
        _LOOK,
    ),
    "changes_many": _words(
        "{count} av {base} {kind} skulle ändras",
        "{count} of {base} {kind} would change",
        "{count} af {base} {kind} ville blive ændret",
        _LOOK,
    ),
    "creates_many": _words(
        "{count} nya {kind} skulle läggas till de {base} som finns: kan registret vara dubblerat?",
        "{count} new {kind} would join the {base} that are there: may the register be doubled?",
        "{count} nye {kind} ville komme til de {base}, der er: kan registret være fordoblet?",
        _LOOK,
    ),
    "changes_many_at_unit": _words(
        "Vid {unit} skulle {count} av {base} {kind} ändras",
        "At {unit}, {count} of {base} {kind} would change",
        "Ved {unit} ville {count} af {base} {kind} blive ændret",
        _LOOK,
    ),
    "creates_many_at_unit": _words(
        "Vid {unit} skulle {count} nya {kind} läggas till de {base} som finns: kan skolan vara dubblerad?",
        "At {unit}, {count} new {kind} would join the {base} that are there: may the school be doubled?",
        "Ved {unit} ville {count} nye {kind} komme til de {base}, der er: kan skolen være fordoblet?",
        _LOOK,
    ),
    "revives_many": _words(
        "{count} avslutade {kind} skulle komma tillbaka",
        "{count} ended {kind} would come back",
        "{count} afsluttede {kind} ville komme tilbage",
        _LOOK,
    ),
    "moves_many": _words(
        "{count} av {base} {kind} har fått ett nytt id i registret och känns igen på andra uppgifter",
        "{count} of {base} {kind} have a new id in the register and are recognised by other marks",
        "{count} af {base} {kind} har fået et nyt id i registret og genkendes på andre oplysninger",
        _LOOK,
    ),
    "moves_many_at_unit": _words(
        "Vid {unit} har {count} av {base} {kind} fått ett nytt id i registret och känns igen på andra uppgifter",
        "At {unit}, {count} of {base} {kind} have a new id in the register and are recognised by other marks",
        "Ved {unit} har {count} af {base} {kind} fået et nyt id i registret og genkendes på andre oplysninger",
        _LOOK,
    ),
    "protection_tightened": _words(
        "Identiteter som leveransen markerar och som redan har skyddats, utan att vänta på planen: {count}",
        "Identities that the delivery marks and that are protected already, without waiting for the plan: {count}",
        "Identiteter, som leverancen markerer, og som allerede er beskyttet, uden at vente på planen: {count}",
        Text(
            sv="Är de många, kontrollera hur källan skriver markeringen: att häva ett skydd tar två personer",
            en="If they are many, check how the source writes the marking: to lift a protection takes two persons",
            da="Er de mange, så kontrollér, hvordan kilden skriver markeringen: at ophæve tager to personer",
        ),
    ),
    "lifts_protection": _words(
        "Skyddade identiteter som skulle bli synliga igen: {count}",
        "Protected identities that would be shown again: {count}",
        "Beskyttede identiteter, der ville blive synlige igen: {count}",
        Text(
            sv="Bekräfta med registret att markeringen är hävd; två personer godkänner",
            en="Confirm with the register that the marking is lifted; two persons approve",
            da="Bekræft med registret, at markeringen er ophævet; to personer godkender",
        ),
    ),
    "takes_over": _words(
        "{count} {kind} som hör till ett annat register skulle tas över av detta",
        "{count} {kind} that belong to another register would be taken over by this one",
        "{count} {kind}, der hører til et andet register, ville blive overtaget af dette",
        _LOOK,
    ),
    "older_delivery": _words(
        "Leveransen är äldre än den som registret vilar på",
        "The delivery is older than the one that the roster rests on",
        "Leverancen er ældre end den, som registret hviler på",
        Text(
            sv="Skicka den senaste exporten i stället",
            en="Send the newest export instead",
            da="Send den nyeste eksport i stedet",
        ),
    ),
    "field_vanished": _words(
        "Uppgiften {part} kom tom för {count} av {base} {kind}; de kända värdena behålls",
        "The field {part} came empty for {count} of {base} {kind}; the known values are kept",
        "Oplysningen {part} kom tom for {count} af {base} {kind}; de kendte værdier beholdes",
        Text(
            sv="Kontrollera att exporten fortfarande får läsa uppgiften",
            en="Check that the export may still read the field",
            da="Kontrollér, at eksporten stadig må læse oplysningen",
        ),
    ),
    "case_waits": _words(
        "Poster som väntar på att någon avgör vem de gäller: {count}; personerna lämnas orörda",
        "Records that wait for somebody to decide whom they are about: {count}; the persons are left untouched",
        "Poster, der venter på, at nogen afgør, hvem de gælder: {count}; personerne lades urørte",
        Text(
            sv="Avgör korrelationsfallen",
            en="Decide the correlation cases",
            da="Afgør korrelationssagerne",
        ),
    ),
}
_AT_UNIT = Text(sv="Vid {unit}: ", en="At {unit}: ", da="Ved {unit}: ")
_SOME_UNIT = Text(sv="en enhet", en="a unit", da="en enhed")


def told(reason: Mapping[str, Any], units: Mapping[str, str], lang: Lang) -> tuple[str, str]:
    """The sentence and the mend of a reason, in the caller's language. `units` are names by id."""
    words = REASONS[reason["code"]]
    kind = KINDS.get(reason.get("kind") or "")
    values = {
        "count": reason["count"],
        "base": reason.get("base") or 0,
        "kind": kind.pick(lang) if kind else "",
        "unit": units.get(str(reason.get("unitId")), _SOME_UNIT.pick(lang)),
        "part": word_within(reason.get("part") or "", lang),
        "file": reason.get("file") or "",
    }
    message = words.message.pick(lang)
    if reason.get("unitId") and "{unit}" not in message:
        message = _AT_UNIT.pick(lang) + message
    return message.format(**values), words.mend.pick(lang)
