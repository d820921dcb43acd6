"""A committee's own Word template, looked at before anything of it is used.

It is an archive like any other upload: counted while it is inflated, no macros, no controls, nothing from outside.
What it says in braces is a small part of the template language: names, loops over what is given, comparisons. There is
nothing to call and nothing to compute, so that a template can neither reach beyond its names nor keep the machine busy.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes

from reports.circulars import word
from reports.models import CircularKind
from tuanjian.spreadsheets.cells import Limits
from tuanjian.spreadsheets.package import Package
from tuanjian.spreadsheets.refusals import FileRefused

LARGEST: Final = 2 * 2**20
_LIMITS: Final = Limits(upload_bytes=LARGEST, part_bytes=4 * 2**20, all_bytes=16 * 2**20, parts=200)
# The text of a template; rendering reads it many times over.
_LONGEST_TEXT: Final = 400_000
_DEEPEST: Final = 3
NEEDED: Final = ("标题", "正文", "统计时点", "数据截至")
_TEXTS: Final = re.compile(r"^word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$")
_EMBEDDED: Final = re.compile(r"^word/(embeddings|activex)/|altchunk|\.(exe|bin|vbs|js|html?|mht|rtf)$")
_FIELDS: Final = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))
_INSTRUCTION: Final = re.compile(r'<w:instrText[^>]*>([^<]*)</w:instrText>|w:instr="([^"]*)"')
_ALLOWED: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If),
    *(nodes.Compare, nodes.Operand, nodes.Const, nodes.Not, nodes.And, nodes.Or),
)
_REFUSED: Final = {
    "F_ENCRYPTED": "模板设置了打开密码，请取消密码后再上传。",
    "F_MACRO": "模板含有宏，请另存为不含宏的 .docx 后再上传。",
    "F_TOO_BIG": "模板展开后太大，请删去图片后再上传。",
    "F_TOO_MANY_PARTS": "模板内部结构异常（包含的部件过多），请在系统模板上修改后再上传。",
    "F_UNSAFE": "模板含有不安全的内容，请在系统模板上修改后再上传。",
}
_UNREADABLE: Final = "这不是可以使用的 Word 文件，请另存为 .docx 后再上传。"
_OUTSIDE: Final = "模板引用了文件以外的内容（链接或外部图片），请删除后再上传。"
_ACTIVE: Final = "模板里嵌有其他文件或控件，请删除后再上传。"
_FOREIGN_FIELD: Final = "模板里有页码以外的域（如 INCLUDETEXT、DDE），请删除后再上传。"
_TOO_MUCH: Final = "模板里只能写变量、循环和判断，不能写计算、函数和筛选，请对照变量说明修改。"


def check(content: bytes, kind: CircularKind) -> None:
    """Refuse a file that is no Word template for this kind, or not a harmless one.

    Names what is unknown and what is missing; in the end it is filled in with sample data.
    """
    _archive(content)
    try:
        document = DocxTemplate(io.BytesIO(content))
        texts = list(_texts(document))
    except Exception as problem:
        # Whatever a parser makes of a broken file, it is the file that is wrong.
        raise ValidationError(_UNREADABLE) from problem
    _language(texts, kind)
    word.filled(content, sample(kind))


def _archive(content: bytes) -> None:
    if len(content) > LARGEST:
        raise ValidationError(f"模板超过 {LARGEST // 2**20} MB，请删去图片后再上传。")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.docx"
        path.write_bytes(content)
        try:
            package = Package(path, _LIMITS)
            try:
                _parts(package)
            finally:
                package.close()
        except FileRefused as refused:
            raise ValidationError(_REFUSED.get(refused.code, _UNREADABLE)) from refused


def _parts(package: Package) -> None:
    if "word/document.xml" not in package or "[content_types].xml" not in package:
        raise ValidationError(_UNREADABLE)
    for name in package.names:
        if _EMBEDDED.search(name):
            raise ValidationError(_ACTIVE)
        data = package.read(name)
        if not name.endswith((".xml", ".rels")):
            continue
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
            raise ValidationError(_REFUSED["F_UNSAFE"])
        text = data.decode("utf-8", errors="replace")
        if name.endswith(".rels") and re.search(r"TargetMode\s*=\s*[\"']External", text, re.IGNORECASE):
            raise ValidationError(_OUTSIDE)
        if "macroEnabled" in text or "vbaProject" in text:
            raise ValidationError(_REFUSED["F_MACRO"])
        if _TEXTS.match(name):
            _text(text)
        elif name.startswith("docprops/") and ("{{" in text or "{%" in text):
            raise ValidationError("请不要在文件属性（标题、作者）里写变量，删去后再上传。")


def _text(text: str) -> None:
    if len(text) > _LONGEST_TEXT:
        raise ValidationError(_REFUSED["F_TOO_BIG"])
    if "<w:altChunk" in text or "<w:object" in text or "<w:control" in text or "<w:subDoc" in text:
        raise ValidationError(_ACTIVE)
    for complex_field, simple_field in _INSTRUCTION.findall(text):
        words = (complex_field or simple_field).split()
        if words and words[0].upper() not in _FIELDS:
            raise ValidationError(_FOREIGN_FIELD)


def _texts(document: Any) -> Iterator[str]:
    """Everything that is rendered, as the template language sees it."""
    document.init_docx()
    yield document.patch_xml(document.get_xml())
    for part in document.docx.part.package.iter_parts():
        if re.match(r"^/word/(header|footer)\d*\.xml$|^/word/footnotes\.xml$", str(part.partname)):
            yield document.patch_xml(part.blob.decode("utf-8"))


def _language(texts: list[str], kind: CircularKind) -> None:
    known = set(word.VARIABLES[kind])
    used: set[str] = set()
    unknown: dict[str, None] = {}
    for text in texts:
        try:
            tree = word.environment().parse(text)
        except TemplateSyntaxError as problem:
            raise ValidationError(f"模板的写法有误：{_said(problem)}。请对照变量说明修改。") from problem
        for name in _names(tree, {}, 0):
            used.add(name)
            if name not in known:
                unknown[name] = None
    if unknown:
        listed = "、".join(list(unknown)[:10])
        raise ValidationError(f"模板里有系统不认识的变量：{listed}。请对照变量说明修改。")
    missing = [name for name in NEEDED if name not in used]
    if missing:
        raise ValidationError(f"模板里缺少变量：{'、'.join(missing)}。请补上后再上传。")


def _said(problem: TemplateSyntaxError) -> str:
    found = re.search(r"'([^']{1,30})'", problem.message or "")
    return f"{found.group(1)} 附近无法识别" if found else "有没有写完的变量或循环"


def _names(node: nodes.Node, aliases: Mapping[str, str], depth: int) -> Iterator[str]:
    """The names used, each as ``VARIABLES`` has it: what a loop calls 行 of 组.行 is 行.

    A loop may run over a list of its own, or over what belongs to the line of the loop around it.
    """
    if not isinstance(node, _ALLOWED):
        raise ValidationError(_TOO_MUCH)
    if isinstance(node, nodes.For):
        over = _dotted(node.iter)
        if depth >= _DEEPEST or over is None or not isinstance(node.target, nodes.Name) or node.test or node.recursive:
            raise ValidationError(_TOO_MUCH)
        if depth and over.split(".")[0] not in aliases:
            raise ValidationError(_TOO_MUCH)
        yield _known_as(over, aliases)
        inner = {**aliases, node.target.name: _line_of(_known_as(over, aliases))}
        for child in [*node.body, *node.else_]:
            yield from _names(child, inner, depth + 1)
        return
    if isinstance(node, nodes.Getattr | nodes.Name):
        dotted = _dotted(node)
        if dotted is None or node.ctx != "load":
            raise ValidationError(_TOO_MUCH)
        yield _known_as(dotted, aliases)
        return
    for child in node.iter_child_nodes():
        yield from _names(child, aliases, depth)


def _dotted(node: nodes.Node) -> str | None:
    """正文, 段.级别; None for anything deeper or else."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return None


def _line_of(name: str) -> str:
    """What one line of a list is called."""
    return {"正文": "段", "各组": "组", "组.行": "行"}.get(name, name)


def _known_as(dotted: str, aliases: Mapping[str, str]) -> str:
    first, _, rest = dotted.partition(".")
    if first in aliases:
        first = aliases[first]
        return f"{first}.{rest}" if rest else first
    # One line with everything a line has.
    return {"本级": "本级", "合计": "合计"}.get(first, dotted) if rest else dotted


def sample(kind: CircularKind) -> dict[str, Any]:
    """Made-up content of every variable, to try a template with."""
    names = word.VARIABLES[kind]
    line = {name.partition(".")[2]: "样例" for name in names if name.startswith("行.")}
    group = {"名称": "样例组", "说明": "样例", "行": [line, line]}
    single: dict[str, Any] = {name: f"{name}样例" for name in names if "." not in name}
    paragraphs = [{"级别": level, "文字": f"样例文字{level}"} for level in (0, 1, 2, 0)]
    lists = {"正文": paragraphs, "各组": [group], "合计": line}
    return single | lists | ({"本级": line} if "本级" in names else {})
