"""SAML 2.0 as a service provider: pure functions over bytes, without database, network or web framework."""
