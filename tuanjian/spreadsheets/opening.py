"""One door to the readers of all kinds of files."""

import sys
from pathlib import Path

from tuanjian.spreadsheets.gathering import Gathering
from tuanjian.spreadsheets.sniffing import Family, recognise


def gather(path: Path, name: str, gathering: Gathering) -> None:
    """Read a file of any known kind into the gathering; refuses with ``FileRefused``."""
    # Only the reader that is needed is loaded: the start of this process is part of every upload.
    match recognise(path, name, gathering.limits):
        case Family.XLSX:
            from tuanjian.spreadsheets.xlsx import gather_xlsx as gather_family
        case Family.XLS:
            if sys.flags.no_site:
                # The process that parses starts without it, and xlrd is the only library a reader needs.
                import site

                site.main()
            from tuanjian.spreadsheets.legacy import gather_xls as gather_family
        case Family.DELIMITED:
            from tuanjian.spreadsheets.delimited import gather_delimited as gather_family
    gather_family(path, gathering)
