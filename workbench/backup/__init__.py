"""Backups of a whole project: made while others work, kept for a while, restored and proved."""
