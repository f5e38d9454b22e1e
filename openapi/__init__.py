"""The API documents of every service, and the tools that make, check and compare them.

The `*.json` files beside these modules are generated; `python -m openapi.generate` writes them.
"""
