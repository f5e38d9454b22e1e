"""How ready units are, for those who head them; and what is late, of whom."""
