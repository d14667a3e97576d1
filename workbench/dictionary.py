"""The written catalogue as Markdown in both languages: core tables, marts, rules with their examples.

Everything is taken from contracts and headers; nothing is said here that is not said there. Where the pages are kept
is the caller's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.models import build_models
from workbench.proposals.kinds import KINDS
from workbench.words import LABELS

if TYPE_CHECKING:
    from workbench.catalogue import Catalogue, Rule
    from workbench.contracts import Column, Table
    from workbench.header import Case

# The pages are the same on any day.
_ANY_DAY = dt.date(2025, 12, 31)

PROCESSES = {
    "receiving": "Receiving · 收货",
    "codes": "Codes and master data · 编码与档案",
    "batch": "Batches and expiry · 批次与效期",
    "control": "Authorisation and documents · 授权与单据",
    "ledger": "Stock ledger · 库存流水",
    "stocktake": "Stocktakes · 盘点",
    "stock_level": "Stock levels · 库存水平",
}
ASSERTIONS = {
    "existence": "existence · 存在",
    "completeness": "completeness · 完整",
    "accuracy": "accuracy · 准确",
    "cutoff": "cutoff · 截止",
    "valuation": "valuation · 计价",
    "authorisation": "authorisation · 授权",
}


def data_dictionary(contracts: Mapping[str, Table]) -> str:
    """One section per core table: its columns in order with type, key, obligation and meaning."""
    parts = [
        "# Data dictionary · 数据字典",
        "Tables of the schema `core`. Every row also carries `file_id` and `row_no`: the file it came from and its "
        "place there. Key: the columns that make a row the same row when it is exported again. Obligatory: a file "
        "without the column is refused.",
        "`core` 中的表。每行还带有 `file_id` 和 `row_no`，即来源文件和行号。主键：再次导出时据此认定为同一行。"
        "必需：文件缺少该列则拒绝载入。",
        _table(
            ["table · 表", "title", "名称"],
            [[f"[{t.name}](#{t.name})", t.title, t.title_zh] for t in contracts.values()],
        ),
    ]
    for table in contracts.values():
        parts += [f"## {table.name}", f"{table.title} · {table.title_zh}"]
        parts.append(
            _table(
                ["column · 列", "type · 类型", "key · 主键", "obligatory · 必需", "meaning", "含义"],
                [_column_row(column) for column in table.columns.values()],
            )
        )
    return _page(parts)


def models_page(catalogue: Catalogue, contracts: Mapping[str, Table]) -> str:
    """One section per mart: what a row is, what it is made from, its columns with their types."""
    columns = _columns_of_models(catalogue, contracts)
    parts = [
        "# Marts · 派生表",
        "Tables of the schema `mart`, each derived by one SELECT in `pipelines/models/`. · `mart` 中的表，每张由 "
        "`pipelines/models/` 中的一条 SELECT 得出。",
    ]
    for model in catalogue.models.values():
        header = model.file.header
        readers = sorted(rule.rule_id for rule in catalogue.rules.values() if f"mart.{model.name}" in rule.tables)
        parts += [
            f"## {model.name}",
            f"{header['title']} · {header['title_zh']}",
            f"{header['what']}",
            f"{header['what_zh']}",
            _table(
                ["", ""],
                [
                    ["one row per · 每行对应", _codes(header["grain"])],
                    ["made from · 来自", _codes(sorted(model.tables))],
                    ["read by · 用于", ", ".join(f"[{r}](rules/{r}.md)" for r in readers) or "—"],
                ],
            ),
            _table(["column · 列", "type · 类型"], [[f"`{name}`", kind] for name, kind in columns[model.name]]),
        ]
    return _page(parts)


def rules_index(rules: Mapping[str, Rule]) -> str:
    """All rules by process, each with a link to its page."""
    parts = [
        "# Rules · 规则",
        f"{len(rules)} rules. Each is one file below `checks/rules/`; these pages are made from them.",
        f"共 {len(rules)} 条规则，每条是 `checks/rules/` 下的一个文件，本目录各页由其生成。",
    ]
    for process in sorted({rule.process for rule in rules.values()}, key=_place_of_process):
        parts.append(f"## {PROCESSES.get(process, process)}")
        parts.append(
            _table(
                ["rule · 规则", "title", "名称", "severity · 级别"],
                [
                    [
                        f"[{rule.rule_id}]({rule.rule_id}.md)",
                        rule.text("title"),
                        rule.text("title", "zh"),
                        _both(rule.severity),
                    ]
                    for rule in rules.values()
                    if rule.process == process
                ],
            )
        )
    return _page(parts)


def rule_page(rule: Rule) -> str:
    """Everything about one rule: why, what to do, parameters, examples, the question itself in SQL."""
    header = rule.file.header
    parts = [
        f"# {rule.rule_id}",
        f"**{rule.text('title')} · {rule.text('title', 'zh')}**",
        _table(
            ["", ""],
            [
                ["process · 流程", PROCESSES.get(rule.process, rule.process)],
                ["severity · 级别", _both(rule.severity)],
                ["assertion · 认定", ASSERTIONS[rule.assertion]],
                ["a finding is one · 每个问题对应", _codes(rule.grain)],
                ["reads · 读取", _codes(sorted(rule.tables))],
                *_links(rule),
                *_corrected_by(rule),
            ],
        ),
    ]
    for name, title in (
        ("message", "What it says · 提示"),
        ("why", "Why it matters · 为何重要"),
        ("fix", "What to do · 如何处理"),
    ):
        parts += [f"## {title}", rule.text(name), rule.text(name, "zh")]
    if header.get("not_applicable"):
        parts += ["## When it does not apply · 何时不适用", header["not_applicable"], header["not_applicable_zh"]]
    if rule.needs:
        parts += [f"A row without {_codes(rule.needs)} is not tested. · 缺少 {_codes(rule.needs)} 的行不检查。"]
    if rule.params:
        notes, notes_zh = header.get("param_notes", {}), header.get("param_notes_zh", {})
        rows = [
            [f"`{name}`", _shown(value), " ".join(str(n[name]) for n in (notes, notes_zh) if name in n)]
            for name, value in rule.params.items()
        ]
        parts += ["## Parameters · 参数", _table(["parameter · 参数", "default · 默认", "meaning · 含义"], rows)]
    parts.append("## Examples · 示例")
    for case in rule.cases:
        parts += _case_parts(case)
    parts += ["## SQL", f"```sql\n{rule.sql}\n```"]
    return _page(parts)


def pages(catalogue: Catalogue, contracts: Mapping[str, Table]) -> dict[str, str]:
    """All pages by their path below the documentation's folder."""
    return {
        "dictionary.md": data_dictionary(contracts),
        "models.md": models_page(catalogue, contracts),
        "rules/index.md": rules_index(catalogue.rules),
        **{f"rules/{rule.rule_id}.md": rule_page(rule) for rule in catalogue.rules.values()},
    }


