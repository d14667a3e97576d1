"""Staff and accounts (员工/账号)."""

from workbench.contracts import Code, Contract, Flag, Text, column


class Staff(Contract):
    """One row of staff."""

    staff_code: Code = column("code", "员工编码", "Account or staff number", key=True)
    staff_name: Text = column("text", "姓名", "Name")
    role: Text = column("text", "角色", "Role in the POS")
    location_code: Code = column("code", "门店编码", "Where the person works")
    is_active: Flag = column("flag", "是否启用", "Whether the account may be used")

    class Config(Contract.Config):
        metadata = {"title": "Staff and accounts", "title_zh": "员工/账号"}
