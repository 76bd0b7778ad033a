import { Link } from '@tanstack/react-router';
import styles from './section-nav.module.css';

type Target = NonNullable<Parameters<typeof Link>[0]['to']>;

/** The pages of one part of the site. */
export function SectionNav({
  label,
  pages,
}: {
  label: string;
  pages: readonly (readonly [to: Target, name: string])[];
}) {
  return (
    <nav aria-label={label} className={styles.nav}>
      {pages.map(([to, name]) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/ops', includeSearch: false }}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
