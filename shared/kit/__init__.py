"""Infrastructure without a business word: ids, clock, problems, settings, database, migrations, files, egress."""
