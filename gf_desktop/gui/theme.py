"""From the palette to Qt: Fusion style, fonts, colours and the one style sheet."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from string import Template

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from gf_desktop.gui.palette import DARK, GRID_PX, PALETTES, TEXT_PX, Palette
from gf_desktop.resources import resource_dir

__all__ = ["FONT_FAMILIES", "apply_theme", "caption_font", "current_palette", "numbers_font"]

FONT_FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Arial")
"""The first one that is installed is used; all have the figures and signs that are shown."""

_THEME_PROPERTY = "gf_theme"

_SHEET = Template("""
    QWidget { outline: none; }
    QMainWindow, QWidget#page { background: $window; }
    QToolTip { color: $text; background: $raised; border: 1px solid $border; padding: ${half}px; }
    QLabel#muted, QLabel#caption { color: $muted; }
    QLabel#hint { color: $view_text; background: transparent; }
    QLabel#heading { font-size: ${heading}px; font-weight: 600; }
    QLabel#title { font-size: ${title}px; font-weight: 600; }
    QLabel#good { color: $good; } QLabel#warn { color: $warn; } QLabel#bad { color: $bad; }
    QFrame#bar { background: $surface; border: none; border-bottom: 1px solid $border; }
    QFrame#foot { background: $surface; border: none; border-top: 1px solid $border; }
    QFrame#line { background: $border; border: none; }
    QFrame#panel { background: $surface; border: none; }
    QFrame#card { background: $surface; border: 1px solid $border; border-radius: ${half}px; }
    QFrame#drop { background: transparent; border: 1px dashed $muted; border-radius: ${half}px; }
    QFrame#row { background: transparent; border: none; border-left: 3px solid transparent; }
    QFrame#row:hover { background: $hover; }
    QFrame#row:focus { background: $hover; border-left: 3px solid $accent; }
    QFrame#row[chosen="true"] { background: $raised; border-left: 3px solid $text; }
    QFrame#notice {
        background: $raised; border: none; border-top: 1px solid $border; border-left: 4px solid $muted;
    }
    QFrame#notice[kind="good"] { border-left-color: $good; }
    QFrame#notice[kind="warn"] { border-left-color: $warn; }
    QFrame#notice[kind="bad"] { border-left-color: $bad; }
    QPushButton, QToolButton#chip, QComboBox {
        background: $raised; color: $text; border: 1px solid $border; border-radius: ${half}px;
        padding: ${half}px ${whole_half}px; min-height: 18px;
    }
    QPushButton:hover, QToolButton#chip:hover, QComboBox:hover { background: $hover; }
    QPushButton:focus, QToolButton:focus, QComboBox:focus { border: 1px solid $accent; }
    QPushButton:disabled, QComboBox:disabled { color: $disabled; }
    QPushButton#primary { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
    QPushButton#primary:focus { border: 1px solid $text; }
    QPushButton#primary:disabled { background: $raised; color: $disabled; border-color: $border; }
    QPushButton#segment { padding: 2px ${whole}px; color: $muted; }
    QPushButton#segment:checked { background: $text; color: $window; border-color: $text; }
    QPushButton#field, QLineEdit#field {
        background: $window; color: $text; border: 1px solid $border; border-radius: ${half}px; padding: ${half}px ${whole}px;
        min-height: 18px;
    }
    QPushButton#field:hover { background: $hover; }
    QPushButton#field:focus, QLineEdit#field:focus { border: 1px solid $accent; }
    QPushButton#link { background: transparent; border: none; color: $accent; padding: ${half}px; text-align: left; }
    QPushButton#link:hover, QPushButton#link:focus { text-decoration: underline; }
    QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $border; }
    QToolButton { background: transparent; border: 1px solid transparent; border-radius: ${half}px; padding: ${half}px; }
    QToolButton:hover { background: $hover; }
    QToolButton:checked { background: $raised; border: 1px solid $border; }
    QToolButton#hand:checked { background: $text; }
    QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 3px; background: $window; }
    QCheckBox::indicator:checked {
        background: $text; background-clip: content; padding: 3px; width: 8px; height: 8px; border: 1px solid $text; border-radius: 3px;
    }
    QCheckBox::indicator:focus { border-color: $accent; }
    QSplitter { background: $border; }
    QMenuBar { background: transparent; }
    QMenuBar::item { padding: ${half}px ${whole}px; border-radius: ${half}px; background: transparent; }
    QMenuBar::item:selected { background: $hover; }
    QMenu { background: $raised; color: $text; border: 1px solid $border; padding: ${half}px; }
    QMenu::item { padding: ${half}px ${three}px; }
    QMenu::item:selected { background: $hover; }
    QMenu::item:disabled { color: $disabled; }
    QMenu::separator { height: 1px; background: $border; margin: ${half}px; }
    QTabWidget::pane { border: none; border-top: 1px solid $border; }
    QTabBar { background: $surface; }
    QTabBar::tab {
        background: transparent; color: $muted; padding: ${whole}px 5px ${tab}px 5px;
        border: none; border-bottom: 2px solid transparent; margin-right: 0px;
    }
    QTabBar::tab:selected { color: $text; border-bottom: 2px solid $text; }
    QTabBar::tab:hover { color: $text; }
    QTabBar::tab:focus { color: $accent; }
    QListView, QTreeView, QTableView, QPlainTextEdit, QScrollArea { background: $surface; border: none; }
    QTextBrowser { background: $surface; border: none; border-bottom: 1px solid $border; }
    QPlainTextEdit { background: $window; border: 1px solid $border; border-radius: ${half}px; }
    QHeaderView::section {
        background: $surface; color: $muted; border: none; border-bottom: 1px solid $border; padding: ${half}px;
    }
    QTreeView::item { padding: ${half}px ${half}px; }
    QComboBox::drop-down { border: none; width: ${two_half}px; }
    QComboBox::down-arrow { image: url("$chevron"); width: 12px; height: 12px; }
    QTableView { gridline-color: $border; }
    QTableView::item:selected, QTreeView::item:selected, QListView::item:selected { background: $raised; color: $text; }
    QProgressBar { background: $raised; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
    QProgressBar::chunk { background: $accent; border-radius: 3px; }
    QSplitter::handle { background: $border; }
    QSplitter::handle:horizontal { width: 1px; }
    QSlider::groove:horizontal { background: $border; height: 4px; border-radius: 2px; }
    QSlider::sub-page:horizontal { background: $muted; border-radius: 2px; }
    QSlider::handle:horizontal { background: $text; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; }
    QSlider::handle:horizontal:focus { background: $accent; }
    QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
    QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
    QScrollBar::handle { background: $border; border-radius: 5px; min-height: 24px; min-width: 24px; }
    QScrollBar::handle:hover { background: $muted; }
    QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
    QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")
"""The style sheet of the window; its names are those of :class:`Palette` and the sizes of ``_sheet``."""


def _font(size_px: int) -> QFont:
    font = QFont()
    font.setFamilies(list(FONT_FAMILIES))
    font.setPixelSize(size_px)
    return font


def caption_font() -> QFont:
    """Return the smallest font in use."""
    return numbers_font(TEXT_PX - 2)


@cache
def numbers_font(size_px: int = TEXT_PX) -> QFont:
    """Return a font whose figures are all of one width, so that numbers that change do not dance; not to be changed."""
    font = _font(size_px)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _colours(tokens: Palette) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for target, colour in {
        role.Window: tokens.surface,
        role.WindowText: tokens.text,
        role.Base: tokens.window,
        role.AlternateBase: tokens.surface,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.bad,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Mid: tokens.border,
        role.Dark: tokens.border,
        role.Shadow: tokens.window,
    }.items():
        palette.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(tokens.disabled))
    return palette


def _sheet(tokens: Palette) -> str:
    sizes = {
        "half": GRID_PX // 2,
        "whole": GRID_PX,
        "whole_half": GRID_PX + GRID_PX // 2,
        "two_half": 2 * GRID_PX + GRID_PX // 2,
        "three": 3 * GRID_PX,
        "tab": GRID_PX - 3,
        "heading": TEXT_PX + 1,
        "title": TEXT_PX + 9,
    }
    return _SHEET.substitute(asdict(tokens), **sizes, chevron=(resource_dir() / "icons" / "chevron.svg").as_posix())


def current_palette() -> Palette:
    """Return the tokens of the theme in use, for widgets that paint themselves."""
    app = QApplication.instance()
    name = app.property(_THEME_PROPERTY) if app is not None else None
    return PALETTES.get(str(name), DARK)


def apply_theme(app: QApplication, tokens: Palette = DARK) -> None:
    """Give the application the style, font and colours of a palette; may be called again to change the theme."""
    app.setProperty(_THEME_PROPERTY, tokens.name)
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setFont(_font(TEXT_PX))
    app.setPalette(_colours(tokens))
    app.setStyleSheet(_sheet(tokens))
