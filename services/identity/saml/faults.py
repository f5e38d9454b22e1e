"""Why a SAML message was refused: one code per rule, so that a test can tell which rule held."""

from enum import StrEnum


class SamlFault(StrEnum):
    """A rule that a message broke. Codes go to logs, trial reports and events; they hold nothing of the message."""

    # The envelope: bytes and XML
    too_large = "too_large"
    not_base64 = "not_base64"
    doctype = "doctype"
    comment = "comment"
    cdata = "cdata"
    processing_instruction = "processing_instruction"
    encoding = "encoding"
    not_xml = "not_xml"
    relative_namespace = "relative_namespace"
    duplicate_id = "duplicate_id"
    inflate = "inflate"
    # The shape of the message
    wrong_root = "wrong_root"
    wrong_version = "wrong_version"
    message_shape = "message_shape"
    assertion_count = "assertion_count"
    assertion_misplaced = "assertion_misplaced"
    assertion_shape = "assertion_shape"
    text_expected = "text_expected"
    bad_instant = "bad_instant"
    # What the identity provider answered instead of a login
    status_failed = "status_failed"
    status_authn_failed = "status_authn_failed"
    status_no_authn_context = "status_no_authn_context"
    status_request_unsupported = "status_request_unsupported"
    status_request_denied = "status_request_denied"
    status_unknown_principal = "status_unknown_principal"
    status_no_passive = "status_no_passive"
    status_partial_logout = "status_partial_logout"
    # Whose answer to what
    destination = "destination"
    in_response_to = "in_response_to"
    issuer = "issuer"
    not_yet_issued = "not_yet_issued"
    # Signature
    unsigned = "unsigned"
    signature_misplaced = "signature_misplaced"
    signature_shape = "signature_shape"
    signature_algorithm = "signature_algorithm"
    digest_algorithm = "digest_algorithm"
    canonicalization = "canonicalization"
    transforms = "transforms"
    reference = "reference"
    signature_invalid = "signature_invalid"
    no_usable_key = "no_usable_key"
    # Encryption: one code, so that an answer teaches nothing about the cause
    undecryptable = "undecryptable"
    encryption_required = "encryption_required"
    # Conditions, subject, authentication
    conditions_missing = "conditions_missing"
    conditions_unknown = "conditions_unknown"
    not_yet_valid = "not_yet_valid"
    expired = "expired"
    audience = "audience"
    subject = "subject"
    name_id = "name_id"
    confirmation_method = "confirmation_method"
    confirmation_identity = "confirmation_identity"
    confirmation_recipient = "confirmation_recipient"
    confirmation_in_response_to = "confirmation_in_response_to"
    confirmation_expiry = "confirmation_expiry"
    confirmation_not_before = "confirmation_not_before"
    authn_statement = "authn_statement"
    authn_too_old = "authn_too_old"
    authn_in_future = "authn_in_future"
    session_over = "session_over"
    attribute_duplicate = "attribute_duplicate"
    attribute_name = "attribute_name"
    foreign_scope = "foreign_scope"
    # Metadata
    metadata_shape = "metadata_shape"
    metadata_expired = "metadata_expired"
    metadata_certificate = "metadata_certificate"


class SamlRefused(Exception):
    """A message, signature or metadata document that we do not accept. The message holds no personal data."""

    def __init__(self, fault: SamlFault, message: str) -> None:
        super().__init__(f"{fault}: {message}")
        self.fault = fault
