"""The main job, with the tasks alone: audit, apply, trust, report, prove.

    python playbooks/main_job.py config.yaml

The token for trust comes from the environment variable SMARTLIC_TOKEN. Exit code 0: every host was read and is
compliant at the end; 1: findings are left; 3: a host was not read, or a step failed on it.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.task import AggregatedResult

from nornir_smartlic.model import Secret
from nornir_smartlic.tasks import configure_licensing, establish_trust, sync_usage, verify_compliance


def step(fleet: Nornir, title: str, task: Callable[..., Any], **arguments: Any) -> set[str]:
    """Run one task on all hosts, say how it went, a line each, and give the hosts on which it failed.

    ``on_failed``: Nornir would leave out the hosts of which an earlier step failed, and nobody would see them again.
    """
    print(f"\n== {title}")
    results: AggregatedResult = fleet.run(task, on_failed=True, **arguments)
    for host, result in sorted(results.items()):
        print(f"   {host}: {result.exception or ('changed' if result.changed else 'nothing to do')}")
    return {host for host in fleet.inventory.hosts if host not in results or results[host].failed}


def findings(fleet: Nornir, title: str) -> tuple[int, set[str]]:
    """Audit all hosts, print what is wrong, count it, and give the hosts that were not read."""
    print(f"\n== {title}")
    wrong = 0
    results = fleet.run(verify_compliance, on_failed=True)
    unread = {host for host in fleet.inventory.hosts if host not in results or results[host].failed}
    for host in sorted(fleet.inventory.hosts):
        if host in unread:
            print(f"   {host}: not read: {results[host].exception if host in results else 'not tried'}")
            continue
        for finding in results[host].result.findings:
            if finding.verdict.is_finding:
                print(f"   {host}: {finding.rule_id} {finding.message}")
                wrong += 1
    return wrong, unread


def main(config: str) -> int:
    """The whole way; returns the exit code."""
    fleet = InitNornir(config_file=config)
    findings(fleet, "audit")
    failed = step(fleet, "apply", configure_licensing)
    if token := os.environ.get("SMARTLIC_TOKEN"):
        failed |= step(fleet, "trust", establish_trust, token=Secret(token))
    failed |= step(fleet, "report", sync_usage)
    left, unread = findings(fleet, "prove")
    fleet.close_connections()
    print()
    if unread:
        print(f"not read, so not proven: {', '.join(sorted(unread))}")
    if failed - unread:
        print(f"a step failed on: {', '.join(sorted(failed - unread))}")
    print(f"{left} findings left" if left else "compliant" if not unread else "the other hosts are compliant")
    return 3 if unread or failed else 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "config.yaml"))
