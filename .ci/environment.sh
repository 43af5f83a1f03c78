#!/bin/sh
# Makes a Python environment under .venv, or brings it up to date: environment.sh worker|qgis
# `.ready` is written last: an environment without it was interrupted and is made anew.
# Reads PYTHON (the interpreter to start from), TORCH_INDEX (where PyTorch keeps its CPU builds).
set -eu
name=$1
environment=.venv/$name
python=$environment/bin/python

say() { echo "$*" >&2; }
fail() { say "$*"; exit 1; }

# Wheels only: a build from source would need compilers and GDAL's headers.
install() { "$python" -m pip install -qq --disable-pip-version-check --only-binary :all: "$@" >&2; }

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

worker_base() {
    for candidate in "$PYTHON" /usr/bin/python3.11; do
        if is_recent "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "The worker needs Python 3.11 or newer, and $PYTHON is older or absent: name one by" \
        "make PYTHON=/path/to/python3."
}

# A laptop without an NVIDIA driver gets a CPU build of torch, not gigabytes of CUDA.
install_torch() {
    torch=$(sed -n 's/^\(torch==[^ #]*\).*/\1/p' resources/runtime/requirements.txt)
    if [ "$(uname)" = Darwin ]; then
        install "$torch"
    elif nvidia-smi -L >/dev/null 2>&1 || [ -d /proc/driver/nvidia ]; then
        say "There is an NVIDIA driver: installing $torch with CUDA (some gigabytes)."
        install "$torch,!=${torch#torch==}+cpu" 2>/dev/null || {
            say "No CUDA build of $torch can be had: installing the one there is."
            install "$torch"
        }
    else
        say "There is no NVIDIA driver: installing $torch for the CPU (some 200 MB)."
        install "$torch+cpu" 2>/dev/null ||
            install "$torch+cpu" --extra-index-url "$TORCH_INDEX" 2>/dev/null || {
            say "No CPU build of $torch can be had (asked $TORCH_INDEX as well):" \
                "installing the default build, which brings gigabytes of CUDA along."
            install "$torch"
        }
    fi
}

create() {
    say "Making $environment ($2)."
    base=$PYTHON
    [ "$name" != worker ] || base=$(worker_base) || exit 1
    "$base" -m venv --clear $1 "$environment" >&2 ||
        fail "$base cannot make an environment: install its venv module."
}

case $name in
worker)
    [ -e "$environment/.ready" ] || create "" "the worker: torch, rasterio, its tests and linters"
    rm -f "$environment/.ready"
    install_torch && install -r resources/runtime/requirements.txt -r tests/requirements-worker.txt
    ;;
qgis)
    [ -e "$environment/.ready" ] ||
        create --system-site-packages "tests inside QGIS's Python: pytest, pytest-qgis, pytest-qt"
    rm -f "$environment/.ready"
    install -r tests/requirements-qgis.txt &&
        install --upgrade --no-deps --target "$environment/qt6" -r tests/requirements-qt6.txt
    ;;
esac || fail "pip could not fill $environment: see its words above; run make again to go on."
touch "$environment/.ready"
