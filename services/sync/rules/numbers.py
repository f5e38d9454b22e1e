"""What may be somebody's national number, well or badly written, and is therefore never shown as an id."""

# POSIX, for PostgreSQL's ~. Numbers of the Nordic countries, and the keyed hash that stands where one was an id.
MAY_BE_NUMBER = "^(h:.*|[0-9 ]{6,8}[-+A-FU-Y ]?[0-9]{3,5}[0-9A-Z]?)$"
