"""Text as people meant it, and text as a cell of a spreadsheet: nothing that is typed turns into a formula."""

import re
import unicodedata

import jaconv

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028\u2029\ufeff\ud800-\udfff]")
#: a spreadsheet takes a cell that begins so for a formula
_FORMULA = tuple("=+-@＝＋－＠\t\r")


def clean(text: str) -> str:
    """NFC, half-width kana widened, no control characters, LF line ends, no outer blanks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", jaconv.h2z(text, kana=True, ascii=False, digit=False))
    return unicodedata.normalize("NFC", text).strip()


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `plain` reads it again."""
    return "'" + text if text.lstrip("'").startswith(_FORMULA) else text


def plain(cell: str) -> str:
    """The text behind a cell that `neutral` wrote; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell
