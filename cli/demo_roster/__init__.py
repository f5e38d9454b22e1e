"""A synthetic municipality in the formats that real registers deliver: `generate()` and the command `demo-roster`."""

from cli.demo_roster.model import Dirt, Municipality
from cli.demo_roster.writing import Files, generate

__all__ = ["Dirt", "Files", "Municipality", "generate"]
