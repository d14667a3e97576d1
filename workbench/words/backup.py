"""Sentences about backups, in English and Chinese."""

from __future__ import annotations

BACKUP_SENTENCES: dict[str, tuple[str, str]] = {
    "backup_made": ("Backed up to {path} ({size} MB, {how}).", "已备份到 {path}（{size} MB，{how}）。"),
    "backup_encrypted": ("encrypted", "已加密"),
    "backup_plain": ("not encrypted", "未加密"),
    "backups_removed": ("{count} older backups were removed.", "已清除 {count} 个旧备份。"),
    "backup_none": (
        "There is no backup in {folder}: make one with `workbench backup`.",
        "{folder} 中没有备份：用 `workbench backup` 备份。",
    ),
    "backup_restored": (
        "{path} is as it was at {made_at} UTC: {files} files, each with its hash.",
        "{path} 已恢复到 {made_at}（UTC）：共 {files} 个文件，指纹全部一致。",
    ),
    "backup_rehearsed": (
        "The backup of {made_at} UTC can be restored: {files} files, each with its hash.",
        "{made_at}（UTC）的备份可以恢复：共 {files} 个文件，指纹全部一致。",
    ),
    "backup_failed": ("No backup was made: {reason}", "备份失败：{reason}"),
    "rehearsal_failed": (
        "The newest backup could not be restored and proved: {reason}",
        "最新的备份无法恢复或核对不符：{reason}",
    ),
}
