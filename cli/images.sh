#!/bin/sh
# See to it that `make e2e` can build images: Debian's own buildah, and a Debian to build upon.
set -eu

if command -v buildah >/dev/null 2>&1 && command -v mmdebstrap >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing buildah and mmdebstrap (once; a minute or so) ..." >&2
    apt-get install -qq -y --no-install-recommends buildah mmdebstrap >/dev/null || {
        apt-get update -qq && apt-get install -qq -y --no-install-recommends buildah mmdebstrap >/dev/null
    }
    exit 0
fi
echo "The tests of the images need root, and: apt install buildah mmdebstrap" >&2
exit 1
