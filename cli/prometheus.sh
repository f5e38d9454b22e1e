#!/bin/sh
# Print the folder that holds prometheus and promtool: the installed ones, or Debian's package unpacked below .venv, since
# to install it would start a server.
set -eu

if command -v promtool >/dev/null 2>&1 && command -v prometheus >/dev/null 2>&1; then
    dirname "$(command -v promtool)"
    exit 0
fi
place=.venv/prometheus
if [ ! -x "$place/usr/bin/promtool" ]; then
    command -v apt-get >/dev/null 2>&1 || { echo "The tests of alerts need promtool and prometheus" >&2; exit 1; }
    mkdir -p "$place"
    (cd "$place" && { apt-get download -qq prometheus 2>/dev/null || { apt-get update -qq && apt-get download -qq prometheus 2>/dev/null; }; }) >&2
    dpkg -x "$place"/prometheus_*.deb "$place"
fi
echo "$place/usr/bin"
