"""How many replicas, and what they cost: measured costs of operations, times stated assumptions about people."""
