"""The command line: one module per group of commands, `main` as the way in.

Each command parses, calls the engine and prints; no logic of its own.
"""

from workbench.cli.app import main

__all__ = ["main"]
