"""`python -m workbench`: the command line without its script."""

from workbench.cli import main

main()
