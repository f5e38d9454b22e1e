"""`./startklar`, after the launcher has made the environment."""

import sys

from cli.app import build_app

build_app(sys.argv[1:])(prog_name="startklar")
