"""Where things are: the compendium's root and the folders below it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emphasis.errors import InputError


@dataclass(frozen=True)
class Root:
    """The folders of one compendium; nothing here touches the disk."""

    path: Path

    @property
    def seeds(self) -> Path:
        """What people write: statements, codebooks, studies, languages."""
        return self.path / "seeds"

    @property
    def notebooks(self) -> Path:
        """The source notebooks, without outputs."""
        return self.path / "notebooks"

    @property
    def rendered(self) -> Path:
        """The executed notebooks and pages, one folder a run."""
        return self.notebooks / "rendered"

    @property
    def data(self) -> Path:
        """The tables that notebooks write, one folder a run."""
        return self.path / "data"

    @property
    def cache(self) -> Path:
        """Keys of what need not run again, and copies of failed notebooks."""
        return self.path / ".cache"

    def relative(self, path: Path) -> str:
        """Return `path` as seen from the root, with forward slashes, for people and tables."""
        return path.relative_to(self.path).as_posix() if path.is_relative_to(self.path) else str(path)


def find_root() -> Root:
    """Return the nearest compendium at or above the current folder; InputError where there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _is_root(folder):
            return Root(folder)
    raise InputError(f"no compendium at or above {here}: {WHAT}; name it with --root")


def root_at(folder: Path) -> Root:
    """Return the compendium that is this very folder; InputError where it is none."""
    if not _is_root(folder):
        raise InputError(f"no compendium at {folder}: {WHAT}")
    return Root(folder.resolve())


WHAT = "it is a folder that holds seeds/ and notebooks/"


def _is_root(folder: Path) -> bool:
    return (folder / "seeds").is_dir() and (folder / "notebooks").is_dir()
