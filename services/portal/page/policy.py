"""Content Security Policies. Ours alone: no foreign host, no inline script, no frame, no form."""

_COMMON = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self' data:"

PAGE = f"{_COMMON}; style-src 'self'"
# The documentation reads the API document and may try a request on our own origin. Swagger UI draws inline styles.
DOCUMENTATION = f"{_COMMON}; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'"
