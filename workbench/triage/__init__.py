"""Reading findings with what people decided about them: list, suppress, group. Nothing here writes to the lake."""
