"""The window in which keys are changed: all actions by menu, a search field, presets, and a button that hears the next key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.gui.actions import ACTIONS, MENUS, SPECS, keys_text, tr
from gf_desktop.gui.keymap import HELD_KEYS, PRESETS, Keymap, tidy_key
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.palette_search import match
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.widgets import label, push_button

__all__ = ["KeyButton", "KeysDialog", "key_of"]

DIALOG_SIZE: Final = (640, 620)
_ID_ROLE: Final = int(Qt.ItemDataRole.UserRole)

_HOLDING = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_unknown,
)


def key_of(event: QKeyEvent) -> str:
    """Return the key of an event in portable notation; "" where only Shift or its like is pressed, or the key has no name."""
    if event.key() in _HOLDING or event.key() == 0:
        return ""
    key, held = Qt.Key(event.key()), event.modifiers()
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        # the keypad's Enter has a name of its own
        held &= ~Qt.KeyboardModifier.KeypadModifier
    letter = event.text()
    if len(letter) == 1 and letter.isprintable() and not letter.isalnum() and not letter.isspace():
        # Shift is what makes "?" of another key
        held &= ~Qt.KeyboardModifier.ShiftModifier
    text = QKeySequence(QKeyCombination(held, key)).toString(QKeySequence.SequenceFormat.PortableText)
    try:
        return tidy_key(text)
    except ValueError:
        return ""


class KeyButton(QPushButton):
    """Once clicked, hears the next key, whichever it is, but for Tab, which goes on.

    Signals: ``heard(str)`` a key in portable notation.
    """

    heard = Signal(str)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._idle_text = text
        self.listening = False
        self.setAutoDefault(False)
        self.clicked.connect(lambda _checked=False: self.listen(not self.listening))

    def listen(self, on: bool = True) -> None:
        """Begin to listen, or stop."""
        self.listening = on
        self.setText(tr("Press a key …") if on else self._idle_text)
        if on:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Keep shortcuts and Tab from those who wait for them while it listens."""
        if self.listening and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                key = key_of(event)
                if key and not event.isAutoRepeat():
                    self.listen(on=False)
                    self.heard.emit(key)
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Stop listening: the next key goes elsewhere."""
        if self.listening:
            self.listen(on=False)
        super().focusOutEvent(event)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A key that is another action's: the person is asked."""

    action_id: str
    keys: tuple[str, ...]
    key: str


