"""What a page offers: the addresses that it links to, and its forms as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

PLAIN = {"date": "2024-08-05", "number": "7", "email": "someone@edu.example.com", "hidden": "", "checkbox": "on"}
WORDS = "岭川大学"


@dataclass
class Form:
    """One form: every field with what stands in it, else something plausible; `kinds` says what each field is."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, name, kind, value):
        self.kinds.setdefault(name, kind)
        self.fields[name] = value or self.fields.get(name) or PLAIN.get(kind, WORDS)

    @property
    def files(self):
        return {name for name, kind in self.kinds.items() if kind == "file"}


class _Reader(HTMLParser):
    def __init__(self, where: str) -> None:
        super().__init__()
        self.where, self.links, self.forms, self._select = where, [], [], ""

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(urljoin(self.where, given["href"]))
        elif tag == "form":
            self.forms.append(Form(urljoin(self.where, given.get("action", "")), given.get("method", "get").lower()))
        elif self.forms and tag in {"input", "textarea", "button"} and given.get("name"):
            self.forms[-1].add(given["name"], given.get("type", tag), given.get("value"))
        elif self.forms and tag == "select":
            self._select = given.get("name", "")
            self.forms[-1].kinds[self._select] = tag
        elif self.forms and tag == "option" and self._select and not self.forms[-1].fields.get(self._select):
            self.forms[-1].fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""


def offered_by(where: str, text: str) -> tuple[list[str], list[Form]]:
    """Return the links of a page that was answered at `where`, and its forms that post."""
    reader = _Reader(where)
    reader.feed(text)
    return reader.links, [each for each in reader.forms if each.method == "post"]
