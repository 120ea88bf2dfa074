"""pyATS job: prove the licensing of a testbed.

pyats run job playbooks/compliance_job.py --testbed-file inventory/testbed.yaml
"""

from pathlib import Path
from typing import Any

from pyats.easypy import run


def main(runtime: Any) -> None:
    """One task; every device of the testbed is judged."""
    script = Path(__file__).with_name("compliance_test.py")
    run(str(script), runtime=runtime, taskid="licensing compliance")
