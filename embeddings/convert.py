"""Turns the packed weights into the bundled model's folder, once per installation: `python -m embeddings.convert`."""

import argparse
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp

from embeddings.adapter import ADAPTER, Adapter
from embeddings.files import locked, sha256_of, sync
from embeddings.packed_e5 import WeightsNotFound, find_weights, read_packed

MODEL_NAME = "multilingual-e5-small"
MANIFEST = "musubi-manifest.json"
# Part of the model's id: raise it when the conversion changes vectors, and everything is embedded afresh.
CONVERSION = 2


class NotConverted(RuntimeError):
    """The bundled model has not been made yet: run `python -m embeddings.convert`."""


@dataclass(frozen=True)
class Manifest:
    """What was converted from what; sizes and sha256 of every file, so that a damaged folder is noticed."""

    model: str
    conversion: int
    source: str
    source_sha256: str
    adapter_sha256: str
    files: dict[str, tuple[int, str]]  # path in the folder → bytes, sha256

    @property
    def checksum(self) -> str:
        return f"{self.source_sha256[:12]}.{self.adapter_sha256[:12]}.{self.conversion}"


def bundled_folder(data_dir: Path) -> Path:
    return data_dir / "models" / MODEL_NAME


def convert_bundled(data_dir: Path, report: Callable[[str], None] = lambda _: None) -> Path:
    """Make the bundled model's folder when it is missing, damaged or made from other weights; else return at once.

    Safe to call from several processes; a reader sees the old folder or the new one, never half of one.
    """
    target = bundled_folder(data_dir)
    if is_current(target):
        return target
    with locked(target.parent / f".{MODEL_NAME}.lock"):
        if not is_current(target):
            _convert(target, report)
    return target


def read_manifest(folder: Path) -> Manifest:
    """Raises NotConverted when the folder has no readable manifest."""
    try:
        fields = json.loads((folder / MANIFEST).read_text("utf-8"))
        fields["files"] = {name: (size, sha) for name, (size, sha) in fields["files"].items()}
        return Manifest(**fields)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NotConverted(f"no bundled model in {folder}: run `python -m embeddings.convert`") from error


def is_current(folder: Path) -> bool:
    """Quick check, by size and source: cheap enough for every start."""
    try:
        manifest = read_manifest(folder)
        sizes = {name: (folder / name).stat().st_size for name in manifest.files}
    except (NotConverted, OSError):
        return False
    if manifest.conversion != CONVERSION or any(sizes[name] != size for name, (size, _) in manifest.files.items()):
        return False
    if manifest.adapter_sha256 != sha256_of(ADAPTER):
        return False
    try:
        return sha256_of(find_weights()) == manifest.source_sha256
    except WeightsNotFound:  # the folder was copied from another machine: it stands on its own
        return True


def damaged_files(folder: Path) -> list[str]:
    """Thorough check for `doctor`: the files whose checksum is not the recorded one."""
    files = read_manifest(folder).files
    return [
        name for name, (_, sha) in files.items() if not (folder / name).is_file() or sha256_of(folder / name) != sha
    ]


def _convert(target: Path, report: Callable[[str], None]) -> None:
    from embeddings.onnx_export import write_onnx
    from embeddings.standard_folder import write_standard_folder

    source, adapter = find_weights(), Adapter.read()
    for left_over in target.parent.glob(f".{MODEL_NAME}-*"):  # from a conversion that was killed; the lock is ours
        shutil.rmtree(left_over, ignore_errors=True)
    fresh = Path(mkdtemp(dir=target.parent, prefix=f".{MODEL_NAME}-"))
    try:
        report(f"1/3 {MODEL_NAME}: sentence-transformers (fp32)")
        write_standard_folder(read_packed(source), fresh, adapter)
        report(f"2/3 {MODEL_NAME}: ONNX (int8)")
        write_onnx(fresh)
        report(f"3/3 {MODEL_NAME}: SHA-256")
        _write_manifest(fresh, source, adapter)
        _put_in_place(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_manifest(folder: Path, source: Path, adapter: Adapter) -> None:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths:
        path.chmod(0o644)  # safetensors writes 0600; web server and worker may run as different users
        sync(path)
    files = {str(path.relative_to(folder)): (path.stat().st_size, sha256_of(path)) for path in paths}
    manifest = Manifest(MODEL_NAME, CONVERSION, source.name, sha256_of(source), adapter.checksum, files)
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
    sync(folder / MANIFEST)
    folder.chmod(0o755)


def _put_in_place(fresh: Path, target: Path) -> None:
    """Two renames when something stood there: a folder cannot be replaced in one step."""
    if target.exists():
        aside = Path(mkdtemp(dir=target.parent, prefix=f".{MODEL_NAME}-old-"))
        target.rename(aside / "model")
        fresh.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        fresh.rename(target)
    sync(target.parent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path(os.environ.get("DATA_DIR", "var")))
    folder = convert_bundled(parser.parse_args().data_dir, lambda line: print(line, flush=True))
    print(folder)


if __name__ == "__main__":
    main()
