"""Telling people: what is due to whom, in which words, through which channel. A failing channel fails nothing else."""
