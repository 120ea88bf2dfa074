#!/bin/sh
# The runner's part in compose.yaml: the main job on the lab next door, as a user types it. Exit code 0: compliant.
set -eu
share=${1:-/share}
fleet="-c $share/inventory/config.yaml"
online="-F group=campus -F group=branches -F group=data-center"

waited=0
until [ -f "$share/ready" ]; do
  waited=$((waited + 1))
  [ "$waited" -le 60 ] || { echo "runner: no lab after 60 s" >&2; exit 3; }
  sleep 1
done

run() {
  expected=$1
  shift
  echo
  echo "$ smartlic $*"
  status=0
  smartlic "$@" || status=$?
  [ "$status" = "$expected" ] || { echo "runner: exit code $status, expected $expected" >&2; exit 1; }
}

run 1 $fleet audit
run 0 $fleet apply
run 0 $fleet trust --token-file "$share/inventory/tokens.yaml"
run 0 $fleet sync
run 0 $fleet reports collect -F group=vault -d "$HOME/reports"
run 0 $fleet audit $online
