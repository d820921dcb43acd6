"""Why a whole file is turned away: code and sentence."""

SENTENCES = {
    "F_EMPTY": "文件是空的，请检查后重新上传。",
    "F_TYPE": "这不是可以导入的表格文件，请用系统提供的模板（.xlsx 或 .csv）。",
    "F_EXT": "文件的扩展名与内容不符，请用 Excel 或 WPS 打开后另存为 .xlsx。",
    "F_ENCRYPTED": "文件设置了打开密码，请取消密码后再上传。",
    "F_CORRUPT": "文件已损坏或没有传完整，请重新保存后再上传。",
    "F_TOO_BIG": "文件展开后太大，已停止读取。请删除空白行、空白列后另存再上传。",
    "F_TOO_MANY_PARTS": "文件内部结构异常（包含的部件过多），已拒绝。请用 Excel 或 WPS 打开后另存为新的 .xlsx。",
    "F_UNSAFE": "文件含有不安全的内容，已拒绝。请用系统提供的模板重新填写。",
    "F_MACRO": "文件含有宏，请另存为不含宏的 .xlsx 后再上传。",
    "F_NO_SHEET": "文件里没有可见的工作表，请取消隐藏后再上传。",
    "F_TOO_MANY_ROWS": "数据行数超过一次导入的上限，请分批导入。",
    "F_TOO_MANY_COLS": "列数过多，请用系统提供的模板。",
    "F_ENCODING": "无法识别文件的文字编码，请另存为 .xlsx 后再上传。",
    "F_DELIM": "无法识别 CSV 的分隔符，请另存为 .xlsx 后再上传。",
}


class FileRefused(Exception):
    """The file cannot be read at all; nothing of it was used.

    ``code`` is one of ``SENTENCES``, ``message`` its sentence or a more precise one. The exception is the library's
    own, and not Django's, because the process that parses starts without Django.
    """

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message or SENTENCES[code]
        super().__init__(code, self.message)

    def __str__(self) -> str:
        return self.message
