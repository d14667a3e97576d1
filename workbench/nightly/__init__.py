"""The nightly run: what lies in the inbox is taken in, checked, and put away, once at a time, with a record of it."""
