"""Webhooks: sends a tenant's events to the URLs that it names, signed and retried, and keeps them for replay.

Owns endpoints and their secrets, deliveries and their attempts, and the public event log. The only service that
calls strangers' URLs on its own, always through `shared.kit.egress`.
"""
