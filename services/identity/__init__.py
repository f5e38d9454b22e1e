"""identity owns tenants, accounts, memberships and roles, identity providers, sessions, clients and tokens.

It knows who may act for whom; it owns neither units nor persons (sync does) and stores no password.
"""
