"""Texts that try to be more than text.

A page that is taken in calls `xss()`, has an element with `data-xss`, or asks a stranger.
"""

from typing import Final

STRANGER: Final = "http://127.0.0.2:9"
"""Nobody is there; a request to it is a mistake of the page, and the policy forbids it."""

ADDRESSES: Final = (
    "javascript:xss()",
    " JaVaScRiPt:xss()",
    "java\tscript:xss()",
    "data:text/html,<script data-xss>xss()</script>",
    "vbscript:xss()",
    f"{STRANGER}/followed",
)
"""Where links may lead that nobody should follow by accident; the last one is a link, and never loaded by itself."""

MARKUP: Final = (
    "<script data-xss>xss()</script>",
    "</script><script data-xss>xss()</script>",
    "</textarea></title></style><script data-xss>xss()</script>",
    "<img data-xss src=x onerror=xss()>",
    f'<img data-xss src="{STRANGER}/picture">',
    "<svg data-xss onload=xss()>",
    '"><b data-xss onmouseover=xss() onfocus=xss() autofocus tabindex=1>',
    "'><details data-xss open ontoggle=xss()>",
    '<a data-xss href="javascript:xss()">here</a>',
    '<iframe data-xss srcdoc="<script>parent.xss()</script>"></iframe>',
    '<form data-xss action="javascript:xss()"><button>Go</button></form>',
    '<base data-xss href="//127.0.0.2:9/">',
    f'<link data-xss rel=stylesheet href="{STRANGER}/style">',
    f"<style data-xss>*{{background:url({STRANGER}/style)}}</style>",
    '<math><mtext><table><mglyph><style><img data-xss src onerror="xss()">',
    "<!--<img data-xss src=x onerror=xss()>-->",
    "]]><img data-xss src=x onerror=xss()>",
)

CODE: Final = (
    "${xss()}",
    "{{constructor.constructor('xss()')()}}",
    "`${xss()}`",
    "';xss();//",
    "\\u003cimg data-xss src=x onerror=xss()\\u003e",
    "&lt;img data-xss src=x onerror=xss()&gt;",
    "[here](javascript:xss()) ![here](http://127.0.0.2:9/markdown)",
    f"red;background:url({STRANGER}/css);x:expression(xss())",
    f"}} * {{ background: url({STRANGER}/css) }}",
)

TROUBLE: Final = (
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "\u202etxt.exe\u202c \u2066hidden\u2069",
    "\x1b[31mred\x1b]8;;javascript:xss()\x07link\x1b[2J",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 a\u200bb\ufeff \U000e0041",
    "Z\u0351\u0321\u0315a\u0489l\u0334g\u0321o" + "\u0301" * 40,
    "a\u0001b\u0008\u007f\u2028\u2029",
)

CORPUS: Final = (*MARKUP, *CODE, *ADDRESSES, *TROUBLE)
EVERYTHING: Final = "\n".join(CORPUS)
LONG: Final = "<b data-xss>" + "x" * 100_000

WATCH: Final = """
globalThis.taken = [];
globalThis.xss = () => { globalThis.taken.push(new Error("xss").stack); };
for (const name of ["alert", "confirm", "prompt", "open"]) globalThis[name] = () => { globalThis.taken.push(name); };
"""
"""Runs before the scripts of every page."""

LOOK: Final = """() => {
  const strange = (address) => !/^(https?:|data:image\\/|blob:|#|\\/|$)/i.test(address.trim());
  const all = (selector) => [...document.querySelectorAll(selector)];
  return [
    ...globalThis.taken,
    ...all("[data-xss], iframe, object, embed, base, frame, script:not([src])").map((each) => each.outerHTML),
    ...all("[href], [src], [action], [formaction]").flatMap((each) =>
      ["href", "src", "action", "formaction"].map((name) => each.getAttribute(name) ?? "").filter(strange)),
    ...all("a[href^='http']").filter((each) => new URL(each.href).host !== location.host)
      .filter((each) => !/noopener/.test(each.rel)).map((each) => `opens ${each.href}`),
    ...all("*").flatMap((each) => each.getAttributeNames().filter((name) => /^on/i.test(name))),
    ...Object.keys(Object.prototype),
    ...(({}).polluted ? ["polluted"] : []),
  ];
}"""
"""What is in the page that no text should have brought there."""
