#!/bin/sh
# Installs those of the named Debian or Ubuntu packages that are missing: system_packages.sh WHY NAME...
# Without apt it says in one sentence what to install by hand, unless it is there already.
set -eu
why=$1
shift

missing=
for name in "$@"; do
    dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $name"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    # Another system: what counts is whether the programs are there, whoever installed them.
    for program in $PROGRAMS; do
        command -v "$program" >/dev/null || {
            echo "Install $PROGRAMS ($why) with your system's own means, then run make again." >&2
            exit 1
        }
    done
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null || {
        echo "Neither root nor sudo: have an administrator run apt-get install$missing." >&2
        exit 1
    }
fi
echo "Installing by apt$missing ($why)." >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $as_root apt-get update &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt could not install$missing: see its words above, mend that and run make again." >&2
    exit 1
fi
