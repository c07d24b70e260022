import { Modal } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import { search } from "./items";
import { Options } from "./Options";
import classes from "./Palette.module.css";
import { useItems } from "./useItems";

interface Props {
  onClose: () => void;
  onHelp: () => void;
}

const LIST = "palette-list";
const PAGE = 8;

/** Where a key leads in a list of so many; null for a key that leads nowhere. */
function moved(key: string, from: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return (from + 1) % count;
  if (key === "ArrowUp") return (from + count - 1) % count;
  if (key === "PageDown") return Math.min(from + PAGE, count - 1);
  return key === "PageUp" ? Math.max(from - PAGE, 0) : null;
}

const idOf = (index: number): string => `palette-${index}`;

/** Go anywhere, do anything that this page can do: a text field that controls a list, which the keyboard never leaves. */
export default function Palette({ onClose, onHelp }: Props) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const before = useRef(document.activeElement);
  const found = search(query, useItems(query));
  const current = Math.min(at, found.length - 1);

  const leave = () => {
    onClose();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  const choose = (index: number) => {
    const chosen = found[index];
    if (!chosen) return;
    onClose();
    chosen.item.act();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event.key, current, found.length);
    if (event.nativeEvent.isComposing || (next === null && event.key !== "Enter")) return;
    event.preventDefault();
    if (next === null) return choose(current);
    setAt(next);
    document.getElementById(idOf(next))?.scrollIntoView({ block: "nearest" });
  };

  return (
    <Modal
      opened
      onClose={leave}
      withCloseButton={false}
      returnFocus={false}
      padding={0}
      size="lg"
      yOffset="12vh"
      transitionProps={{ duration: 0 }}
      attributes={{ content: { "aria-label": "Find anything" } }}
    >
      <input
        className={classes.input}
        type="text"
        role="combobox"
        aria-label="Find anything"
        aria-expanded={found.length > 0}
        aria-controls={LIST}
        aria-activedescendant={current >= 0 ? idOf(current) : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        placeholder="A page, a scenario, the id of a run, a tool …"
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Options id={LIST} found={found} current={current} idOf={idOf} onPoint={setAt} onChoose={choose} />
      <p className={classes.none} role="status">
        {found.length === 0 && "Nothing fits. The page of runs searches messages, too."}
      </p>
      <p className={classes.foot}>
        <kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>Enter</kbd> go, <kbd>Esc</kbd> close
        <button
          type="button"
          onClick={() => {
            onClose();
            onHelp();
          }}
        >
          All shortcuts
        </button>
      </p>
    </Modal>
  );
}
