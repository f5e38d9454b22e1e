"""Asking for the verification of a tenant's data to be looked at again."""
