"""Functions for the child process of the tests."""

import os
import time
from pathlib import Path

from shared.kit.problems import Conflict, FieldError, Invalid
from shared.kit.text import Text


def double(number: int, *, plus: int = 0) -> int:
    print("what the work prints does not disturb the answer")
    return number * 2 + plus


def hoard() -> int:
    return len(bytearray(2_000_000_000))


def sleep_and_tell(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


def refuse() -> None:
    raise Conflict("the file was replaced", place=7)


def find_fault() -> None:
    raise Invalid(Text(sv="Fel", en="Wrong"), errors=[FieldError(pointer="#/row", detail="empty", code="empty")])


def stumble() -> None:
    raise ValueError("Astrid Lindqvist lives here")


def crash() -> None:
    os._exit(139)
