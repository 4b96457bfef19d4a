"""Headers of the pages: what a page may load, and what it may use of the browser."""

from __future__ import annotations


def policy(**sources: str) -> str:
    """A content security policy: nothing but our own files, apart from the kinds of source that are named."""
    own = dict.fromkeys(("script", "style", "img", "connect", "manifest"), "'self'") | sources
    nothing = [f"{kind} 'none'" for kind in ("base-uri", "form-action", "frame-ancestors")]
    return "; ".join(["default-src 'none'", *(f"{kind}-src {allowed}" for kind, allowed in own.items()), *nothing])


PORTAL_POLICY = policy()
"""Content security policy of the portal: it may load from and connect to this origin only, without inline scripts."""
INTERFACE_POLICY = policy(style="'self' 'unsafe-inline'", img="'self' data:")
"""Policy of the description of the interface: Swagger UI makes style attributes, and its style sheet has images."""
UNUSED = (
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *("idle-detection", "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
)
"""What a browser can do that no page needs."""
PAGE_HEADERS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in UNUSED),
}
