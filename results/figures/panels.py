"""Several panels on one pair of Axes: pictures of one network at several epochs, side by side."""

from matplotlib.axes import Axes

from .style import is_narrow

ACROSS, ACROSS_NARROW = 4, 2  # panels in a row
GAP = 0.04  # between two panels in a row, in widths of the Axes
HEAD = 0.3  # inches: the title of a panel, and the space above it


def panels_of(axes: Axes, titles: list[str]) -> list[Axes]:
    """Axes for each of these panels, in the place of `axes`; a single panel is `axes` itself, without its title."""
    if len(titles) == 1:
        return [axes]
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    columns = min(ACROSS_NARROW if is_narrow(axes) else ACROSS, len(titles))
    rows = -(-len(titles) // columns)
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
