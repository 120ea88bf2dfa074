"""``python -m smartlic_lab.cli``: the same as ``smartlic-lab``."""

from smartlic_lab.cli import main

main()
