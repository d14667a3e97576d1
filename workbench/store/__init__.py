"""The operations store: what people decide, in SQLite by default or in the team's PostgreSQL.

The only place people write to; the lake can be rebuilt from the original files plus this store. Rows are never changed
but for being ended once: who decided what, when and why stays readable.
"""
