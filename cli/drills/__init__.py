"""Drills: bad nights, played on a stack of their own. Each module is one: its docstring is the night as the runbook
tells it, its `run(stage)` plays it and demands what the runbook promises."""
