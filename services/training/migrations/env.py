"""Alembic's entry: the kit does the rest."""

from services.training import models
from shared.kit.migrations import run_env

run_env(models.Model.metadata, "training")
