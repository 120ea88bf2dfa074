"""AEtest script: the licensing of every device in the testbed is as its ``smart_licensing`` data asks for.

The sections come from nornir_smartlic.pyats, a test case for each group of rules; leave out what is not yours to prove,
and add test cases of your own below.
"""

from nornir_smartlic import pyats as licensing


class CommonSetup(licensing.CommonSetup):
    """Connects to the devices."""


class ConfigurationCompliance(licensing.ConfigurationCompliance):
    """What is configured, and saved."""


class LicenseCompliance(licensing.LicenseCompliance):
    """Trust, accounts, boot levels, what may be used."""


class ReportingCompliance(licensing.ReportingCompliance):
    """Reports and their acknowledgements."""


class RegistrationCompliance(licensing.RegistrationCompliance):
    """Devices before Smart Licensing Using Policy, and releases."""


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
