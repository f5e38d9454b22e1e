"""The registry of this service's tables; other services may have tables of the same names."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from shared.kit.db import NAMING


class Model(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of every table of the sync service."""
