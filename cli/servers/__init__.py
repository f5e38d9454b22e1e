"""PostgreSQL and Redis as child processes: the same classes serve `startklar up` and the tests."""
