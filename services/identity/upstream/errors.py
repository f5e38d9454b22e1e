"""Why a login at a tenant's identity provider proved nothing."""


class LoginFailed(Exception):
    """The provider did not prove who logged in. The message is for the log and holds no personal data."""
