"""Which encoding a text file has, and turning any that is not UTF-8 into a temporary UTF-8 file.

A guess counts only if the whole file decodes under it; a file that no candidate decodes is refused with the offset.
"""

from __future__ import annotations

import codecs
import os
import re
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from workbench.errors import InputRefused
from workbench.reading.survey import BLOCK, Survey, refusing

SAMPLE = 256 << 10
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In order of preference where two explain a file equally well. cp950 and cp932 are the Big5 and Shift-JIS that
# Windows writes; big5hkscs has the characters of Hong Kong besides.
_CANDIDATES = ("gb18030", "cp950", "big5hkscs", "cp932", "cp1252", "cp1250", "cp1251")
_ENOUGH = 0.6
_LETTERS = {
    "cp1252": set("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒ"),
    "cp1250": set("ąćęłńóśźżáčďéěíňřšťúůýžäöüôĺľŕőűăâîșțßĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽÄÖÜÔŐŰ"),
    "cp1251": {chr(code) for code in range(0x410, 0x450)} | set("ёЁіїєґІЇЄҐ№"),
}
_SIGNS = set("€£°²³½¼¾×®™©«»–—‘’“”…•§µ·¿¡ªº\xa0")
_FREQUENT = set(
    "商品名称名稱编码編碼编号編號规格規格单位單位数量數量单价單價金额金額日期仓库倉庫门店門店供应商供應商入库入庫出库"
    "盘点盤點库存庫存条码條碼批号批號生产生產有效期备注備註分类分類品牌类别類別状态狀態采购採購进价進價售价售價的"
    "一不大中小上年月日元个個瓶盒袋箱包罐件支水牛奶面麵饮飲料食油米酒茶果糖肉鱼魚菜香原味装裝红紅白"
)


def find_encoding(path: Path, survey: Survey) -> str:
    """Name of a Python codec for this text file; "utf-8" also where it begins with a BOM."""
    for mark, name in _BOMS:
        if survey.head.startswith(mark):
            return name
    if survey.nuls and (unmarked := _utf16_by_nuls(survey.head)):
        return unmarked
    if survey.not_utf8_at is None:
        return "utf-8"
    sample = _telling_bytes(path)
    if _is_damaged_utf8(sample):
        raise InputRefused(
            f"{path.name} is UTF-8 except for the byte at offset {survey.not_utf8_at:,}: repair it there, "
            "or name the encoding with the option `encoding`."
        )
    for name in [*_likeliest(sample), *_guessed(sample)]:
        if _decodes(path, name):
            return name
    raise InputRefused(
        f"{path.name} is neither UTF-8 (from the byte at offset {survey.not_utf8_at:,} on) nor in any encoding tried "
        f"({', '.join(_CANDIDATES)}): name its encoding with the option `encoding`."
    )


def _utf16_by_nuls(head: bytes) -> str | None:
    """UTF-16 without a mark: digits and delimiters leave a NUL in every second place, always on the same side."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 19 * even:
        name = "utf-16-le"
    elif even > 19 * odd:
        name = "utf-16-be"
    else:
        return None
    text = head[: len(head) // 2 * 2].decode(name, errors="replace")
    # A stray NUL in other text passes the count too, but then the "text" has no lines.
    return name if ("\n" in text or "\r" in text) and "\0" not in text else None


def _telling_bytes(path: Path) -> bytes:
    """The first lines that are not plain ASCII, wherever in the file they stand."""
    found: list[bytes] = []
    size = 0
    with refusing(path), path.open("rb") as file:
        while size < SAMPLE and (block := file.read(BLOCK)):
            if block.isascii():
                continue
            for line in re.split(rb"[\r\n]+", block + file.readline(BLOCK)):
                if not line.isascii():
                    found.append(line[:SAMPLE])
                    size += len(found[-1]) + 1
                    if size >= SAMPLE:
                        break
    return b"\n".join(found)


def _is_damaged_utf8(sample: bytes) -> bool:
    """Whether nearly all that is not ASCII is UTF-8, which no other encoding looks like by chance."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(not c.isascii() for c in text) - broken > 10 * broken


def _likeliest(sample: bytes) -> list[str]:
    scores = [(score, name) for name in _CANDIDATES if (score := _score(sample, name)) >= _ENOUGH]
    scores.sort(key=lambda found: -found[0])  # stable: the order of preference decides a tie
    return [name for _, name in scores]


