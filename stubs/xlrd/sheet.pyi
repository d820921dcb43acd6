class Cell:
    ctype: int
    value: str | float | int
    xf_index: int | None

class Rowinfo:
    hidden: int

class Colinfo:
    hidden: int

class Sheet:
    nrows: int
    merged_cells: list[tuple[int, int, int, int]]
    rowinfo_map: dict[int, Rowinfo]
    colinfo_map: dict[int, Colinfo]
    def row(self, rowx: int) -> list[Cell]: ...
