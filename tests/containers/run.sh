#!/usr/bin/env bash
# Builds the image of lab/Dockerfile without a network, starts lab/compose.yaml in a network namespace of its own, and
# waits for the runner, which does the main job on the lab. Needs root and the packages that .ci/run installs.
# What it makes lies in a temporary folder and is removed, the namespace too.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
PYTHON=$(realpath -s "${PYTHON:-python3}")

for tool in podman debootstrap ip nsenter runc; do
  command -v "$tool" >/dev/null || { echo "test-containers: $tool is missing; .ci/run installs what is needed" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "test-containers: needs root, for debootstrap and a network namespace" >&2; exit 2; }

work=$(mktemp -d)
cache=${SMARTLIC_CONTAINER_CACHE:-$top/dist/containers}
namespace=smartlic-$$
cleanup() {
  set +e
  compose down --volumes --timeout 2 >/dev/null 2>&1
  podman_ ps --all --quiet | xargs -r -n1 nsenter --net="/run/netns/$namespace" podman rm --force >/dev/null 2>&1
  ip netns delete "$namespace" 2>/dev/null
  rm -rf "$work"
}

# crun fails on hybrid cgroups, journald is not everywhere, and limits above the machine's own are refused.
cat > "$work/containers.conf" <<CONF
[containers]
default_ulimits=["nofile=1024:4096","nproc=4096:8192"]
[engine]
cgroup_manager="cgroupfs"
events_logger="file"
runtime="runc"
CONF
cat > "$work/storage.conf" <<CONF
[storage]
driver = "vfs"
graphroot = "$work/store"
runroot = "$work/run"
CONF
export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
# Its own files of networks: bridges of other podmans on this machine are none of ours.
podman_() { nsenter --net="/run/netns/$namespace" podman --network-config-dir "$work/networks" "$@"; }
compose() {
  nsenter --net="/run/netns/$namespace" "$PYTHON" -m podman_compose \
    --podman-args "--network-config-dir $work/networks" -p smartlic -f lab/compose.yaml "$@"
}
ip netns add "$namespace"
trap cleanup EXIT
ip -n "$namespace" link set lo up

say() { printf '\n== %s\n' "$*"; }

say "base image"
mkdir -p "$cache"
if [ ! -f "$cache/base.tar" ]; then
  # The machine's own mirror and release: no host name stands in this repository.
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $release" | sort -u | head -n 1)
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$release" "$work/root" "$mirror" >"$work/debootstrap.log" 2>&1 \
    || { tail -n 20 "$work/debootstrap.log" >&2; exit 1; }
  tar -C "$work/root" -cf "$cache/base.tar.part" . && mv "$cache/base.tar.part" "$cache/base.tar"
  rm -rf "$work/root"
fi
podman_ import --quiet "$cache/base.tar" localhost/smartlic-base >/dev/null

say "wheels"
# For the Python of the base image, which need not be ours.
version=$(podman_ run --rm --network=none localhost/smartlic-base python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
rm -rf dist/wheels && mkdir -p dist/wheels
"$PYTHON" -m pip wheel --quiet --quiet --no-deps --wheel-dir dist/wheels .
"$PYTHON" -m pip download --quiet --quiet --dest dist/wheels --python-version "$version" --only-binary=:all: \
  "$(ls dist/wheels/nornir_smartlic-*.whl)[lab,scrapli]" hatchling

say "image"
podman_ build --quiet --network=none --file lab/Dockerfile --tag nornir-smartlic \
  --build-arg BASE=localhost/smartlic-base --build-arg PIP_OPTIONS="--no-index --find-links=/src/dist/wheels" . >/dev/null

say "lab and runner"
compose up --no-build --detach
status=$(podman_ wait smartlic_runner_1)
podman_ logs smartlic_runner_1
if [ "$status" != 0 ]; then
  say "the lab said"
  podman_ logs smartlic_lab_1 2>&1 | tail -n 40
  echo "test-containers: the runner ended with $status, expected 0" >&2
  exit 1
fi
say "1 passed, 0 failed"
