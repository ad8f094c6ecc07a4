"""Takes the console's one script out of its package, as vendored.json pins it.

    python layers/console/vendor.py TARGET

The package comes through npm, whose settings for mirrors and proxies hold here too. Nothing is written where the
package is not the one that was pinned.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PINNED: dict[str, Any] = json.loads((HERE / "vendored.json").read_text(encoding="utf-8"))


def main(target: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        npm = shutil.which("npm", path=str(Path(sys.executable).parent)) or "npm"
        command = [npm, "pack", "--silent", f"{PINNED['name']}@{PINNED['version']}", "--pack-destination", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        content = archive.read_bytes()
        found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        if found != PINNED["integrity"]:
            print(f"The package is another one than was pinned: {found}", file=sys.stderr)
            return 1
        with tarfile.open(archive) as package:
            member = package.extractfile(f"package/{PINNED['file']}")
            script = member.read() if member is not None else b""
    if hashlib.sha256(script).hexdigest() != PINNED["sha256"]:
        print("The script is another one than was pinned.", file=sys.stderr)
        return 1
    (target / Path(PINNED["file"]).name).write_bytes(script)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
