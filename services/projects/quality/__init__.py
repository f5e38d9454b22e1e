"""What the quality work (goals, data requests, surveys, deviations, matrices) does as a whole."""
