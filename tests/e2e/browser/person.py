"""A person at a real browser: what they see, type and click, and where it takes them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

_PATIENCE = 15
_QUIET = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=sv",
    "--accept-lang=sv",
)


class Person:
    """One browser with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        found = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
        assert all(found.values()), "chromium and chromedriver are needed: `make e2e` installs them, as root"
        options = webdriver.ChromeOptions()
        options.binary_location = str(found["chromium"])
        for argument in (*_QUIET, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        self.driver = webdriver.Chrome(options, Service(str(found["chromedriver"])))

    def leave(self) -> None:
        self.driver.quit()

    def visit(self, url: str) -> None:
        self.driver.get(url)

    @property
    def address(self) -> str:
        return str(self.driver.current_url)

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address after the question mark."""
        return dict(parse_qsl(urlsplit(self.address).query))

    @property
    def sees(self) -> str:
        """The text of the page."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    def type(self, name: str, value: str) -> None:
        field = self._find(f"[name='{name}']")
        field.clear()
        field.send_keys(value)

    def press(self, selector: str = "button") -> None:
        """Click a button and wait for the page that it leads to."""
        with self._leaving():
            self._find(selector).click()

    def follow(self, words: str) -> None:
        """Click the link that says `words` and wait for the page that it leads to."""
        self._wait(lambda driver: driver.find_elements(By.PARTIAL_LINK_TEXT, words), words)
        with self._leaving():
            self.driver.find_element(By.PARTIAL_LINK_TEXT, words).click()

    def arrives_at(self, prefix: str) -> dict[str, str]:
        """Wait until the browser stands at an address that begins so; what its query says."""
        self._wait(lambda driver: str(driver.current_url).startswith(prefix), f"{prefix}; at")
        return self.query

    @contextmanager
    def _leaving(self) -> Iterator[None]:
        page = self.driver.find_element(By.TAG_NAME, "html")
        yield
        WebDriverWait(self.driver, _PATIENCE).until(staleness_of(page))

    def _find(self, selector: str) -> WebElement:
        self._wait(lambda driver: driver.find_elements(By.CSS_SELECTOR, selector), selector)
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def _wait(self, until: object, wanted: str = "") -> None:
        def holds(driver: object) -> object:
            return until(driver)  # type: ignore[operator]

        try:
            WebDriverWait(self.driver, _PATIENCE).until(holds)
        except Exception as error:
            raise AssertionError(f"never came: {wanted} {self.address}\n{self.sees}") from error
