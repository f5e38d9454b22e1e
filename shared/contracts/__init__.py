"""What services tell each other: frozen models, one file per owner. Pure pydantic, no database and no web."""
