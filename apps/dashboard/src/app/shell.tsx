import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { Keyboard, LogOut, Moon, ShoppingCart, Sun, UserRound } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useCartCount } from '../cart/use-cart.js';
import markUrl from '../mark.svg';
import { Empty } from '../parts/empty.js';
import { session, useSite } from './api.js';
import { sectionsFor } from './sections.js';
import { mayShop, useProfile, useSessionState } from './session.js';
import styles from './shell.module.css';
import { useShortcuts } from './shortcuts.js';
import { chooseTheme, useTheme } from './theme.js';

/** What every page has: the bar above, and the place of the page. */
export function Shell() {
  return (
    <>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <header className={styles.bar}>
        <div className={styles.inner}>
          <Link to="/" className={styles.brand} aria-label="Backstitch, to the shop">
            <img src={markUrl} alt="" width={28} height={28} />
            <span className={styles.name}>Backstitch</span>
          </Link>
          <nav aria-label="Main" className={styles.nav}>
            <Sections />
          </nav>
          <div className={styles.tools}>
            <CartLink />
            <Account />
            <ThemeButton />
          </div>
        </div>
      </header>
      <main id="page" tabIndex={-1} className={styles.page}>
        <Outlet />
      </main>
      <Keys />
    </>
  );
}

const ShortcutsHelp = lazy(() => import('./shortcuts-help.js'));

/** The single keys, and the way to their list without them. */
function Keys() {
  const navigate = useNavigate();
  const [isShown, setShown] = useState(false);
  useShortcuts({ go: (to) => void navigate({ to }), help: () => setShown(true) });
  return (
    <footer className={styles.foot}>
      <button type="button" onClick={() => setShown(true)}>
        <Keyboard size={16} aria-hidden /> Keyboard
      </button>
      {isShown ? (
        <Suspense fallback={null}>
          <ShortcutsHelp onClose={() => setShown(false)} />
        </Suspense>
      ) : null}
    </footer>
  );
}

/** What the account uses; a guest uses the shop. */
function Sections() {
  const profile = useProfile();
  return sectionsFor(profile?.roles ?? []).map(({ to, name }) => (
    <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
      {name}
    </Link>
  ));
}

function CartLink() {
  const count = useCartCount();
  const profile = useProfile();
  if (profile && !mayShop(profile)) return null;
  const label = count === undefined || count === 0 ? 'Cart, empty' : `Cart, ${count} items`;
  return (
    <Link to="/cart" className={styles.tool} aria-label={label}>
      <ShoppingCart size={20} aria-hidden />
      {count ? <span className={styles.count}>{count > 99 ? '99+' : count}</span> : null}
    </Link>
  );
}

function Account() {
  const state = useSessionState();
  const profile = useProfile();
  const site = useSite();
  const [isLeaving, setLeaving] = useState(false);
  if (state === 'guest' && site.data?.accounts) {
    return (
      <Link to="/login" className={styles.text}>
        Log in
      </Link>
    );
  }
  if (!profile) return null;
  const leave = async () => {
    setLeaving(true);
    try {
      await session.end();
    } finally {
      setLeaving(false);
    }
  };
  return (
    <>
      <span className={styles.person} title={profile.email}>
        <UserRound size={18} aria-hidden />
        <bdi>{profile.name}</bdi>
      </span>
      <button
        type="button"
        className={styles.tool}
        aria-label="Log out"
        title="Log out"
        disabled={isLeaving}
        onClick={() => void leave()}
      >
        <LogOut size={18} aria-hidden />
      </button>
    </>
  );
}

function ThemeButton() {
  const theme = useTheme();
  const other = theme === 'light' ? 'dark' : 'light';
  const label = `Use the ${other} theme`;
  return (
    <button
      type="button"
      className={styles.tool}
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(other)}
    >
      {theme === 'light' ? <Moon size={18} aria-hidden /> : <Sun size={18} aria-hidden />}
    </button>
  );
}

export function LostPage() {
  return (
    <Empty title="There is no such page" level={1}>
      <p>The address may be incomplete.</p>
      <Link to="/">Go to the shop</Link>
    </Empty>
  );
}
