#!/bin/sh
# Make .venv from the locked requirements, when it is missing or the lock has changed.
# Called by the Makefile and by ./startklar. PYTHON=... chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."

lock=requirements/dev.txt
stamp=.venv/requirements.txt # a copy of the lock, written last: an interrupted install does not count

say() { printf '%s\n' "$*" >&2; }

if cmp -s "$lock" "$stamp" && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

usable() { # new enough, and not a shim that leads nowhere
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# 3.12 and 3.11 first: for these there is a Redis wheel, so that nothing else needs to be installed.
python=
for candidate in "${PYTHON:-}" python3.12 python3.11 python3 /usr/bin/python3 python3.14 python3.13; do
    if [ -n "$candidate" ] && usable "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "Startklar needs Python 3.11 or newer and found none."
    say "Install it (Debian, Ubuntu: apt install python3 python3-venv), or set PYTHON=/path/to/python3."
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "$python cannot make virtual environments: its venv module is missing."
    say "Install it (Debian, Ubuntu: apt install python3-venv), or set PYTHON to another interpreter."
    exit 1
fi
if [ -e .venv ] && [ ! -w .venv ]; then
    say ".venv belongs to another user: remove it, or work in a clone of your own."
    exit 1
fi

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    "$python" -m venv --clear .venv
fi
say "Installing the locked packages into .venv (once; a minute or so) ..."
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"; then
    say "The packages could not be installed. pip reads its index from PIP_INDEX_URL or pip.conf."
    exit 1
fi
cp "$lock" "$stamp"
