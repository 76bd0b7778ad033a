import { useState } from 'react';
import { Dialog } from '../parts/dialog.js';
import form from '../parts/form.module.css';
import { GOALS } from './shortcut.js';
import { areShortcutsOn, switchShortcuts } from './shortcuts.js';
import styles from './shortcuts-help.module.css';

const KEYS: readonly (readonly [keys: string, words: string])[] = [
  ['/', 'Search'],
  ['j', 'Next row'],
  ['k', 'Row before'],
  ['Enter', 'Open the row'],
  ['Esc', 'Leave a field or a dialog'],
  ['?', 'This list'],
  ...Object.entries(GOALS).map(([letter, [, name]]) => [`g ${letter}`, name] as const),
];

/** All single keys, and their switch. */
export default function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const [isOn, setOn] = useState(areShortcutsOn);
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className={styles.keys}>
        {KEYS.map(([keys, words]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <label className={form.check}>
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => {
            switchShortcuts(target.checked);
            setOn(target.checked);
          }}
        />
        Use single keys
      </label>
    </Dialog>
  );
}
