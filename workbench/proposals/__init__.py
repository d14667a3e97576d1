"""Proposals of corrections: made by one person, decided by another, kept in the operations store for ever."""
