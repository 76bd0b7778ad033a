import { type InputHTMLAttributes, useId } from 'react';
import styles from './text-field.module.css';

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  name: string;
  hint?: string;
  /** What the server says of it. */
  problem?: string | undefined;
}

export function TextField({ label, hint, problem, ...input }: TextFieldProps) {
  const id = useId();
  const about = problem ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        {...input}
        aria-invalid={problem !== undefined}
        aria-describedby={about === undefined ? undefined : `${id}-about`}
      />
      {about === undefined ? null : (
        <p id={`${id}-about`} className={problem === undefined ? styles.hint : styles.problem}>
          {about}
        </p>
      )}
    </div>
  );
}

/** The texts of a form by the names of its fields. */
export function textsOf(form: HTMLFormElement): (name: string) => string {
  const data = new FormData(form);
  return (name) => {
    const value = data.get(name);
    return typeof value === 'string' ? value : '';
  };
}
