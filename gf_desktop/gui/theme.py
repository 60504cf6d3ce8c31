"""From the palette to Qt: Fusion style, fonts, colours and the one style sheet."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from gf_desktop.gui.palette import DARK, GRID_PX, PALETTES, TEXT_PX, Palette

__all__ = ["FONT_FAMILIES", "apply_theme", "caption_font", "current_palette", "numbers_font"]

FONT_FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Arial")
"""The first one that is installed is used; all have the figures and signs that are shown."""

_THEME_PROPERTY = "gf_theme"


def _font(size_px: int) -> QFont:
    font = QFont()
    font.setFamilies(list(FONT_FAMILIES))
    font.setPixelSize(size_px)
    return font


def caption_font() -> QFont:
    """Return the smallest font in use."""
    return numbers_font(TEXT_PX - 2)


def numbers_font(size_px: int = TEXT_PX) -> QFont:
    """Return a font whose figures are all of one width, so that numbers that change do not dance."""
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
    half, whole = GRID_PX // 2, GRID_PX
    return f"""
    QWidget {{ outline: none; }}
    QMainWindow, QWidget#page {{ background: {tokens.window}; }}
    QToolTip {{ color: {tokens.text}; background: {tokens.raised}; border: 1px solid {tokens.border}; padding: {half}px; }}
    QLabel#muted, QLabel#caption {{ color: {tokens.muted}; }}
    QLabel#heading {{ font-size: {TEXT_PX + 1}px; font-weight: 600; }}
    QLabel#title {{ font-size: {TEXT_PX + 9}px; font-weight: 600; }}
    QLabel#good {{ color: {tokens.good}; }} QLabel#warn {{ color: {tokens.warn}; }} QLabel#bad {{ color: {tokens.bad}; }}
    QFrame#bar {{ background: {tokens.surface}; border: none; border-bottom: 1px solid {tokens.border}; }}
    QFrame#foot {{ background: {tokens.surface}; border: none; border-top: 1px solid {tokens.border}; }}
    QFrame#line {{ background: {tokens.border}; border: none; }}
    QFrame#panel {{ background: {tokens.surface}; border: none; }}
    QFrame#card {{ background: {tokens.surface}; border: 1px solid {tokens.border}; border-radius: {half}px; }}
    QFrame#drop {{ background: transparent; border: 1px dashed {tokens.border}; border-radius: {half}px; }}
    QFrame#row {{ background: transparent; border: none; border-left: 3px solid transparent; }}
    QFrame#row:hover {{ background: {tokens.hover}; }}
    QFrame#row[chosen="true"] {{ background: {tokens.raised}; border-left: 3px solid {tokens.text}; }}
    QFrame#notice {{
        background: {tokens.raised}; border: none; border-bottom: 1px solid {tokens.border}; border-left: 4px solid {tokens.muted};
    }}
    QFrame#notice[kind="good"] {{ border-left-color: {tokens.good}; }}
    QFrame#notice[kind="warn"] {{ border-left-color: {tokens.warn}; }}
    QFrame#notice[kind="bad"] {{ border-left-color: {tokens.bad}; }}
    QPushButton, QToolButton#chip, QComboBox {{
        background: {tokens.raised}; color: {tokens.text}; border: 1px solid {tokens.border}; border-radius: {half}px;
        padding: {half}px {whole + half}px; min-height: 18px;
    }}
    QPushButton:hover, QToolButton#chip:hover, QComboBox:hover {{ background: {tokens.hover}; }}
    QPushButton:focus, QToolButton:focus, QComboBox:focus {{ border: 1px solid {tokens.accent}; }}
    QPushButton:disabled, QComboBox:disabled {{ color: {tokens.disabled}; }}
    QPushButton#primary {{ background: {tokens.accent}; color: {tokens.on_accent}; border: 1px solid {tokens.accent}; font-weight: 600; }}
    QPushButton#primary:focus {{ border: 1px solid {tokens.text}; }}
    QPushButton#primary:disabled {{ background: {tokens.raised}; color: {tokens.disabled}; border-color: {tokens.border}; }}
    QPushButton#link {{ background: transparent; border: none; color: {tokens.accent}; padding: {half}px; text-align: left; }}
    QPushButton#link:hover, QPushButton#link:focus {{ text-decoration: underline; }}
    QComboBox QAbstractItemView {{ background: {tokens.raised}; color: {tokens.text}; border: 1px solid {tokens.border}; }}
    QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {half}px; padding: {half}px; }}
    QToolButton:hover {{ background: {tokens.hover}; }}
    QToolButton:checked {{ background: {tokens.raised}; border: 1px solid {tokens.border}; }}
    QToolButton#hand:checked {{ background: {tokens.text}; }}
    QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {tokens.muted}; border-radius: 3px; background: {tokens.window}; }}
    QCheckBox::indicator:checked {{ background: {tokens.text}; border: 4px solid {tokens.window}; width: 8px; height: 8px; }}
    QCheckBox::indicator:focus {{ border-color: {tokens.accent}; }}
    QSplitter {{ background: {tokens.border}; }}
    QMenuBar {{ background: transparent; }}
    QMenuBar::item {{ padding: {half}px {whole}px; border-radius: {half}px; background: transparent; }}
    QMenuBar::item:selected {{ background: {tokens.hover}; }}
    QMenu {{ background: {tokens.raised}; color: {tokens.text}; border: 1px solid {tokens.border}; padding: {half}px; }}
    QMenu::item {{ padding: {half}px {3 * whole}px; }}
    QMenu::item:selected {{ background: {tokens.hover}; }}
    QMenu::item:disabled {{ color: {tokens.disabled}; }}
    QMenu::separator {{ height: 1px; background: {tokens.border}; margin: {half}px; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {tokens.border}; }}
    QTabBar {{ background: {tokens.surface}; }}
    QTabBar::tab {{
        background: transparent; color: {tokens.muted}; padding: {whole}px {whole}px {whole - 3}px {whole}px;
        border: none; border-bottom: 2px solid transparent; margin-right: {half}px;
    }}
    QTabBar::tab:selected {{ color: {tokens.text}; border-bottom: 2px solid {tokens.text}; }}
    QTabBar::tab:hover {{ color: {tokens.text}; }}
    QTabBar::tab:focus {{ color: {tokens.accent}; }}
    QListView, QTreeView, QTableView, QPlainTextEdit, QScrollArea {{ background: {tokens.surface}; border: none; }}
    QPlainTextEdit {{ background: {tokens.window}; border: 1px solid {tokens.border}; border-radius: {half}px; }}
    QHeaderView::section {{
        background: {tokens.surface}; color: {tokens.muted}; border: none; border-bottom: 1px solid {tokens.border}; padding: {half}px;
    }}
    QTreeView::item {{ padding: {half}px 0; }}
    QTableView {{ gridline-color: {tokens.border}; }}
    QTableView::item:selected, QTreeView::item:selected, QListView::item:selected {{ background: {tokens.raised}; color: {tokens.text}; }}
    QProgressBar {{ background: {tokens.raised}; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }}
    QProgressBar::chunk {{ background: {tokens.accent}; border-radius: 3px; }}
    QSplitter::handle {{ background: {tokens.border}; }}
    QSplitter::handle:horizontal {{ width: 1px; }}
    QSlider::groove:horizontal {{ background: {tokens.border}; height: 4px; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {tokens.muted}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {tokens.text}; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; }}
    QSlider::handle:horizontal:focus {{ background: {tokens.accent}; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {tokens.border}; border-radius: 5px; min-height: 24px; min-width: 24px; }}
    QScrollBar::handle:hover {{ background: {tokens.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


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
