#!/bin/sh
# Unpacks the newer QGIS of Debian's backports beside the installed one: qgis_backports.sh FOLDER
# Only what the system lacks is fetched, as apt works it out, and nothing is installed.
# FOLDER/run COMMAND... then runs a command with that QGIS; it is written last.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
usr=$folder/root/usr
packages="qgis python3-qgis qgis-providers"

fail() { echo "$*" >&2; exit 1; }

# apt with lists and an archive of its own, so that it needs no rights and changes nothing.
apt() {
    command="apt-get -qq -o Dir::Etc::sourcelist=$folder/sources.list
        -o Dir::State::lists=$folder/lists -o Dir::Cache::archives=$folder/archives
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
        -o Debug::NoLocking=true -o APT::Sandbox::User=root"
    $command "$@" >>"$folder/log" 2>&1
}

# The mirror that the system itself uses, and the release whose backports fit it.
mirror() {
    apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
        awk -v release="$1" '$2 == release { print $1; exit }'
}

. /etc/os-release
[ "$ID" = debian ] || fail "Backports of QGIS are Debian's; this is $PRETTY_NAME."
uri=$(mirror "$VERSION_CODENAME")
[ -n "$uri" ] || fail "apt knows no mirror of $VERSION_CODENAME: check its sources."

echo "Unpacking the QGIS of $VERSION_CODENAME-backports into $1 (some 600 MB)." >&2
rm -rf "$folder/root" "$folder/archives" "$folder/log" "$folder/run"
mkdir -p "$folder/root" "$folder/lists/partial" "$folder/archives/partial"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $uri $VERSION_CODENAME-backports main" >"$folder/sources.list"
if ! { apt update && apt --yes --no-install-recommends --download-only \
    -t "$VERSION_CODENAME-backports" install $packages; }; then
    tail -n 20 "$folder/log" >&2
    fail "apt could not fetch QGIS: see its words above, mend that and run make again."
fi
for archive in "$folder"/archives/*.deb; do
    dpkg-deb -x "$archive" "$folder/root"
done
rm -rf "$folder/archives"
[ -x "$usr/bin/qgis" ] || fail "$VERSION_CODENAME-backports has no newer QGIS than the system's."

# Modules of PyQt come in several packages and must lie in one folder.
python=lib/python3/dist-packages
mkdir -p "$usr/$python/PyQt5"
cp -rsn "/usr/$python/PyQt5" "$usr/$python"
libraries=$(find "$usr/lib" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -s -d :)
cat >"$folder/run.partial" <<RUN
#!/bin/sh
export LD_LIBRARY_PATH="$libraries" PYTHONPATH="$usr/share/qgis/python:$usr/$python"
export QGIS_PREFIX_PATH="$usr" PATH="$usr/bin:\$PATH"
exec "\$@"
RUN
chmod +x "$folder/run.partial"
mv "$folder/run.partial" "$folder/run"
