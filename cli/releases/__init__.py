"""Releases: what each one promised to those that run beside it, and the code that it was."""
