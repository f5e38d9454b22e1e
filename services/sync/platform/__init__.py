"""The platform's truth: what its own export says, compared with the roster unit by unit."""
