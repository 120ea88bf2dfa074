"""For tests of one's own: judge hosts in pytest, or by YAML files without code. See `pytest_plugin`."""

from nornir_smartlic.testing.assertions import assert_compliant

__all__ = ["assert_compliant"]
