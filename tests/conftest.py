"""In the gate (CI=true) a test that is skipped has not been run, and what has not been run does not hold."""

import os

import pytest


def unwanted_skips(config):
    """Return the reasons of all skips but those for want of ../shared, which only some machines have."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:  # the workers of pytest-xdist have no reporter
        return []
    reasons = [str(report.longrepr[-1]) for report in reporter.stats.get("skipped", [])]
    return [reason for reason in reasons if "../shared" not in reason]


def pytest_sessionfinish(session, exitstatus):
    if exitstatus == pytest.ExitCode.OK and unwanted_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    for reason in unwanted_skips(config):
        terminalreporter.write_line(f"A skip fails the gate: {reason}", red=True)
