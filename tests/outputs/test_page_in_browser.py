"""The page of an audit in a browser: 5,000 devices, its filters, no request, accessible in light and dark."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from nornir_smartlic.outputs import Background, Drift, PastAudit, Report, render
from nornir_smartlic.reconciliation import Position
from tests.outputs.fleets import fleet_report

CHROMIUM = shutil.which("chromium")
DEVICES = 5000
OPENS_WITHIN_MS = 2000

pytestmark = pytest.mark.xdist_group("browser")  # one browser, and one page of 5,000 devices
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")


def test_there_is_a_browser_where_one_must_be():
    assert CHROMIUM is not None or not os.environ.get("SMARTLIC_TEST_BROWSER"), "chromium is not installed"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


def with_background(report: Report) -> Report:
    """*report* with everything that a store and CSSM add."""
    taken = report.created
    assert taken is not None
    background = Background(
        tuple(PastAudit(taken - timedelta(weeks=week), DEVICES, 300 - week, 90, week) for week in range(9, -1, -1)),
        tuple(Drift(host.host, "release", "17.9.4", "17.12.4") for host in report.hosts[:30]),
        {"network-advantage": tuple(range(5000, 5010)), "dna-advantage": tuple(range(4010, 4000, -1))},
        {(found.host, found.rule_id): taken for found in report.to_mend},
        (Position("C9300 Network Advantage", "Branches", 4000, 3990, 4100), Position("HSEC", None, None, 2, 3)),
    )
    return replace(report, background=background)


@pytest.fixture(scope="module")
def report() -> Report:
    return with_background(fleet_report(DEVICES))


@pytest.fixture(scope="module")
def file(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(report, "html"), encoding="utf-8")
    return path


class Opened:
    """A page in the browser, and what it asked for and complained of."""

    def __init__(self, browser: Browser, file: Path, scheme: str = "light") -> None:
        self.context = browser.new_context(color_scheme=scheme)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(file.as_uri())

    def choose(self, **filters: str) -> None:
        for name, value in filters.items():
            if name == "search":
                self.page.fill("#search", value)
            else:
                self.page.select_option(f"#{name}", value)
        self.page.wait_for_function("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    @property
    def devices(self) -> str:
        return self.page.text_content("#devices-count") or ""

    @property
    def findings(self) -> str:
        return self.page.text_content("#findings-count") or ""

    @property
    def names(self) -> list[str]:
        return self.page.locator("#device-rows button.name").all_text_contents()


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Opened]:
    made = Opened(browser, file)
    yield made
    assert made.requests == [file.as_uri()]
    assert made.complaints == []
    made.context.close()


@in_browser
def test_thousands_of_devices_open_at_once_and_ask_nobody(browser, file):
    took = []
    for _ in range(3):  # the best of them: other tests run on this machine too
        opened = Opened(browser, file)
        assert opened.devices == "1 to 50 of 5,000"
        assert opened.requests == [file.as_uri()]
        timing = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        took.append(opened.page.evaluate(timing))
        opened.context.close()
    assert min(took) < OPENS_WITHIN_MS


@in_browser
def test_filters_hold_for_devices_and_findings_together(opened, report):
    failing = [found for found in report.to_mend if found.rule_id == "SLP-TRUST"]
    opened.choose(rule="SLP-TRUST")
    assert opened.findings == f"{len(failing)} findings on {len(failing)} devices"
    assert opened.devices == f"1 to 50 of {len(failing)} (of 5,000)"

    bern = [found for found in failing if found.host.startswith("bern-")]
    opened.choose(site="Bern")
    assert opened.devices == f"1 to {len(bern)} of {len(bern)} (of 5,000)"

    opened.choose(search=bern[0].host.upper())
    assert opened.names == [bern[0].host]

    opened.page.click("text=Clear")
    assert opened.devices == "1 to 50 of 5,000"
    opened.choose(search="nobody has this name")
    assert (opened.devices, opened.findings) == ("no device is like that", "0 findings on 0 devices")


@in_browser
def test_a_finding_shows_evidence_and_fix_and_a_device_all_its_rules(opened, report):
    failing = next(found for found in report.to_mend if found.rule_id == "SLP-TRUST")
    opened.choose(search=failing.host)
    opened.page.click("#groups summary")
    assert str(failing.evidence[0]) in opened.page.locator("#groups code").all_text_contents()
    assert failing.fix[0] in opened.page.locator("#groups code.fix").all_text_contents()

    opened.page.click("#device-rows button.name")
    rules = opened.page.locator("#device-rows td tbody th").all_text_contents()
    judged = next(host for host in report.hosts if host.host == failing.host)
    assert sorted(rules) == sorted(found.rule_id for found in judged.findings)
    assert rules[0] == "SLP-TRUST"  # the gravest


@in_browser
def test_columns_sort_and_pages_turn(opened, report):
    names = sorted(host.host for host in report.hosts)
    opened.page.click("#device-rows th button:text-is('device')")
    assert opened.names == names[:50]
    opened.page.click("#after")
    assert (opened.names, opened.devices) == (names[50:100], "51 to 100 of 5,000")
    opened.page.click("#device-rows th button:text-is('device')")
    assert opened.names == names[:-51:-1]
    assert opened.page.get_attribute("#device-rows th[aria-sort]", "aria-sort") == "descending"


@in_browser
def test_findings_are_grouped_by_rule_and_by_site(opened, report):
    assert opened.page.locator("#groups details").count() == len({found.rule_id for found in report.to_mend})
    opened.page.select_option("#grouping", "site")
    assert opened.page.locator("#groups details").count() == len({host.site for host in report.hosts})


@in_browser
def test_what_is_printed_is_what_the_filters_let_through(opened, report):
    opened.choose(platform="C8000V", rule="SLP-TRUST")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    chosen = {host.host for host in report.hosts if host.device and host.device.platform == "C8000V"}
    failing = [found.host for found in report.to_mend if found.rule_id == "SLP-TRUST" and found.host in chosen]
    assert opened.names == sorted(failing)
    assert opened.page.locator("#groups tbody tr").count() == len(failing)


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("by", ["system", "button"])
def test_the_page_is_accessible_in_light_and_dark(browser, file, scheme, by):
    other = {"light": "dark", "dark": "light"}[scheme]
    opened = Opened(browser, file, scheme if by == "system" else other)
    if by == "button":
        opened.page.click("#theme")
    lightness = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (lightness == "rgb(255, 255, 255)") == (scheme == "light")
    opened.page.click("#groups summary")
    opened.page.click("#device-rows button.name >> nth=0")
    opened.page.locator(".numbers summary").first.click()
    results = Axe().run(opened.page)
    assert results.violations_count == 0, results.generate_report()
    opened.context.close()


@in_browser
def test_without_scripts_what_is_not_in_order_is_a_table(browser, file):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert "Not compliant" in (page.text_content("h1") or "")
    assert page.locator("#findings noscript tbody tr").count() > 0
    assert page.locator("#devices noscript tbody tr").count() > 0
    context.close()


@in_browser
@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "\u2028`${1}`"])
def test_what_a_device_prints_is_shown_and_does_nothing(browser, tmp_path, text):
    few = fleet_report(40)
    host = few.hosts[0]
    findings = tuple(replace(found, found=text, why=text, fix=(text,), title=text) for found in host.findings)
    hostile = replace(host, site=text, findings=findings, warnings=(text,))
    file = tmp_path / "report.html"
    file.write_text(render(Report("audit", (hostile, *few.hosts[1:]), few.created), "html"), encoding="utf-8")
    opened = Opened(browser, file)
    opened.choose(search=host.host)
    opened.page.click("#device-rows button.name")
    shown = text.replace("\u2028", "\\u2028")
    assert shown in (opened.page.text_content("#device-rows") or "")
    assert opened.page.locator("img").count() == 0
    assert (opened.requests, opened.complaints) == ([file.as_uri()], [])
    opened.context.close()
