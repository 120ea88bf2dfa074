"""AEtest script: the licensing of every device in the testbed is as its ``smart_licensing`` data asks for.

The sections come from nornir_smartlic.pyats; add test cases of your own below.
"""

from nornir_smartlic import pyats as licensing


class CommonSetup(licensing.CommonSetup):
    """Connects to the devices."""


class LicensingCompliance(licensing.LicensingCompliance):
    """Every rule on every device."""


class CommonCleanup(licensing.CommonCleanup):
    """Disconnects."""


if __name__ == "__main__":
    import argparse
    import sys

    from pyats import aetest
    from pyats.topology import loader

    parser = argparse.ArgumentParser()
    parser.add_argument("--testbed", required=True, type=loader.load)
    sys.exit(licensing.exit_code(aetest.main(**vars(parser.parse_known_args()[0]))))