class KeysDialog(QDialog):
    """See the module. Every change is applied at once.

    Signals: ``changed(Keymap)``.
    """

    changed = Signal(object)

    def __init__(self, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Change keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.keymap = keymap
        self._wish: _Wish | None = None
        self._items: dict[str, QTreeWidgetItem] = {}
        self.search = QLineEdit()
        self.search.setObjectName("field")
        self.search.setPlaceholderText(tr("Search an action or a key"))
        self.search.setAccessibleName(tr("Search an action or a key"))
        self.search.textChanged.connect(lambda _text: self._filter())
        self.preset = QComboBox()
        self.preset.addItems(list(PRESETS))
        self.preset.setAccessibleName(tr("Preset"))
        self.preset.setCurrentText(keymap.preset)
        self.preset.activated.connect(lambda _row: self._apply(self.keymap.with_preset(self.preset.currentText())))
        self.tree = self._make_tree()
        self.change_key = KeyButton(tr("Change key"))
        self.change_key.heard.connect(lambda key: self._want(key, add=False))
        self.add_key = KeyButton(tr("Add a key"))
        self.add_key.heard.connect(lambda key: self._want(key, add=True))
        self.no_key = push_button(tr("No key"), lambda: self._set_keys(()))
        self.reset_one = push_button(tr("Reset"), self._reset_one)
        self.reset_all = push_button(tr("Reset all"), lambda: self._apply(Keymap(self.keymap.preset)))
        self.told = label(wrap=True)
        self.told.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.told.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.take = push_button(tr("Use it here instead"), self._take)
        self._assemble()
        self._show()
        self.tree.setCurrentItem(self._items[ACTIONS[0].id])
        self.search.setFocus()

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setHeaderLabels([tr("Action"), tr("Keys"), ""])
        tree.setAccessibleName(tr("Actions and their keys"))
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setItemsExpandable(False)
        tree.setIndentation(2 * GRID_PX)
        header = tree.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for menu in MENUS:
            top = QTreeWidgetItem(tree, [tr(menu)])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            top.setFirstColumnSpanned(True)
            font = top.font(0)
            font.setBold(True)
            top.setFont(0, font)
            for spec in ACTIONS:
                if spec.heading == menu:
                    item = QTreeWidgetItem(top, [tr(spec.text).rstrip("…")])
                    item.setData(0, _ID_ROLE, spec.id)
                    self._items[spec.id] = item
        tree.expandAll()
        tree.currentItemChanged.connect(lambda _now, _before: self._chosen())
        tree.itemActivated.connect(lambda item, _column: self.change_key.listen() if item.data(0, _ID_ROLE) else None)
        return tree

    def _assemble(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID_PX)
        top.addWidget(self.search, 1)
        top.addWidget(label(tr("Keys like")))
        top.addWidget(self.preset)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID_PX)
        for button in (self.change_key, self.add_key, self.no_key, self.reset_one):
            buttons.addWidget(button)
        buttons.addStretch(1)
        asked = QHBoxLayout()
        asked.setSpacing(GRID_PX)
        asked.addWidget(self.told, 1)
        asked.addWidget(self.take, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setSpacing(GRID_PX)
        foot.addWidget(self.reset_all)
        foot.addStretch(1)
        foot.addWidget(push_button(tr("Close"), self.close))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addLayout(top)
        layout.addWidget(self.tree, 1)
        layout.addLayout(buttons)
        layout.addLayout(asked)
        layout.addLayout(foot)
        for button in (self.no_key, self.reset_one, self.reset_all, self.take):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.resize(*DIALOG_SIZE)

    @property
    def chosen_id(self) -> str:
        """Id of the action that is selected; "" for none."""
        item = self.tree.currentItem()
        return "" if item is None else str(item.data(0, _ID_ROLE) or "")

    def choose(self, action_id: str) -> None:
        """Select an action."""
        self.tree.setCurrentItem(self._items[action_id])

    # showing

    def _show(self) -> None:
        conflicts = self.keymap.conflicts(ACTIONS)
        doubled = {name for conflict in conflicts for name in (conflict.first, conflict.second)}
        for spec in ACTIONS:
            item = self._items[spec.id]
            item.setText(1, keys_text(self.keymap.keys(spec)) or "–")
            mark = tr("given twice") if spec.id in doubled else tr("changed") if self.keymap.is_changed(spec.id) else ""
            item.setText(2, mark)
            ink = current_palette().warn if spec.id in doubled else current_palette().muted
            item.setForeground(2, QColor(ink))
        self.reset_all.setEnabled(bool(self.keymap.changes))
        self._wish = None
        self._tell("")
        if conflicts:
            one = conflicts[0]
            text = tr("{key} is a key of “{first}” and of “{second}”; only one of them hears it. Change one.")
            self._tell(text.format(key=keys_text([one.key]), first=self._name(one.first), second=self._name(one.second)), kind="warn")
        self._filter()
        self._enable()

    def _tell(self, text: str, *, kind: str = "muted") -> None:
        self.told.setObjectName(kind)
        self.told.style().unpolish(self.told)
        self.told.style().polish(self.told)
        self.told.setText(text)
        self.take.setVisible(self._wish is not None)

    @staticmethod
    def _name(action_id: str) -> str:
        return tr(SPECS[action_id].text).rstrip("…")

    def _filter(self) -> None:
        query = self.search.text().strip()
        try:
            key = tidy_key(query)
        except ValueError:
            key = ""
        for number in range(self.tree.topLevelItemCount()):
            top = self.tree.topLevelItem(number)
            if top is None:
                continue
            shown = 0
            for row in range(top.childCount()):
                item = top.child(row)
                if item is None:
                    continue
                spec = SPECS[item.data(0, _ID_ROLE)]
                fits = match(query, item.text(0), tr(spec.tip)) is not None or key in self.keymap.keys(spec)
                item.setHidden(not fits)
                shown += fits
            top.setHidden(shown == 0)

    def _chosen(self) -> None:
        if self._wish is not None:
            self._show()
        self._enable()

    def _enable(self) -> None:
        chosen = self.chosen_id
        for button in (self.change_key, self.add_key):
            button.setEnabled(bool(chosen))
        self.no_key.setEnabled(bool(chosen) and bool(self.keymap.keys(SPECS[chosen])))
        self.reset_one.setEnabled(bool(chosen) and self.keymap.is_changed(chosen))

    # changing

    def _apply(self, keymap: Keymap) -> None:
        self.keymap = keymap
        self._show()
        self.changed.emit(keymap)

    def _set_keys(self, keys: tuple[str, ...]) -> None:
        if self.chosen_id:
            self._apply(self.keymap.with_keys(SPECS[self.chosen_id], keys))

    def _reset_one(self) -> None:
        if self.chosen_id:
            self._apply(self.keymap.reset(self.chosen_id))

    def _want(self, key: str, *, add: bool) -> None:
        spec = SPECS.get(self.chosen_id)
        if spec is None:
            return
        if key in HELD_KEYS:
            self._wish = None
            self._tell(tr("{why}. Choose another key.").format(why=tr(HELD_KEYS[key])), kind="warn")
            return
        keys = tuple(dict.fromkeys((*self.keymap.keys(spec), key) if add else (key,)))
        others = self.keymap.holders(key, spec, ACTIONS)
        if others:
            self._wish = _Wish(spec.id, keys, key)
            self._tell(tr("{key} is a key of “{other}”.").format(key=keys_text([key]), other=self._name(others[0])), kind="warn")
            self.take.setFocus()
            return
        self._set_keys(keys)

    def _take(self) -> None:
        if self._wish is not None:
            wish, spec = self._wish, SPECS[self._wish.action_id]
            self._apply(self.keymap.taking(wish.key, spec, ACTIONS).with_keys(spec, wish.keys))
