"""Backups of a whole installation: the log of PostgreSQL as it is written, copies of its files, portable dumps.

What leaves the database is sealed with the installation's backup key before it reaches the archive.
"""
