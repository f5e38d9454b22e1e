"""The child process that sets a document: JSON in on standard input, PDF out on standard output.

User text reaches typst only as JSON data, never as markup, and the process is started without an environment, in an
empty folder, with limits on time and memory; the templates import no packages, so nothing is fetched.
"""

import json
import resource
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

CPU_SECONDS = 60
MEMORY_BYTES = 2 * 1024**3


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    order = json.load(sys.stdin)
    template = Path(order["template"])
    fonts = [Path(folder) for folder in order["fonts"]]
    sys.stdout.buffer.write(set_in_type(template, fonts, order["data"], order["at"]))


def set_in_type(template: Path, fonts: list[Path], data: dict[str, object], at: str) -> bytes:
    """The document as tagged PDF. `at` is the instant that the PDF names, so that it can be made again.

    The template reads files of its own folder alone. It keeps PDF/UA-1 unless a text holds a letter that our fonts lack
    (an emoji, say): that must not cost the document, so it is then set without the standard's promise, tagged all the
    same.
    """
    import typst  # noqa: PLC0415 - only images of services that print hold it

    try:
        return _compiled(template, fonts, data, at, ["ua-1"])
    except typst.TypstError:
        return _compiled(template, fonts, data, at, [])


def _compiled(
    template: Path, fonts: list[Path], data: dict[str, object], at: str, standards: "list[typst.PDFStandard]"
) -> bytes:
    import typst  # noqa: PLC0415 - as above

    return typst.compile(
        template,
        root=template.parent,
        font_paths=list(fonts),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=standards,
        timestamp=int(datetime.fromisoformat(at).timestamp()),
    )


if __name__ == "__main__":
    main()