def _score(sample: bytes, name: str) -> float:
    """How far the text is such as people write in that encoding, 0 to a little above 1."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError as error:
        # The last line of a sample may be cut inside a character.
        if error.start < len(sample) - 4:
            return 0.0
        text = sample[: error.start].decode(name)
    if name in _LETTERS:
        return _score_of_single_bytes(text, _LETTERS[name])
    foreign = [c for c in text if not c.isascii()]
    if not foreign:
        return 0.0
    codec = {"gb18030": "gb2312", "big5hkscs": "cp950"}.get(name, name)
    common = sum(_is_common(c, codec) for c in foreign)
    frequent = sum(c in _FREQUENT or "\u3040" <= c <= "\u30ff" for c in foreign)
    # Which characters are common separates the encodings; a tie is broken by words of the trade.
    return common / len(foreign) + 0.2 * frequent / len(foreign)


def _is_common(character: str, codec: str) -> bool:
    """Whether it stands in the block of a national standard that holds everyday characters and punctuation."""
    code = character.encode(codec, errors="ignore")
    if len(code) != 2:
        return False
    if codec == "gb2312":
        return 0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3)
    if codec == "cp950":
        return 0xA4 <= code[0] <= 0xC6 or code[0] in (0xA1, 0xA2)
    return 0x88 <= code[0] <= 0x97 or 0x81 <= code[0] <= 0x83


def _score_of_single_bytes(text: str, letters: set[str]) -> float:
    """Words are of one script and Latin words mostly of plain letters; signs stand beside anything."""
    is_latin = "é" in letters
    points, total = 0.0, 0
    for match in re.finditer(r"[^\x00-\x7f]", text):
        total += 1
        character, at = match[0], match.start()
        beside = [text[at - 1 : at] if at else "", text[at + 1 : at + 2]]
        if character in _SIGNS:
            points += 1.0 if character in "€£°" and any(c.isdigit() for c in beside) else 0.7
        elif character in letters:
            words = [c for c in beside if c.isalpha()]
            foreign = [c for c in words if not c.isascii()]
            is_natural = len(foreign) < 2 if is_latin else len(foreign) == len(words)
            keeps_case = character.isupper() or not words or any(c.islower() for c in words)
            points += 1.0 if is_natural and keeps_case and all(c in letters for c in foreign) else 0.3
    return points / total if total else 0.0


def _guessed(sample: bytes) -> Iterator[str]:
    """What charset-normalizer makes of it, for encodings that are not among the candidates."""
    best = from_bytes(sample).best()
    if best is not None and not best.encoding.startswith(("utf_16", "utf_32", "utf_7")):
        yield best.encoding


def _decodes(path: Path, name: str) -> bool:
    try:
        for _ in decoded(path, name):
            pass
    except InputRefused:
        return False
    return True


def decoded(path: Path, name: str) -> Iterator[str]:
    """The text of a file in pieces; InputRefused names the offset of the first byte that is wrong in this encoding."""
    try:
        decoder = codecs.getincrementaldecoder(name)("strict")
    except LookupError as error:
        raise InputRefused(
            f"There is no encoding {name!r}: name one such as utf-8, gb18030, big5 or cp1252."
        ) from error
    offset = 0
    with refusing(path), path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            pending = decoder.getstate()[0]
            try:
                yield decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise InputRefused(
                    f"{path.name} is not {name}: the byte at offset {offset - len(pending) + error.start:,} does not "
                    "fit; name the right encoding with the option `encoding`."
                ) from error
            if not block:
                return
            offset += len(block)


class Utf8Copy:
    """A temporary file with the text of another in UTF-8, deleted when nobody holds this object any more."""

    def __init__(self, path: Path, encoding: str) -> None:
        handle, name = tempfile.mkstemp(prefix="reading-", suffix=".txt")
        self.path = Path(name)
        self._cleanup = weakref.finalize(self, self.path.unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as copy:
            for piece in decoded(path, encoding):
                try:
                    copy.write(piece.encode("utf-8"))
                except UnicodeEncodeError as error:
                    raise InputRefused(
                        f"{path.name} holds half a character: it is damaged; export it again."
                    ) from error
                except OSError as error:
                    raise InputRefused(
                        f"{path.name} cannot be turned into UTF-8 in {self.path.parent} ({error.strerror}): "
                        "make room there."
                    ) from error
