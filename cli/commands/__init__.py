"""What the commands of `./startklar` say and return; the work is done in `cli.stack`."""
