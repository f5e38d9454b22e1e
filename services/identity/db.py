"""The base of identity's tables: a registry of its own, so that services cannot collide."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from shared.kit.db import NAMING


class Model(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of every table of identity."""
