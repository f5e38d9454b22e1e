"""sync owns organisation units and persons: deliveries of registers, plans, the canonical roster and its change feed.

It reads and compares; nothing is changed before a plan is approved, except that a protection marking takes effect at
once. Other services follow by `sync.*` events and `/internal/changes`.
"""
