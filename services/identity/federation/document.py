"""A metadata document that somebody on the internet answered with, judged and taken apart. Runs in a child process.

Order: form, signature by a pinned certificate over the whole root, then, in the verified bytes alone, how long it is
valid and who is in it. The root is believed or not as a whole; an entity in it is left out alone where only it is bad.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from lxml import etree
from pydantic import TypeAdapter

from services.identity.federation.faults import EntityFault, FeedFault, FeedRefused
from services.identity.saml.certificates import fingerprint, read_certificate
from services.identity.saml.entity import SamlEntity, read_entity
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import MDRPI, ds, md
from services.identity.saml.parsing import parse, read_instant
from services.identity.saml.signature import verify_enveloped

LONGEST_VALIDITY = timedelta(days=14)
ENTITY = TypeAdapter(SamlEntity)
_CERTIFICATE = f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d+)?S)?)?", re.ASCII)
_FAULTS = {
    SamlFault.too_large: FeedFault.too_large,
    SamlFault.doctype: FeedFault.doctype,
    SamlFault.unsigned: FeedFault.unsigned,
}
_FORM = frozenset(
    {
        SamlFault.comment,
        SamlFault.cdata,
        SamlFault.processing_instruction,
        SamlFault.encoding,
        SamlFault.not_xml,
        SamlFault.relative_namespace,
        SamlFault.duplicate_id,
    }
)


def read_document(
    path: str, entities: str, signers: Sequence[str], now: str, max_bytes: int, root_name: str = "EntitiesDescriptor"
) -> dict[str, Any]:
    """Judge the file at `path` and write its entities, one JSON object a line, to the file `entities`.

    `signers` are the pinned fingerprints, `now` an ISO instant, `root_name` EntityDescriptor for a single entity.
    Returns the facts of the root, what was left out and how many entities there are, or `{"fault": FeedFault}`.
    """
    try:
        return _read(Path(path), Path(entities), signers, datetime.fromisoformat(now), max_bytes, root_name)
    except FeedRefused as refusal:
        return {"fault": refusal.fault}


def _read(
    path: Path, entities: Path, signers: Sequence[str], now: datetime, max_bytes: int, root_name: str
) -> dict[str, Any]:
    content = path.read_bytes()
    facts: dict[str, Any] = {"size_bytes": len(content), "digest": hashlib.sha256(content).hexdigest()}
    try:
        unverified = parse(content, max_bytes=max_bytes, allows_comments=True)
        del content
        if unverified.tag != md(root_name):
            raise FeedRefused(FeedFault.wrong_root)
        certificate = _pinned(unverified, signers)
        root = verify_enveloped(unverified, [certificate])
        del unverified
    except SamlRefused as refusal:
        raise FeedRefused(_fault_of(refusal.fault)) from refusal
    valid_until = _valid_until(root, now)
    published_at = _published_at(root)
    left_out: list[dict[str, str]] = []
    counts = {"identity_providers": 0, "service_providers": 0}
    with entities.open("wb") as out:
        for row in _rows(_members(root, left_out), valid_until, now, left_out):
            counts["identity_providers" if row["is_idp"] else "service_providers"] += 1
            out.write(orjson.dumps(row | {"published_at": published_at}) + b"\n")
    return facts | {
        "document_id": root.get("ID"),
        "signer": fingerprint(certificate),
        "valid_until": valid_until,
        "published_at": published_at,
        "cache_seconds": read_duration(root.get("cacheDuration")),
        "left_out": left_out,
        **counts,
    }


def _fault_of(fault: SamlFault) -> FeedFault:
    return _FAULTS.get(fault) or (FeedFault.malformed if fault in _FORM else FeedFault.signature_invalid)


def _pinned(root: etree._Element, signers: Sequence[str]) -> Any:
    """The certificate in the root's own signature that is pinned: the only one whose key will be believed."""
    signature = root.find(ds("Signature"))
    if signature is None:
        raise FeedRefused(FeedFault.unsigned)
    for node in signature.iterfind(_CERTIFICATE):
        certificate = read_certificate(node.text or "")
        if fingerprint(certificate) in signers:
            return certificate
    raise FeedRefused(FeedFault.unknown_signer)


