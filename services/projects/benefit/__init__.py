"""What goals, surveys, deviations and the rest of the quality work have in common: rows, rights, small groups."""
