"""Who has logged in through us at one application, for our own services."""