def _column_row(column: Column) -> list[str]:
    meaning = column.description
    if column.choices:
        meaning += f": {', '.join(f'`{choice}`' for choice in column.choices)}"
    obligatory = "yes · 是" if column.is_required else ""
    return [f"`{column.name}`", column.sql_type, "●" if column.is_key else "", obligatory, meaning, column.title_zh]


def _case_parts(case: Case) -> list[str]:
    verdict = "found · 查出" if case.is_failing else "nothing to find · 无问题"
    parts = [f"### {case.name[:1].upper()}{case.name[1:]} ({verdict})"]
    if case.settings:
        parts.append(", ".join(f"`{name}` = {_shown(value)}" for name, value in case.settings.items()))
    for name, rows in case.tables.items():
        parts += [f"`{name}`", _rows_table(rows)]
    if case.is_failing:
        parts += ["finding · 问题", _rows_table(case.expect)]
    return parts


def _corrected_by(rule: Rule) -> list[list[str]]:
    """The correction that `workbench propose` fills in for its findings."""
    hints = rule.file.header.get("correction")
    if not hints:
        return []
    english, chinese = KINDS[hints["kind"]].title
    return [["corrected by · 更正方式", f"{english} · {chinese} (`{hints['kind']}`)"]]


def _links(rule: Rule) -> list[list[str]]:
    if not rule.consequence_of:
        return []
    causes = ", ".join(f"[{name}]({name}.md)" for name in rule.consequence_of)
    return [["look first at · 可能源于", causes]]


def _rows_table(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _table(names, [[_shown(row.get(name)) for name in names] for row in rows])


def _columns_of_models(catalogue: Catalogue, contracts: Mapping[str, Table]) -> dict[str, list[tuple[str, str]]]:
    """Names and types, as DuckDB gives them for empty core tables."""
    import duckdb

    con = duckdb.connect()
    con.execute("CREATE SCHEMA core; CREATE SCHEMA mart;")
    for table in contracts.values():
        con.execute(table.ddl())
    wanted = frozenset(f"mart.{name}" for name in catalogue.models)
    build_models(con, catalogue.models_for(wanted), {"as_of": _ANY_DAY})
    columns = {
        name: [(str(row[0]), str(row[1])) for row in con.execute(f'DESCRIBE mart."{name}"').fetchall()]
        for name in catalogue.models
    }
    con.close()
    return columns


def _place_of_process(process: str) -> tuple[int, str]:
    known = list(PROCESSES)
    return (known.index(process) if process in known else len(known), process)


def _both(word: str) -> str:
    english, chinese = LABELS[word]
    return f"{english} · {chinese}"


def _shown(value: Any) -> str:
    return "" if value is None else "true" if value is True else "false" if value is False else str(value)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part.strip() for part in parts) + "\n"
