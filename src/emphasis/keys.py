"""What need not be made again: for each thing made, the key it was made with and the hash of every file it wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from emphasis import files
from emphasis.errors import InputError
from emphasis.paths import Root


@dataclass(frozen=True)
class Keys:
    """The keys of one run, one file a thing, in the cache; a clean clone has none."""

    root: Root
    run: str

    def _file(self, thing: str) -> Path:
        return self.root.cache / self.run / f"{thing}.json"

    def is_current(self, thing: str, key: str) -> bool:
        """Tell whether the thing was made with this key, and all that it wrote is still as it wrote it."""
        try:
            kept = json.loads(files.read_text(self._file(thing))) if self._file(thing).exists() else {}
        except (InputError, json.JSONDecodeError):
            return False  # a key that cannot be read is no key
        written = kept.get("outputs", {}).items()
        return kept.get("key") == key and all(sha256_of(self.root.path / path) == value for path, value in written)

    def keep(self, thing: str, key: str, outputs: Iterable[Path]) -> None:
        """Remember the key with which a thing was made, and what it wrote."""
        kept = {"key": key, "outputs": {self.root.relative(path): sha256_of(path) for path in outputs}}
        files.write(self._file(thing), json.dumps(kept, indent=1))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, nothing where there is none."""
    return files.sha256(files.read_bytes(path)) if path.is_file() else ""


def key_of(paths: Iterable[Path], *more: str) -> str:
    """Return a key that changes with the name or content of any of these files, and with `more`."""
    parts = [f"{path.name}={sha256_of(path)}" for path in paths]
    return files.sha256("\n".join([*parts, *more]).encode())
