#!/bin/sh
# See to it that `make e2e` has a browser and its driver: Debian's own packages, since nothing is downloaded from elsewhere.
set -eu

if command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium and chromium-driver (once; a minute or so) ..." >&2
    apt-get install -qq -y chromium chromium-driver >/dev/null || {
        apt-get update -qq && apt-get install -qq -y chromium chromium-driver >/dev/null
    }
    exit 0
fi
echo "The browser tests need chromium and chromedriver: apt install chromium chromium-driver" >&2
exit 1
