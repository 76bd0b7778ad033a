import { type InputHTMLAttributes, type TextareaHTMLAttributes, useId } from 'react';
import styles from './text-field.module.css';

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  name: string;
  hint?: string;
  /** With lines, it is a text of several lines. */
  lines?: number;
  /** What the server says of it. */
  problem?: string | undefined;
}

export function TextField({ label, hint, problem, lines, ...input }: TextFieldProps) {
  const id = useId();
  const about = problem ?? hint;
  const field = {
    id,
    'aria-invalid': problem !== undefined,
    'aria-describedby': about === undefined ? undefined : `${id}-about`,
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {lines === undefined ? (
        <input {...field} {...input} />
      ) : (
        <textarea
          {...field}
          {...(input as TextareaHTMLAttributes<HTMLTextAreaElement>)}
          rows={lines}
        />
      )}
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
