"""Makes .venv from requirements.lock, with the standard library alone; anew when the lock or Python has changed."""

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
VENV, LOCK = CHECKOUT / ".venv", CHECKOUT / "requirements.lock"
STAMP = VENV / "installed"


def main() -> None:
    wanted = f"{sys.version_info[:3]} {hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n"
    if STAMP.exists() and STAMP.read_text() == wanted:
        STAMP.touch()  # make compares times, and git sets them as it likes
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        sys.exit(f"liancheng: {sys.executable} has no venv module; on Debian and Ubuntu: apt install python3-venv / 缺少 venv 模块")
    tell("making .venv / 创建 .venv")
    run(sys.executable, "-m", "venv", "--clear", str(VENV))
    install()
    STAMP.write_text(wanted)


def install() -> None:
    """Every package is in the lock with its hashes, so that nothing is resolved and nothing unknown gets in."""
    total = sum(1 for line in LOCK.read_text().splitlines() if "==" in line)
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "--no-deps", "--disable-pip-version-check"]
    with subprocess.Popen([*command, "-r", str(LOCK)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        lines, collected = [], 0
        for line in pip.stdout:
            lines.append(line)
            collected += line.startswith("Collecting ")
            if line.startswith("Collecting ") and collected % 20 == 0:
                tell(f"  {collected}/{total}")
            elif line.startswith("Installing "):
                tell("installing / 安装")
    if pip.returncode != 0:
        sys.exit("".join(lines[-5:]) + "liancheng: the packages of requirements.lock could not be installed / 无法安装依赖")


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        sys.exit(f"liancheng: {' '.join(command[1:3])}: {' '.join(last)}")


def tell(line: str) -> None:
    """On standard error: the standard output of `make key` is one line of JSON."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
