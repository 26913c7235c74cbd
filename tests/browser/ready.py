"""When a page in the browser is ready for what comes next, drawn without motion; and how busy the machine is."""

from playwright.sync_api import Page, expect

PLAIN_SCRIPT_MS = 30.0
TWO_FRAMES_MS = 1000 / 30
"""What the two parts of `_PLAIN_WORK` take where nothing else runs, on the machine on which the budgets were set."""

_PLAIN_WORK = """async () => {
  const times = []
  const frames = []
  for (let run = 0; run < 5; run++) {
    const from = performance.now()
    const numbers = new Float64Array(200_000)
    for (let i = 0; i < numbers.length; i++) numbers[i] = (i * 7919) % 104_729
    numbers.sort()
    times.push(performance.now() - from)
    const before = performance.now()
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    frames.push(performance.now() - before)
  }
  return [times, frames].map((of) => of.sort((a, b) => a - b)[2])
}"""


STILL = """addEventListener("DOMContentLoaded", () => {
  const style = document.createElement("style")
  style.textContent = `*, *::before, *::after {
    animation-duration: 0.01ms !important; animation-delay: 0s !important; animation-iteration-count: 1 !important;
    transition-duration: 0.01ms !important; transition-delay: 0s !important;
  }`
  document.head.append(style)
})"""
"""Ends every animation at once: drawn without a graphics card, a waiting page's skeletons keep half a core busy."""


def settle(page: Page) -> None:
    """Wait until the page's script on the server has run to its end: what stands there then is of this run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def next_frame(page: Page) -> None:
    """Wait until the browser has drawn what it was told before."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def slowdown(page: Page) -> float:
    """Return how many times longer than on a quiet machine a script in this page, or two frames, take; 1 at least."""
    script_ms, frames_ms = page.evaluate(_PLAIN_WORK)
    return float(max(1.0, script_ms / PLAIN_SCRIPT_MS, frames_ms / TWO_FRAMES_MS))
