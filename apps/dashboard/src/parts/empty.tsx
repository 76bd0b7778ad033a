import type { ReactNode } from 'react';
import styles from './empty.module.css';

interface EmptyProps {
  title: string;
  level?: 1 | 2;
  icon?: ReactNode;
  children: ReactNode;
}

/** In place of what is not there, with what can be done about it. */
export function Empty({ title, level = 2, icon, children }: EmptyProps) {
  const Heading = `h${level}` as const;
  return (
    <section className={styles.empty}>
      {icon ? <div className={styles.icon}>{icon}</div> : null}
      <Heading className={styles.title}>{title}</Heading>
      {children}
    </section>
  );
}
