#!/usr/bin/env bash
# Builds the image with buildah, starts it, and asks it for a verdict; says its size and its user.
# Without a registry to pull from, BASE=debootstrap makes the base from Debian's packages (needs root and debootstrap).
set -euo pipefail
cd "$(dirname "$0")/.."
image="${IMAGE:-defect-lens:latest}"
port="${PORT:-8599}"
if ! command -v buildah > /dev/null; then
    echo "Skipped: buildah is not installed."
    exit 0
fi
export STORAGE_DRIVER="${STORAGE_DRIVER:-vfs}" BUILDAH_ISOLATION="${BUILDAH_ISOLATION:-chroot}"
work=$(mktemp -d)
container=""
server=""
finish() {
    [ -z "$server" ] || kill "$server" 2> /dev/null || true
    [ -z "$container" ] || buildah rm "$container" > /dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT

options=(--network host --layers --format docker)
if [ "${BASE:-}" = debootstrap ]; then
    base=$(sed -n 's/^ARG BASE=//p' container/Dockerfile)
    if ! buildah inspect --type image "$base" > /dev/null 2>&1; then
        echo "Making the base $base from Debian's packages …"
        debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$work/root" > "$work/log" ||
            { tail "$work/log"; exit 1; }
        made=$(buildah from scratch)
        buildah add --quiet "$made" "$work/root" / > /dev/null
        buildah commit --quiet "$made" "$base" > /dev/null
        buildah rm "$made" > /dev/null
        rm -rf "$work/root"
    fi
    options+=(--pull-never)
fi
# What pip here needs to reach packages, pip in there needs too.
for file in /etc/ssl/certs /etc/pip.conf; do
    [ ! -e "$file" ] || options+=(--volume "$file:$file:ro")
done
for variable in PIP_INDEX_URL PIP_EXTRA_INDEX_URL; do
    [ -z "${!variable:-}" ] || options+=(--build-arg "$variable=${!variable}")
done
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || options+=(--build-arg PIP_CERT=/etc/ssl/certs/ca-certificates.crt)
echo "Building $image …"
buildah bud --quiet "${options[@]}" --file container/Dockerfile --tag "$image" . > /dev/null

container=$(buildah from --pull-never "$image")
mounted=$(buildah mount "$container")
echo "Size: $(du -sm "$mounted" | cut -f1) MB. User: $(buildah run "$container" -- id -un)."
buildah run "$container" -- defect-lens app --port "$port" > "$work/log" 2>&1 &
server=$!
address="http://localhost:$port/api"
for _ in $(seq 120); do
    ! curl --silent --fail "$address/health" > "$work/health" || break
    kill -0 "$server" 2> /dev/null || { cat "$work/log"; exit 1; }
    sleep 0.5
done
buildah run "$container" -- defect-lens scenes render casting --count 1 --out /tmp/scenes > /dev/null
photo=$(find "$mounted/tmp/scenes" -name '*.jpg' | head -1)
curl --silent --fail -F "files=@$photo" "$address/classify?model=casting-mobilenetv2" |
    python3 -c 'import json, sys; (record,) = json.load(sys.stdin); print("Verdict:", record["verdict"], record["reason"])'
