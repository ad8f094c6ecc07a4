"""Takes the pictures of docs/console.md: make screenshots."""

from pathlib import Path

from tests.browser.chromium import chromium, signed_in
from tests.local_cloud.build import build
from tests.local_cloud.cloud import ROOT, LocalCloud
from tests.local_cloud.run import HISTORY, SETTINGS, history_at, play, settings_at
from tests.local_cloud.stack import Stack

TARGET = ROOT / "docs" / "pictures"
WINDOW = {"width": 1180, "height": 760}


def main() -> None:
    build()
    with LocalCloud() as cloud, chromium() as browser:
        stack = Stack(cloud)
        play(stack, history_at(HISTORY), settings_at(SETTINGS))
        decision = max((one for one in stack.decisions() if one.activates), key=lambda one: one.considered_total)
        page = signed_in(browser, stack, "operator", viewport=WINDOW)
        TARGET.mkdir(exist_ok=True)
        for name, path in (
            ("console-person.png", f"people/{decision.person_id}"),
            ("console-decision.png", f"decisions/{decision.decision_id}"),
        ):
            page.goto(f"{stack.console.sign_in}/{path}")
            page.screenshot(path=TARGET / name)
            print(Path("docs") / "pictures" / name)


if __name__ == "__main__":
    main()
