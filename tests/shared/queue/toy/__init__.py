"""Two toy services: `toys` owns things and tells of them, `shelf` keeps an effect of each."""
