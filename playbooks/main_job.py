"""The main job, with the tasks alone: audit, apply, trust, report, prove.

    python playbooks/main_job.py config.yaml

The token for trust comes from the environment variable SMARTLIC_TOKEN. Exit code 0: compliant at the end.
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


def step(fleet: Nornir, title: str, task: Callable[..., Any], **arguments: Any) -> AggregatedResult:
    """Run one task on all hosts and say how it went, a line each."""
    print(f"\n== {title}")
    results = fleet.run(task, **arguments)
    for host, result in sorted(results.items()):
        print(f"   {host}: {result.exception or ('changed' if result.changed else 'nothing to do')}")
    return results


def findings(fleet: Nornir, title: str) -> int:
    """Audit all hosts, print what is wrong, and count it."""
    print(f"\n== {title}")
    wrong = 0
    for host, result in sorted(fleet.run(verify_compliance).items()):
        if result.failed:
            print(f"   {host}: {result.exception}")
            wrong += 1
            continue
        for finding in result.result.findings:
            if finding.verdict.is_finding:
                print(f"   {host}: {finding.rule_id} {finding.message}")
                wrong += 1
    return wrong


def main(config: str) -> int:
    """The whole way; returns the exit code."""
    fleet = InitNornir(config_file=config)
    findings(fleet, "audit")
    step(fleet, "apply", configure_licensing)
    if token := os.environ.get("SMARTLIC_TOKEN"):
        step(fleet, "trust", establish_trust, token=Secret(token))
    step(fleet, "report", sync_usage)
    left = findings(fleet, "prove")
    print(f"\n{left} findings left" if left else "\ncompliant")
    fleet.close_connections()
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "config.yaml"))
