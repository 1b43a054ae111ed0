"""Run the command line as ``python -m emphasis``."""

from emphasis.cli import main

main()
