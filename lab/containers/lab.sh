#!/bin/sh
# The lab's part in compose.yaml: runs the default lab under the name that the runner knows, and writes the inventory.
set -eu
share=${1:-/share}
rm -f "$share/ready"
(
  until smartlic-lab status >/dev/null 2>&1; do sleep 1; done
  smartlic-lab inventory --format nornir -o "$share/inventory"
  touch "$share/ready"
) &
exec smartlic-lab up default --address 0.0.0.0 --host "$(hostname)"
