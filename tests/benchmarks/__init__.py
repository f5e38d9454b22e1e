"""`make bench`: what our work costs, as a ratio to a limit measured in the same run. Never part of `make test`."""
