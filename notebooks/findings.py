# What is wrong, by money: the first screen of an auditor. Layout and questions only; figures come from the engine.
#
#     marimo run notebooks/findings.py            in a project folder, after `workbench check`
#     marimo run notebooks/findings.py -- --project DIR

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Stock Workbench: findings 问题")


@app.cell
def _():
    from pathlib import Path

    import altair as alt
    import marimo as mo
    import polars as pl

    from workbench.project import Project
    from workbench.triage.listing import last_run, list_findings, money_by_rule

    return Path, Project, alt, last_run, list_findings, mo, money_by_rule, pl


@app.cell
def _(Path, Project, mo):
    project = Project(Path(mo.cli_args().get("project") or mo.notebook_dir().parent))
    mo.stop(
        not project.lake.exists,
        mo.md("Nothing was loaded yet: run `workbench ingest FILE…`.　还没有数据：请运行 `workbench ingest 文件…`。"),
    )
    lake = project.lake.read()
    return lake, project


@app.cell
def _(mo, project):
    language = mo.ui.radio(
        {"English": "en", "中文": "zh"},
        value="中文" if project.settings.shop.language == "zh" else "English",
        inline=True,
    )
    language
    return (language,)


@app.cell
def _(lake, language, last_run, mo):
    run = last_run(lake)
    mo.stop(not run, mo.md("Nothing was checked yet: run `workbench check`.　还没有检查过：请运行 `workbench check`。"))
    is_chinese = language.value == "zh"
    mo.hstack(
        [
            mo.stat(
                str(run["as_of"]),
                label="截至" if is_chinese else "As of",
                caption=f"{'第' if is_chinese else 'run '}{run['run_id']}{' 次检查' if is_chinese else ''}",
            ),
            mo.stat(
                f"{run['violated']:,}",
                label="问题数" if is_chinese else "Findings",
                caption=f"{run['tested']:,} {'行检查' if is_chinese else 'rows tested'}",
            ),
            mo.stat(f"{run['new']:,}", label="新问题" if is_chinese else "New"),
            mo.stat(f"{run['resolved']:,}", label="已解决" if is_chinese else "Resolved"),
        ],
        justify="start",
        gap=2,
    )
    return (is_chinese,)


@app.cell
def _(alt, is_chinese, lake, mo, money_by_rule, pl, project):
    by_rule = pl.DataFrame(
        [
            {
                "title": project.catalogue.rules[rule].text("title", "zh" if is_chinese else "en"),
                "severity": severity,
                "findings": count,
                "money": float(money),
            }
            for rule, severity, count, money in money_by_rule(lake)
            if rule in project.catalogue.rules
        ],
        schema={"title": pl.String, "severity": pl.String, "findings": pl.Int64, "money": pl.Float64},
    )
    mo.stop(by_rule.is_empty(), mo.md("没有问题。" if is_chinese else "Nothing is wrong."))
    dearest = by_rule.row(0, named=True)
    currency = project.settings.shop.currency
    headline = (
        f"涉及金额最大：{dearest['title']}，{dearest['money']:,.2f} {currency}"
        if is_chinese
        else f"Most money at risk: {dearest['title']}, {dearest['money']:,.2f} {currency}"
    )
    chart = (
        alt.Chart(by_rule, title=headline, width=520)
        .mark_bar()
        .encode(
            x=alt.X("money:Q", title=f"{'涉及金额' if is_chinese else 'amount at risk'} ({currency})"),
            y=alt.Y("title:N", sort="-x", title=None, axis=alt.Axis(labelLimit=320)),
            # Red only for what needs action at once; the palette is safe for the colour-blind.
            color=alt.Color(
                "severity:N",
                scale=alt.Scale(
                    domain=["critical", "high", "medium", "low"], range=["#b2182b", "#e08214", "#5e81ac", "#a6bddb"]
                ),
                title="级别" if is_chinese else "severity",
            ),
            tooltip=["title", "severity", "findings", alt.Tooltip("money", format=",.2f")],
        )
        .configure(font="Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, PingFang SC, sans-serif")
    )
    chart
    return


@app.cell
def _(is_chinese, mo):
    severity = mo.ui.dropdown(
        ["critical", "high", "medium", "low"], label="级别" if is_chinese else "Severity", allow_select_none=True
    )
    severity
    return (severity,)


@app.cell
def _(is_chinese, lake, list_findings, mo, severity):
    names, rows = list_findings(lake, severity=severity.value or "")
    shown = ["severity", "rule_id", "occurred_date", "location_code", "document_no", "product_code", "amount_at_risk"]
    text = "message_zh" if is_chinese else "message"
    mo.ui.table(
        [
            {
                **{n: None if row[names.index(n)] is None else str(row[names.index(n)]) for n in shown},
                "message": row[names.index(text)],
                "evidence": row[names.index("evidence")],
            }
            for row in rows
        ],
        page_size=20,
        selection=None,
        label="问题清单" if is_chinese else "Findings, gravest and dearest first",
    )
    return


if __name__ == "__main__":
    app.run()
