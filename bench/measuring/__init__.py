"""What benchmarks share. A benchmark is a script directly in ``bench/``; packages beside them are not run."""

import sys
from pathlib import Path

# Scripts are run by their path: the folder they stand in is on the path then, the project is not.
sys.path.append(str(Path(__file__).resolve().parents[2]))
