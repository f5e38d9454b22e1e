"""The profile for one machine: one web process mounts every service's app, one worker process serves every queue.

The services know nothing of it: they keep their databases, roles, keys, tokens and contracts, and call each other over
HTTP as they do in a process each. It stands above them, and nothing imports it (docs/adr/0015-profiles.md).
"""
