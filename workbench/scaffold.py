"""Making a project folder: a copy of the sources, rules, notebooks and sample that come with the workbench.

They lie inside the wheel; in a checkout of the repository they are the repository's own folders.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.errors import ConfigurationError
from workbench.settings import FILE_NAME

FOLDERS = ("pipelines", "checks", "notebooks", "data")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")

_SETTINGS = """\
# Settings of this project. Everything has a default; each can also be set as WORKBENCH_SECTION__NAME.
# 本项目的设置。每一项都有默认值，也可以用环境变量 WORKBENCH_SECTION__NAME 设置。

[shop]
# language = "zh"                 # en or zh · 语言
# currency = "CNY"

[lake]
# catalogue = "sqlite"            # or a PostgreSQL address: "dbname=stock host=db user=audit"
# data_path = "var/lake"
# memory_limit = "4GB"

[store]
# address = "sqlite"              # what people decide; or a PostgreSQL address, also the catalogue's · 人工决定的存放处

[check]
# fail_on = "low"                 # exit code 10 from this severity on: critical high medium low never

# Who is told of what (`workbench alerts test` tries it); addresses as on https://appriseit.com/services/
# 通知何人、通知什么（用 `workbench alerts test` 测试）；地址写法见 https://appriseit.com/services/
# [alerts]
# fallback = "mail"               # where a channel fails · 渠道失败时改用
# quiet_from = "22:00"            # call `workbench alerts send` at the end of quiet hours · 静默结束时运行它
# quiet_until = "07:00"
# escalate_after_hours = 24       # not acknowledged by then · 逾期无人确认则升级
# escalate_to = "mail"
# [alerts.channels]
# mail = "env:WORKBENCH_MAIL"     # mailto://user:password@server?from=…&to=… in the environment · 密码放在环境变量中
# group = "env:WORKBENCH_GROUP"   # feishu://… dingtalk://… wecombot://… slack://… json://…
# [[alerts.routes]]
# channels = ["group"]
# severity = "high"               # and graver · 及以上
# send = "at_once"                # or digest: one message · 或 digest：汇总为一条

# What is expected of a load (checks/suites has all); outside warn it is flagged, outside fail it is held in quarantine:
# 对载入的要求（全部见 checks/suites）；超出 warn 提醒，超出 fail 隔离：
# [gates.load.rows_vs_weekday]
# warn = { min = 0.6, max = 2.5 }
# fail = { min = 0.4 }
# [gates.receipt_line."unknown.product_code"]
# enabled = false

# Parameters of a rule, for the shop, a category or a supplier (`workbench rule show RULE` lists them):
# [rules.receipt_over_order]
# tolerance_share = 0.02
# [rules.receipt_over_order.category."生鲜"]
# tolerance_share = 0.05
# [rules.receipt_over_order.supplier."S001"]
# tolerance_share = 0.0
"""


def origin() -> Path:
    """Where the folders to copy lie: inside the installed package, else the repository around it."""
    package = Path(__file__).parent
    inside = package / "_project"
    return inside if inside.is_dir() else package.parent


def make_project(folder: Path) -> Path:
    """Make a working project in a folder that does not exist yet or is empty; the folder.

    Raises ConfigurationError where something is in the way: nothing of anybody's is overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder} is not empty: name a new folder.")
    source = origin()
    if not (source / "checks" / "rules").is_dir():
        raise ConfigurationError(f"{source} holds no rules to copy: install the package again.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name, ignore=_LEFT_OUT)
    (folder / "inbox").mkdir()
    (folder / FILE_NAME).write_text(_SETTINGS, encoding="utf-8")
    return folder
