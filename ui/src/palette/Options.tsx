import { KeyLegend } from "@/app/KeyLegend";
import type { Found } from "./items";
import classes from "./Palette.module.css";

interface Props {
  id: string;
  found: readonly Found[];
  current: number;
  idOf: (index: number) => string;
  onPoint: (index: number) => void;
  onChoose: (index: number) => void;
}

/** The list that the text field controls. The focus stays in the field, so options are clicked, never focused. */
export function Options({ id, found, current, idOf, onPoint, onChoose }: Props) {
  const groups = [...new Set(found.map(({ item }) => item.group))];
  return (
    <div id={id} role="listbox" aria-label="What fits" className={classes.list}>
      {groups.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options, and no field set
        <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
          <div id={`${id}-${group}`} className={classes.group}>
            {group}
          </div>
          {found.map(
            (one, index) =>
              one.item.group === group && (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text field
                // biome-ignore lint/a11y/useFocusableInteractive: the text field has the focus, and names this one
                <div
                  key={one.item.id}
                  id={idOf(index)}
                  role="option"
                  aria-selected={index === current}
                  className={classes.option}
                  onMouseMove={() => index !== current && onPoint(index)}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => onChoose(index)}
                >
                  <span className={classes.label}>
                    <Marked text={one.item.label} at={one.at} />
                  </span>
                  {one.item.detail && <span className={classes.detail}>{one.item.detail}</span>}
                  {one.item.keys && (
                    <span className={classes.keys} aria-hidden>
                      <KeyLegend keys={one.item.keys} />
                    </span>
                  )}
                </div>
              ),
          )}
        </div>
      ))}
    </div>
  );
}

/** The text with the characters that fit in strong print. */
function Marked({ text, at }: { text: string; at: readonly number[] }) {
  const places = new Set(at);
  const parts = text.split("").reduce<{ from: number; text: string; strong: boolean }[]>((all, letter, index) => {
    const last = all.at(-1);
    if (last && last.strong === places.has(index)) last.text += letter;
    else all.push({ from: index, text: letter, strong: places.has(index) });
    return all;
  }, []);
  return parts.map((part) =>
    part.strong ? <b key={part.from}>{part.text}</b> : <span key={part.from}>{part.text}</span>,
  );
}
