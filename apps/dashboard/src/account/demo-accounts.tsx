import { ShieldCheck, ShoppingBag, Store, Wrench } from 'lucide-react';
import type { Schemas } from '../app/api.js';
import card from '../parts/card.module.css';
import styles from './account.module.css';
import { oneTimeCode } from './one-time-code.js';

type DemoAccount = Schemas['DemoAccountAnswer'];

/** By the role that says most. */
const FACES = [
  { role: 'admin', Icon: ShieldCheck, may: 'Manages accounts' },
  { role: 'operator', Icon: Wrench, may: 'Looks after the system' },
  { role: 'seller', Icon: Store, may: 'Sells products' },
  { role: 'customer', Icon: ShoppingBag, may: 'Buys in the shop' },
] as const;

interface DemoAccountsProps {
  accounts: readonly DemoAccount[];
  isBusy: boolean;
  onChoose: (account: { email: string; password: string; otp?: string }) => void;
}

/** One click each. They exist where the server says so, and never in production. */
export function DemoAccounts({ accounts, isBusy, onChoose }: DemoAccountsProps) {
  const choose = async ({ email, password, totpSecret }: DemoAccount) => {
    const otp = totpSecret === undefined ? undefined : await oneTimeCode(totpSecret, Date.now());
    onChoose({ email, password, ...(otp !== undefined && { otp }) });
  };
  return (
    <section className={card.card} aria-labelledby="demo">
      <h2 id="demo" className={styles.demoTitle}>
        Demo accounts
      </h2>
      <p className={styles.hint}>This is a demo. Log in with one click.</p>
      <ul className={styles.demos}>
        {accounts.map((account) => {
          const face = FACES.find(({ role }) => account.roles.includes(role)) ?? FACES[3];
          return (
            <li key={account.email}>
              <button type="button" disabled={isBusy} onClick={() => void choose(account)}>
                <face.Icon size={20} aria-hidden />
                <span>
                  <span className={styles.demoName}>{account.name}</span>
                  <span className={styles.demoMay}>{face.may}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
