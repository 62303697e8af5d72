"""Records of large XML files: streamed, bounded, and without any document type.

The parser is `expat` as Python brings it, driven directly. A document type is refused as soon as it begins,
and entities can only be declared in one: so there is nothing to expand and nothing to fetch. (`defusedxml`
does the same with ``forbid_dtd``, around the same parser; its readers build whole trees, and tell no lines.)
What expat would hold in memory without end, a single tag or comment, is bounded by the distance between what
was fed and what was parsed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from coalface.errors import CoalfaceError
from coalface.labels.formats.refuse import refused, shown
from coalface.labels.formats.source_file import SourceFile, hint_of_start

__all__ = ["MAX_DEPTH", "MAX_RECORD_BYTES", "Element", "as_xml", "stream_elements"]

MAX_DEPTH = 64
"""Levels of elements."""
MAX_RECORD_BYTES = 16 << 20
"""Bytes of one record; the largest of OFAC's has a few hundred thousand."""
_MAX_TOKEN_BYTES = 1 << 20
_MAX_RECORD_ELEMENTS = 200_000


@dataclass(slots=True)
class Element:
    """An element with all that is in it; names without their namespaces."""

    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, *path: str) -> Iterator["Element"]:
        """Elements at a path of names below this one."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> "Element | None":
        """First element at a path, if there is one."""
        return next(self.all(*path), None)

    def text_at(self, *path: str) -> str | None:
        """Text of the first element at a path without blanks around it; `None` if it is empty or absent."""
        found = self.first(*path)
        return (found.text.strip() or None) if found is not None else None


def as_xml(element: Element) -> str:
    """The element as XML on one line, without namespaces and the blanks between elements.

    Examples
    --------
    >>> as_xml(Element("a", 1, {"x": "1"}, "", [Element("b", 2, {}, "<")]))
    '<a x="1"><b>&lt;</b></a>'
    """
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    text = escape(element.text.strip() if element.children else element.text)
    inside = text + "".join(as_xml(child) for child in element.children)
    return (
        f"<{element.name}{attributes}>{inside}</{element.name}>"
        if inside
        else f"<{element.name}{attributes}/>"
    )


def stream_elements(source: SourceFile, root: str, wanted: set[tuple[str, ...]]) -> Iterator[Element]:
    """Elements at the wanted paths, each as soon as it ends; of the rest nothing is kept.

    Parameters
    ----------
    source
        The file, at its start; read to its end.
    root
        Name of the outermost element.
    wanted
        Paths of names below the root; none may lie in another.

    Raises
    ------
    LabelFileError
        If it is no XML, has a document type, another root, is cut off, or is deeper or larger than bounded.
    """
    reader = _Reader(source.path, root, wanted)
    n_fed = 0
    start = b""
    while piece := source.read():
        start = start or piece[:16]
        n_fed += len(piece)
        reader.feed(piece, start)
        yield from reader.taken()
        reader.refuse_long_token(n_fed)
    reader.feed(b"", start, is_last=True)
    yield from reader.taken()


class _Reader:
    """An expat parser with a stack of the elements that are wanted."""

    def __init__(self, path: Path, root: str, wanted: set[tuple[str, ...]]) -> None:
        self._path = path
        self._root = root
        self._wanted = wanted
        self._names: list[str] = []
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._ready: list[Element] = []
        self._record_start = 0
        self._n_elements = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        handlers: Mapping[str, Callable[..., None]] = {
            "StartDoctypeDeclHandler": self._refuse_doctype,
            "EntityDeclHandler": self._refuse_doctype,
            "StartElementHandler": self._start,
            "EndElementHandler": self._end,
        }
        for name, handler in handlers.items():
            setattr(self._parser, name, handler)

    def feed(self, piece: bytes, start: bytes, *, is_last: bool = False) -> None:
        """Parse the next bytes."""
        try:
            self._parser.Parse(piece, is_last)
        except CoalfaceError:
            raise  # of a handler, which expat lets through
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            is_cut = is_last or reason in {"no element found", "unclosed token"}
            open_now = f", `{'/'.join(self._names[:4])}` is open" if is_cut and self._names else ""
            raise refused(
                self._path,
                f"no XML: {reason} at column {error.offset + 1}{open_now}",
                code="label_truncated" if is_cut else "label_xml",
                line=error.lineno,
                hint="the file is cut off: download it again" if is_cut else hint_of_start(start),
                column=error.offset + 1,
            ) from error
        except (UnicodeError, LookupError, ValueError) as error:
            raise refused(
                self._path,
                f"no XML: {shown(str(error))}",
                code="label_xml",
                line=self._parser.CurrentLineNumber,
                hint="save the list as UTF-8",
            ) from error

    def taken(self) -> list[Element]:
        """Elements that ended since the last call."""
        found, self._ready = self._ready, []
        return found

    def refuse_long_token(self, n_fed: int) -> None:
        """Raise if the parser waits for the end of a tag or comment that is longer than any real one."""
        if n_fed - self._parser.CurrentByteIndex > _MAX_TOKEN_BYTES:
            raise refused(
                self._path,
                f"no XML of ours: a tag or comment is longer than {_MAX_TOKEN_BYTES} bytes",
                code="label_too_large",
                line=self._parser.CurrentLineNumber,
            )

    def _refuse_doctype(self, *_: object) -> None:
        raise refused(
            self._path,
            "declares a document type or an entity, which no list of an authority does",
            code="label_xml_entities",
            line=self._parser.CurrentLineNumber,
            hint="entities can make a small file endless: take the list from its publisher",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        line = self._parser.CurrentLineNumber
        if not self._names and local != self._root:
            raise refused(
                self._path,
                f"the outermost element is `{shown(local)}`, expected is `{self._root}`",
                code="label_xml_root",
                line=line,
            )
        if len(self._names) >= MAX_DEPTH:
            raise refused(self._path, f"deeper than {MAX_DEPTH} levels", code="label_too_deep", line=line)
        self._names.append(local)
        if not self._open:
            if tuple(self._names[1:]) not in self._wanted:
                return
            self._record_start, self._n_elements = self._parser.CurrentByteIndex, 0
            self._parser.CharacterDataHandler = self._text
        self._n_elements += 1
        self._refuse_large_record()
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(local, line, plain)
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def _text(self, text: str) -> None:
        self._refuse_large_record()
        self._texts[-1].append(text)

    def _end(self, _name: str) -> None:
        self._names.pop()
        if self._open:
            element = self._open.pop()
            element.text = "".join(self._texts.pop())
            if not self._open:
                self._ready.append(element)
                self._parser.CharacterDataHandler = None

    def _refuse_large_record(self) -> None:
        is_long = self._parser.CurrentByteIndex - self._record_start > MAX_RECORD_BYTES
        if is_long or self._n_elements > _MAX_RECORD_ELEMENTS:
            raise refused(
                self._path,
                f"a record has more than {MAX_RECORD_BYTES} bytes or {_MAX_RECORD_ELEMENTS} elements",
                code="label_too_large",
                line=self._open[0].line if self._open else self._parser.CurrentLineNumber,
            )
