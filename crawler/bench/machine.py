"""What machine the figures are of."""

import importlib.metadata
import os
import platform
from pathlib import Path

PACKAGES = ("scrapy", "warcio", "lxml", "isal", "trafilatura", "fastwarc", "resiliparse")
"""Whose versions the figures depend on."""


def describe_machine() -> dict[str, str]:
    """Processor, cores, memory, load, system and versions, in words."""
    versions = ", ".join(f"{name} {version}" for name in PACKAGES if (version := _version(name)))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": f"{_processor()}, {cores} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "load": f"{os.getloadavg()[0]:.1f} when it began",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": versions,
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model")))
    return next(names, platform.processor() or platform.machine())
