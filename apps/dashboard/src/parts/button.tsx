import type { ButtonHTMLAttributes } from 'react';
import styles from './button.module.css';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'main' | 'plain' | 'quiet';
  /** What was asked is under way: it stays focusable, and does nothing. */
  isBusy?: boolean;
}

/** A button that stays focusable while it works, so that the focus is not lost. */
export function Button({ look = 'plain', isBusy = false, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`${styles.button} ${styles[look]} ${rest.className ?? ''}`}
      aria-disabled={isBusy || rest['aria-disabled']}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}

/** Of a link that looks like a button. */
export function buttonClass(look: 'main' | 'plain' = 'plain'): string {
  return `${styles.button} ${styles[look]}`;
}
