"""The only module that imports Great Expectations: judges figures, and publishes what it judged as Data Docs.

It runs as a process of its own (`python -m workbench.gates.expectations`), since importing the library takes six
seconds: one request per line on stdin, one answer per line on stdout, both JSON, and nothing else is printed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

# What the library calls the limits that flag and those that hold back.
_SEVERITY = {"warn": "warning", "fail": "critical"}


class Judge:
    """A context that lives only in this process, and what was judged in it."""

    def __init__(self) -> None:
        import great_expectations as gx

        self._gx: Any = gx
        self._begin()

    def _begin(self) -> None:
        context: Any = self._gx.get_context(mode="ephemeral")
        self._context = context
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        self._source: Any = self._context.data_sources.add_pandas("figures")
        for site in list(self._context.get_site_names()):
            self._context.delete_data_docs_site(site)

    def judge(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Judge the figures of one load by a checkpoint; for each limit whether it is kept, or why that is unknown."""
        import great_expectations.expectations as library
        import pandas as pd

        gxe: Any = library

        name, batch = str(request["suite"]), str(request["batch"])
        suite = self._gx.ExpectationSuite(name=name)
        results: dict[str, dict[str, Any]] = {}
        for number, limit in enumerate(request["limits"]):
            fault = _limits_fault(limit["min"], limit["max"])
            if fault:
                results[str(number)] = {"error": fault}
                continue
            if request["figures"].get(limit["figure"], 0) is None:
                # There is nothing to measure: on the pages it would stand as failed.
                results[str(number)] = {"kept": True}
                continue
            try:
                # The largest of a single row is the figure itself. Looking at values one by one takes three times as
                # long, and pages would show counts of rows in place of the figure.
                suite.add_expectation(
                    gxe.ExpectColumnMaxToBeBetween(
                        column=limit["figure"],
                        min_value=limit["min"],
                        max_value=limit["max"],
                        severity=_SEVERITY[limit["kind"]],
                        meta={"number": str(number), "notes": {"format": "string", "content": [limit["title"]]}},
                    )
                )
            except Exception as error:  # The library has many, and each means that this limit cannot be judged.
                results[str(number)] = {"error": _first_line(str(error))}
        frame = pd.DataFrame([{k: float(v) for k, v in request["figures"].items() if v is not None}])
        # A suite without any expectation would be no answer to publish.
        for one in self._validated(suite, batch, frame) if suite.expectations else ():
            judged = str(one["expectation_config"]["meta"]["number"])
            fault = _fault(one.get("exception_info") or {})
            results[judged] = {"error": fault} if fault else {"kept": bool(one["success"])}
        return {"results": [results.get(str(n), {"error": "no answer"}) for n in range(len(request["limits"]))]}

    def publish(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Write what was judged since the last time as a static site, and forget it."""
        site = {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(Path(request["folder"])),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        }
        self._context.add_data_docs_site(site_name="published", site_config=site)
        try:
            self._context.build_data_docs(site_names=["published"])
        finally:
            self._begin()
        return {"folder": request["folder"]}

    def _validated(self, suite: Any, batch: str, frame: Any) -> list[Any]:
        context, gx = self._context, self._gx
        suite = context.suites.add_or_update(suite)
        names = {asset.name for asset in self._source.assets}
        if batch in names:
            self._source.delete_asset(batch)
        asset = self._source.add_dataframe_asset(batch)
        data = asset.add_batch_definition_whole_dataframe("figures")
        definition = context.validation_definitions.add_or_update(
            gx.ValidationDefinition(name=suite.name, data=data, suite=suite)
        )
        checkpoint = context.checkpoints.add_or_update(
            gx.Checkpoint(name=suite.name, validation_definitions=[definition], result_format="SUMMARY")
        )
        result = checkpoint.run({"dataframe": frame}, run_id=gx.RunIdentifier(run_name=batch))
        return [one.to_json_dict() for run in result.run_results.values() for one in run.results]


def _limits_fault(low: Any, high: Any) -> str:
    """What the library would take for an expectation that is always, or never, met."""
    if low is None and high is None:
        return "it has no limit"
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high:
        return f"its limits cross: {low} is above {high}"
    return ""


def _fault(info: Mapping[str, Any]) -> str:
    """What broke an expectation, from the library's two shapes of telling it; empty where nothing did."""
    found = [info] if "raised_exception" in info else [i for i in info.values() if isinstance(i, Mapping)]
    for one in found:
        if one.get("raised_exception"):
            return _first_line(str(one.get("exception_message") or "it cannot be judged"))
    return ""


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return " ".join(lines)[:300] if lines else "it cannot be judged"


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer one request after another until there are no more."""
    judge = Judge()
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    for line in requests:
        request = json.loads(line)
        try:
            answer = judge.publish(request) if request["do"] == "publish" else judge.judge(request)
        except Exception as error:  # Whatever breaks, this load has no verdict; the next may have one.
            answer = {"error": f"{type(error).__name__}: {_first_line(str(error))}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


@contextmanager
def _own_output() -> Iterator[TextIO]:
    """The real stdout for answers alone; whatever the library prints goes nowhere."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers, open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        yield answers


def main() -> None:
    """Serve the process that started this one."""
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    # No call home about being used.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _own_output() as answers:
        serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
