"""What visitors do again and again, how a test waits for what it claims, and what axe finds."""

import time
from pathlib import Path

from app.assets import HERE
from app.store.code import Saved, decode

AXE = HERE.parent / "node_modules" / "axe-core" / "axe.min.js"
#: seconds the slowest machine may take for what a visitor sees at once; waiting ends as soon as it is so
PATIENCE = 20


def write(page, text):
    """Replace the program."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")


def card(page, name):
    """The card whose title is `name`."""
    mark = page.locator(".mark.name", has_text=name).first.get_attribute("data-node")
    return page.locator(f".mark.card[data-node='{mark}']")


def text_of(page, node, role):
    """Where a card says something, to be compared by `expect`."""
    return page.locator(f"[id='{node}.{role}'] text")


def until(page, function, *arguments):
    """What a JavaScript function returns in the page as soon as that is true.

    Playwright's own `wait_for_function` needs the eval that our pages forbid."""
    end = time.monotonic() + PATIENCE
    while not (found := page.evaluate(function, *arguments)):
        assert time.monotonic() < end, f"never became true: {function}"
        page.wait_for_timeout(40)
    return found


def watch(page, function):
    """From now on note what a JavaScript function returns after every change of the page: what was
    there for a moment only is seen however slow the machine, and never asked for by the clock."""
    page.evaluate(
        """() => {
            const noted = window.noted = [];
            const note = () => {
                const now = function();
                if (JSON.stringify(noted.at(-1)) !== JSON.stringify(now)) noted.push(now);
            };
            const all = {subtree: true, childList: true, attributes: true, characterData: true};
            new MutationObserver(note).observe(document, all);
            note();
        }""".replace("function();", f"({function})();")
    )


def noted(page):
    """What `watch` saw, one after the other."""
    return page.evaluate("window.noted")


def rest(page):
    """Wait until nothing moves that comes to an end: no fade, no glide, no pulse, no font to come."""
    until(
        page,
        """() => document.fonts.status === 'loaded' && document.getAnimations().every(
            (one) => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)""",
    )


def clipboard(page, beginning):
    """The text copied, once it begins like this."""
    return until(
        page,
        "async (start) => { const t = await navigator.clipboard.readText(); return t.startsWith(start) && t }",
        beginning,
    )


def boxes(page, selector):
    """Left, top, right and bottom of every element, all at one moment."""
    return page.evaluate(
        "s => [...document.querySelectorAll(s)].map((e) => { const r = e.getBoundingClientRect();"
        " return [r.left, r.top, r.right, r.bottom]; })",
        selector,
    )


def saved_in(page):
    """The state in the page's address."""
    code = page.url.partition("#")[2]
    return decode(code) if code else Saved(v=1, source="")


def address_of(page, is_right):
    """The address once the state in it is right: it follows the page half a second behind."""
    end = time.monotonic() + PATIENCE
    while not is_right(saved := saved_in(page)):
        assert time.monotonic() < end, f"the address stays at {saved}"
        page.wait_for_timeout(40)
    return page.url


def serious_violations(page):
    """What axe-core calls serious or critical on the page once it has come to rest."""
    rest(page)
    page.evaluate(Path(AXE).read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (v["id"], [n["html"][:120] for n in v["nodes"][:3]])
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
