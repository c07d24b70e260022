"""A reader who has a keyboard alone, and wants to see at every key where the focus is."""

from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

MOST: Final = 120
"""Stops of Tab until it is a trap, or what is looked for is too far away to be found by anybody."""

_FOCUS: Final = """() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return null;
  const primary = (element) => {
    const style = getComputedStyle(element);
    const seen = (colour) => !/^(transparent|rgba\\(.*, 0\\))$/.test(colour);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && seen(style.outlineColor);
    // Fields show it by their border, and by nothing else.
    const field = element.matches("input, textarea, select, .mantine-PillsInput-input, .mantine-TagsInput-input");
    const rest = getComputedStyle(document.documentElement).getPropertyValue("--mantine-color-default-border").trim();
    const probe = Object.assign(document.createElement("i"), { style: `color: ${rest}` });
    document.body.append(probe);
    const bordered = parseFloat(style.borderTopWidth) > 0 && style.borderTopColor !== getComputedStyle(probe).color;
    probe.remove();
    return outlined || style.boxShadow !== "none" || (field && bordered && seen(style.borderTopColor));
  };
  // What is drawn in the place of a box that is hidden to be drawn otherwise.
  const drawn = at.matches("input[type=radio], input[type=checkbox]")
    ? [at.nextElementSibling, at.labels?.[0], at.parentElement]
    : [".cm-editor, .mantine-PillsInput-input, .mantine-TagsInput-input", "li", "tr"].map((box) => at.closest(box));
  const box = at.getBoundingClientRect();
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent ?? "";
  return {
    shown: inside && [at, ...drawn].some((element) => element && primary(element)),
    html: at.outerHTML.slice(0, 300),
    says: `${at.getAttribute("role") ?? at.getAttribute("type") ?? at.tagName} ${name}`.slice(0, 80),
  };
}"""

_SEEN: Final = f"""async () => {{
  const focus = {_FOCUS};
  // Some fade in. Not by a wait of the driver's, which evaluates texts in the page.
  const end = performance.now() + 2000;
  while (!focus()?.shown && performance.now() < end) await new Promise(requestAnimationFrame);
  return focus();
}}"""


class Keyboard:
    """Presses keys on a page. There is no way to click here."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, *strokes: str) -> None:
        """One after the other."""
        for stroke in strokes:
            self._page.keyboard.press(stroke)

    def type(self, text: str) -> None:
        """Letter by letter."""
        self._page.keyboard.type(text)

    def focus(self) -> dict[str, Any] | None:
        """What has the focus, and whether that is seen; None when nothing has."""
        return self._page.evaluate(_FOCUS)

    def seen(self) -> str:
        """What has the focus, which is seen."""
        focus = self._page.evaluate(_SEEN)
        assert focus is not None, f"nothing has the focus on {self._page.url}"
        assert focus["shown"], f"the focus is not seen on {self._page.url}: {focus}"
        return focus["says"]

    def held(self) -> None:
        """Something has the focus: a dialog that closed, or a page that changed, did not lose it."""
        expect(self._page.locator("body :focus")).to_have_count(1)

    def go_to(self, target: Locator, stroke: str = "Tab") -> None:
        """Press a key until the focus is there; it is seen at every stop on the way."""
        expect(target.first).to_be_attached()
        passed: list[str] = []
        while not self.is_on(target):
            assert len(passed) < MOST, f"{stroke} does not lead to {target}, only to {passed}"
            self.press(stroke)
            if self.focus() is not None:
                passed.append(self.seen())
        self.seen()

    def is_on(self, target: Locator) -> bool:
        """Whether the focus is there."""
        return target.and_(self._page.locator(":focus")).count() > 0

    def round(self) -> list[str]:
        """All stops of Tab, from the beginning of the page to its end; every one is seen."""
        passed: list[str] = []
        while len(passed) <= MOST:
            self.press("Tab")
            if self.focus() is None:
                return passed
            passed.append(self.seen())
        raise AssertionError(f"Tab does not come to the end of {self._page.url}, only to {passed}")
