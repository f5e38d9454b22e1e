"""Words that must not stand in the code, each with the reason. Syntax is read, so texts and comments may name them."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.architecture.tree import PRODUCT, Module, modules

# What the vocabulary of the product consists of, as parts of names; `shared` serves every service alike.
BUSINESS = {
    *("activity", "activities", "attendance", "course", "courses", "coverage", "enrolment", "enrolments"),
    *("gate", "gates", "guardian", "guardians", "milestone", "milestones", "phase", "phases", "pupil", "pupils"),
    *("risk", "risks", "roster", "rosters", "school", "schools", "teacher", "teachers", "training", "wave", "waves"),
}
# The vocabularies of roles and scopes are shared by definition, contracts speak of the business by definition.
SPEAKS_BUSINESS = ("shared/contracts/", "shared/auth/scopes.py", "shared/auth/roles.py")


def named(*names: str) -> Callable[[Module], Iterator[ast.AST]]:
    """Finds the names as variables, attributes or imports."""

    def find(module: Module) -> Iterator[ast.AST]:
        for node in module.nodes():
            if isinstance(node, ast.Name | ast.Attribute | ast.alias) and last_name(node) in names:
                yield node

    return find


def last_name(node: ast.Name | ast.Attribute | ast.alias) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else node.name.rpartition(".")[2]


def imported(package: str) -> Callable[[Module], Iterator[ast.AST]]:
    def find(module: Module) -> Iterator[ast.AST]:
        for node, name in module.imports():
            if name == package or name.startswith(f"{package}."):
                yield node

    return find


def web_exception(module: Module) -> Iterator[ast.AST]:
    """That of FastAPI and Starlette; http.client has one of the same name."""
    for node, name in module.imports():
        if name.endswith(".HTTPException") and name.startswith(("fastapi.", "starlette.")):
            yield node
    for node in module.nodes():
        if isinstance(node, ast.Attribute) and ast.unparse(node) in (
            "fastapi.HTTPException",
            "exceptions.HTTPException",
        ):
            yield node


def called(method: str) -> Callable[[Module], Iterator[ast.AST]]:
    def find(module: Module) -> Iterator[ast.AST]:
        for node in module.nodes():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
                yield node

    return find


def clock_read(module: Module) -> Iterator[ast.AST]:
    """datetime.now(), datetime.today(), date.today(): the replaceable clock is shared.kit.clock."""
    for node in module.nodes():
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow"):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if name in ("datetime", "date", "dt"):
                yield node


def business_names(module: Module) -> Iterator[ast.AST]:
    for node in module.nodes():
        name = next((getattr(node, key) for key in ("id", "attr", "arg", "name") if getattr(node, key, None)), None)
        words = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(name)).lower())) if name else set()
        if words & BUSINESS:
            yield node


@dataclass(frozen=True)
class Ban:
    what: str
    why: str
    find: Callable[[Module], Iterator[ast.AST]]
    folders: tuple[str, ...] = PRODUCT
    allowed: tuple[str, ...] = ()

    def places(self) -> list[str]:
        checked = [module for module in modules(*self.folders) if not module.name.startswith(self.allowed or ("//",))]
        return [module.place(node) for module in checked for node in self.find(module)]


BANS = (
    Ban(".commit()", "the session dependency and the worker commit", called("commit"), ("services",)),
    Ban(".rollback()", "raise a problem instead", called("rollback"), ("services",)),
    Ban("HTTPException", "raise a shared.kit.problems.Problem", web_exception, allowed=("shared/web/",)),
    Ban("BaseHTTPMiddleware", "middleware is pure ASGI", named("BaseHTTPMiddleware")),
    Ban("utcnow", "naive; use shared.kit.clock.now", named("utcnow", "utcfromtimestamp")),
    Ban("clock", "use shared.kit.clock", clock_read, ("shared", "services"), allowed=("shared/kit/clock.py",)),
    Ban("pickle", "runs what it reads; use JSON", imported("pickle")),
    Ban("jose", "only shared.auth verifies tokens", imported("jose"), allowed=("shared/auth/",)),
    Ban("arq", "only shared.queue knows the queue", imported("arq"), allowed=("shared/queue/",)),
    Ban("uuid4", "ids come from shared.kit.ids.new_id", named("uuid1", "uuid4"), ("services",)),
    Ban("business words", "shared serves all services", business_names, ("shared",), SPEAKS_BUSINESS),
)

SEEDS = {
    ".commit()": "await session.commit()",
    ".rollback()": "session.rollback()",
    "HTTPException": "from fastapi import HTTPException",
    "BaseHTTPMiddleware": "class X(base.BaseHTTPMiddleware): ...",
    "utcnow": "now = datetime.utcnow()",
    "clock": "now = datetime.now(UTC)",
    "pickle": "import pickle",
    "jose": "from jose import jwt",
    "arq": "from arq.connections import create_pool",
    "uuid4": "key = uuid.uuid4()",
    "business words": "def find_open_gates(): ...",
}


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.what)
def test_a_forbidden_word_stands_nowhere(ban: Ban) -> None:
    assert ban.places() == [], ban.why


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.what)
def test_a_forbidden_word_is_found_where_it_stands(ban: Ban) -> None:
    assert list(ban.find(Module("seed.py", SEEDS[ban.what])))


def test_texts_and_comments_may_name_a_forbidden_word() -> None:
    module = Module("text.py", '"""Never raise HTTPException."""\nx = "pickle"  # utcnow\n')
    assert [ban.what for ban in BANS if list(ban.find(module))] == []