def _valid_until(root: etree._Element, now: datetime) -> datetime:
    if root.get("validUntil") is None:
        raise FeedRefused(FeedFault.no_end)
    try:
        until = read_instant(root.get("validUntil"))
    except SamlRefused as refusal:
        raise FeedRefused(FeedFault.no_end) from refusal
    if until <= now:
        raise FeedRefused(FeedFault.expired)
    if until > now + LONGEST_VALIDITY:
        raise FeedRefused(FeedFault.end_too_far)
    return until


def _published_at(root: etree._Element) -> datetime | None:
    """When the federation made the document (mdrpi:PublicationInfo), where it says so."""
    info = root.find(f"{md('Extensions')}/{{{MDRPI}}}PublicationInfo")
    try:
        return read_instant(info.get("creationInstant")) if info is not None else None
    except SamlRefused:
        return None


def read_duration(text: str | None) -> int | None:
    """Seconds of an xs:duration in days or less; None for others, which nobody plans a refresh by."""
    found = _DURATION.fullmatch(text or "")
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _members(root: etree._Element, left_out: list[dict[str, str]]) -> Iterator[etree._Element]:
    """The entities that count: the root itself, or its direct children. Nested groups are left out by name.

    Nobody may be in the document twice, wherever: which of the two would a login get?
    """
    ids = [one.get("entityID", "") for one in root.iter(md("EntityDescriptor"))]
    if len(ids) != len(set(ids)):
        raise FeedRefused(FeedFault.duplicate_entity)
    if root.tag == md("EntityDescriptor"):
        yield root
        return
    direct = root.findall(md("EntityDescriptor"))
    if len(direct) != len(ids):
        known = {one.get("entityID", "") for one in direct}
        left_out += [_left_out(entity_id, EntityFault.nested) for entity_id in ids if entity_id not in known]
    yield from direct


def _left_out(entity_id: str, fault: EntityFault) -> dict[str, str]:
    return {"entityId": entity_id[:1024], "reason": fault.value}


def _rows(
    members: Iterator[etree._Element], end: datetime, now: datetime, left_out: list[dict[str, str]]
) -> Iterator[dict[str, Any]]:
    for element in members:
        try:
            entity = read_entity(element)
            if not (entity.is_idp or entity.is_sp):
                continue
            until = min(end, entity.valid_until) if entity.valid_until else end
            if fault := _fault_in(entity, until, now):
                left_out.append(_left_out(entity.entity_id, fault))
            else:
                yield _row(replace(entity, logos=(), valid_until=until), until)
        except SamlRefused:
            left_out.append(_left_out(element.get("entityID", ""), EntityFault.unreadable))
        element.clear()


def _fault_in(entity: SamlEntity, until: datetime, now: datetime) -> EntityFault | None:
    if until <= now:
        return EntityFault.expired
    if entity.is_idp and not any(one.is_usable for one in entity.signing):
        return EntityFault.no_key
    return EntityFault.no_endpoint if entity.is_idp and not entity.sso else None


def _row(entity: SamlEntity, until: datetime) -> dict[str, Any]:
    words = [*entity.names.values(), *(word for words in entity.keywords.values() for word in words)]
    content: dict[str, Any] = {
        "is_idp": entity.is_idp,
        "is_hidden": entity.is_hidden,
        "names": entity.names,
        "search": " ".join([*words, *(one.value for one in entity.scopes), entity.entity_id]).lower(),
        "scopes": sorted(f"regexp:{one.value}" if one.is_regexp else one.value for one in entity.scopes),
        "endpoints": [{"binding": one.binding, "location": one.location} for one in (*entity.sso, *entity.slo)],
        "certificates": [
            {"fingerprint": one.fingerprint, "expiresAt": one.expires_at} for one in entity.signing if one.is_usable
        ],
        "attributes": entity.attributes,
        "discovery_responses": entity.discovery_responses,
    }
    document = ENTITY.dump_python(replace(entity, valid_until=None), mode="json") if entity.is_idp else None
    digest = hashlib.sha256(orjson.dumps([content, document], option=orjson.OPT_SORT_KEYS)).hexdigest()
    if document is not None:
        document["valid_until"] = until
    return {"entity_id": entity.entity_id, **content, "document": document, "digest": digest, "valid_until": until}
