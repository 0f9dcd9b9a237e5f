"""Several panels on one pair of Axes: pictures of one network at several epochs, side by side."""

from matplotlib.axes import Axes

from .style import is_narrow, scale, set_height

ACROSS, ACROSS_NARROW = 4, 2  # panels in a row
GAP = 0.06  # between two panels in a row, in widths of the Axes
HEAD = 0.3  # inches: the title of a panel, and the space above it
BESIDE, BELOW = 0.7, 1.2  # inches: the labels beside all panels; those below, and a legend above
HIGHEST = 2.85  # inches of a panel


def set_panel_height(axes: Axes, panels: int, ratio: float) -> None:
    """Give the figure the height for so many panels, each `ratio` times as high as wide."""
    rows, columns = _rows_and_columns(axes, panels)
    width = (axes.figure.bbox.width / axes.figure.dpi - BESIDE * scale()) / columns
    set_height(axes, rows * (min(ratio * width, HIGHEST) + (HEAD if panels > 1 else 0)) + BELOW * scale())


def _rows_and_columns(axes: Axes, panels: int) -> tuple[int, int]:
    columns = min(ACROSS_NARROW if is_narrow(axes) else ACROSS, panels)
    return -(-panels // columns), columns


def panels_of(axes: Axes, titles: list[str]) -> list[Axes]:
    """Axes for each of these panels, in the place of `axes`; a single panel is `axes` itself, without its title."""
    if len(titles) == 1:
        return [axes]
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    rows, columns = _rows_and_columns(axes, len(titles))
    head = HEAD / (0.8 * axes.figure.canvas.figure.get_figheight())  # the Axes are lower than the figure by their labels
    width, height = (1 + GAP) / columns, 1 / rows
    found: list[Axes] = []
    for place, title in enumerate(titles):
        row, column = divmod(place, columns)
        panel = axes.inset_axes((column * width, 1 - (row + 1) * height, width - GAP, height - head))
        panel.set_title(title, fontsize=9, pad=3)
        panel.tick_params(labelsize=8, labelleft=column == 0, labelbottom=place + columns >= len(titles))
        panel.xaxis.label.set_visible(place + columns >= len(titles))  # others have a panel below
        found.append(panel)
    return found
