"""Draws the pictures of the documentation from its own sweeps: python docs/draw.py

The specs are those in `tutorial.md`, trained anew in a temporary folder, so the pictures show what its reader will see. The
README's map is a part of that of `examples/trainability_map.py`, enlarged, and its report is that of the README's own spec.
"""

import re
import shutil
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from playwright.sync_api import sync_playwright

from backsweep.examples.trainability_map import sweep as map_sweep
from backsweep.kernels import train
from backsweep.results.figures import save as save_figure
from backsweep.results.figures.loss import draw_loss, loss_picture
from backsweep.results.figures.maps import draw_success_map, success_map
from backsweep.results.figures.style import INK, draw_svg
from backsweep.results.figures.survival import draw_survival, survival_picture
from backsweep.results.figures.trainability import draw_trainability_map, trainability_map
from backsweep.sweep import Sweep

DOCS = Path(__file__).parent
LIGHT, DARK = "#1b1e23", "#d7dae0"
TAG = re.compile(r"<[^>]+>")  # what is outside are words and numbers to be read
HUNDREDTHS = re.compile(r"(\d\.\d\d)\d+")  # of a point: finer than a screen
STYLE = f"<style>svg {{ color: {LIGHT} }} @media (prefers-color-scheme: dark) {{ svg {{ color: {DARK} }} }}</style>"


def specs(page: str) -> dict[str, dict[str, Any]]:
    """The specs that a page shows, by the names of their files."""
    blocks = re.findall(r'```toml title="([^"]+)"\n(.*?)```', (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    return {name: tomllib.loads(text) for name, text in blocks}


def save(name: str, svg: str) -> None:
    """Write a drawing that takes the ink of the page, or where it stands alone, that of the reader's system."""
    shorter = TAG.sub(lambda tag: HUNDREDTHS.sub(r"\1", tag[0]), svg.replace(INK, "currentColor"))
    start, rest = shorter.split(">", 1)
    (DOCS / "pictures" / name).write_text(f"{start}>\n{STYLE}{rest}", encoding="utf-8")


def notebook() -> pd.DataFrame:
    """The loss of the notebook's network: columns epoch and loss."""
    epochs = range(10_001)
    x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    fit = train(x, y, hidden=2, seed=2, lr=0.1, epochs=10_000, record_at=epochs)
    return pd.DataFrame({"epoch": epochs, "loss": fit.trajectories.loss[0]})


def map_of_trainability() -> None:
    """Where feathers of success reach into failure. The boundary is not drawn: it would hide the many islands."""
    with TemporaryDirectory() as folder:
        table = map_sweep([62.0, 130.0], [27.5, 33.5], pixels=(768, 512), epochs=500).run(folder).table
    axes = draw_trainability_map(trainability_map(table), Figure(figsize=(8.4, 4.6), layout="constrained").add_subplot())
    for line in list(axes.lines):
        line.remove()
    axes.set(xlabel="learning rate of the hidden layer", ylabel="learning rate of the output layer")
    save_figure(axes, DOCS / "pictures" / "trainability.png")


def head_of_the_report(path: Path) -> None:
    """The first screen of the report that the README's spec makes, as a browser shows it."""
    spec = (DOCS.parent / "README.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    with TemporaryDirectory() as folder, sync_playwright() as browsers:
        report = Sweep.from_dict({"name": "xor", **tomllib.loads(spec)}).run(folder).report()
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 1300}, device_scale_factor=1.5)
        page.goto(f"file://{report}")
        page.wait_for_selector("#explorer[data-ready]")
        page.screenshot(path=path)


def main() -> None:
    """Train, and draw."""
    map_of_trainability()
    head_of_the_report(DOCS / "pictures" / "report.png")
    save("notebook-loss.svg", draw_svg(draw_loss, loss_picture(notebook(), 0), height=2.4))
    with TemporaryDirectory() as folder:
        table = Sweep.from_dict(specs("tutorial.md")["xor.toml"]).run(folder).table
    compared = table[(table["lr"] == 1.0) & table["hidden"].isin([2, 3])]
    save("xor-success.svg", draw_svg(draw_success_map, success_map(table), height=2.6))
    save("xor-survival.svg", draw_svg(draw_survival, survival_picture(compared, by=["hidden"]), height=3.2))


if __name__ == "__main__":
    main()
