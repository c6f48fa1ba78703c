"""A web page as the tour reads it: elements with attributes and text, forms ready to be sent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from kubeyard_local.tour.itinerary import UnexpectedError

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)


@dataclass
class Element:
    """One element of a page."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> Iterator["Element"]:
        """Yield what is below of that tag and with these attributes; `class_` is one of the classes."""
        for part in self.parts:
            if isinstance(part, Element):
                if part._is(tag, attributes):
                    yield part
                yield from part.all(tag, **attributes)

    def first(self, tag: str = "", **attributes: str) -> "Element | None":
        """Return the first such element, or None."""
        return next(self.all(tag, **attributes), None)

    @property
    def text(self) -> str:
        """Everything that is to be read here, with single blanks."""
        return " ".join(" ".join(self._words()).split())

    @property
    def lines(self) -> str:
        """The text of a `pre` as it stands."""
        return "".join(self._words())

    def _words(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            elif part.tag not in ("script", "style"):
                yield from part._words()

    def _is(self, tag: str, attributes: dict[str, str]) -> bool:
        return (not tag or self.tag == tag) and all(
            value in self.attributes.get("class", "").split()
            if name == "class_"
            else self.attributes.get(name) == value
            for name, value in attributes.items()
        )


@dataclass(frozen=True)
class Form:
    """A form with the values that the page gave it."""

    action: str
    method: str
    fields: dict[str, str]


class Page:
    """One page."""

    def __init__(self, html: str) -> None:
        reader = _Reader()
        reader.feed(html)
        self.root = reader.root

    @property
    def title(self) -> str:
        """The page's title."""
        found = self.root.first("title")
        return found.text if found else ""

    @property
    def text(self) -> str:
        """All that is to be read."""
        return self.root.text

    def element(self, identity: str) -> Element:
        """The element of that id; the page must have it."""
        found = self.root.first(id=identity)
        if found is None:
            raise UnexpectedError(f"the page {self.title!r} has no part {identity!r}")
        return found

    def link(self, class_: str) -> str:
        """Where the first link of that class leads; the page must have one."""
        found = self.root.first("a", class_=class_)
        if found is None:
            raise UnexpectedError(f"the page {self.title!r} has no link {class_!r}")
        return found.attributes.get("href", "")

    def form(self, action: str) -> Form:
        """The form whose address ends so; the page must have it."""
        for found in self.root.all("form"):
            if found.attributes.get("action", "").endswith(action):
                return Form(found.attributes["action"], found.attributes.get("method", "get"), _fields(found))
        raise UnexpectedError(f"the page {self.title!r} has no form for {action}; it says: {self.text[:300]}")


def _fields(form: Element) -> dict[str, str]:
    """What a browser would send if nothing was typed."""
    fields: dict[str, str] = {}
    for control in form.all():
        name = control.attributes.get("name", "")
        if control.tag == "input" and control.attributes.get("type") in ("checkbox", "radio"):
            if "checked" in control.attributes:
                fields[name] = control.attributes.get("value", "on")
        elif control.tag == "input" and name:
            fields[name] = control.attributes.get("value", "")
        elif control.tag == "textarea" and name:
            fields[name] = control.lines.strip()
        elif control.tag == "select" and name:
            options = list(control.all("option"))
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            for option in chosen:
                fields[name] = option.attributes.get("value", option.text)
    return fields


class _Reader(HTMLParser):
    """Builds the tree; forgives what is not closed, as browsers do."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].parts.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(data)
