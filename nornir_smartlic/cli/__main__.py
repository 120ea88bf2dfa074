"""``python -m nornir_smartlic.cli``: the same as ``smartlic``."""

from nornir_smartlic.cli import main

main()
