"""training: courses and who needs them, sessions and seats, attendance, and the coverage that gates read.

Owns courses, sessions, enrolments, appointments of key persons. Keeps copies of units, persons and duties from sync.
Does not own people, units or plans, and cannot set a gate: it only says what is true.
"""
