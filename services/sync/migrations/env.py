"""Alembic's environment; all of it is shared."""

from services.sync.models import Model
from shared.kit.migrations import run_env

run_env(Model.metadata, "sync")
