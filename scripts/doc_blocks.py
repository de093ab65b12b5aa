#!/usr/bin/env python3
"""Writes each C++ block of a Markdown page to a file of its own, so that the build compiles what the page shows."""
import pathlib
import re
import sys

page, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
for number, block in enumerate(re.findall(r"^```cpp\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL), 1):
    file = folder / f"{page.stem}_{number}.cc"
    code = f"// Block {number} of {page.name}.\n{block}"
    if not file.exists() or file.read_text() != code:
        file.write_text(code)
    print(file)
