"""The demo provider's SAML 2.0 face: an identity provider of the kind that municipalities run, small and honest."""
