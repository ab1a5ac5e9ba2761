"""The open faces that come with the service: 思源宋体 and 思源黑体, the same on every machine."""

from pathlib import Path

import pylopdf_fonts_zh_cn

FACES = Path(pylopdf_fonts_zh_cn.__file__).parent
SONG, HEI = "Noto Serif SC", "Noto Sans SC"
