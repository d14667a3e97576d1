"""Gates: whether a load, or a run, looks as it should, judged by Great Expectations on a few figures."""
