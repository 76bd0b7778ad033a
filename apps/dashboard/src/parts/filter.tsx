import styles from './filter.module.css';

interface ChoiceProps {
  label: string;
  /** The value in the address, and the words for it; the first one, '', is all. */
  options: readonly (readonly [value: string, words: string])[];
  value: string | undefined;
  onChoose: (value: string) => void;
}

/** Few values: one button each. */
export function Choice({ label, options, value = '', onChoose }: ChoiceProps) {
  return (
    <div role="group" aria-label={label} className={styles.choice}>
      {options.map(([each, words]) => (
        <button
          key={each}
          type="button"
          aria-pressed={value === each}
          onClick={() => onChoose(each)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}

/** Many values: a list of the browser. */
export function Select({ label, options, value = '', onChoose }: ChoiceProps) {
  return (
    <label className={styles.select}>
      <span>{label}</span>
      <select value={value} onChange={({ target }) => onChoose(target.value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
