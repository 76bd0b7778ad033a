import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { Gate } from '../app/gate.js';
import { SectionNav } from '../app/section-nav.js';
import { OPERATIONS } from '../app/sections.js';
import { ChaosBanner } from './chaos/chaos-banner.js';
import { chaosNow } from './operations.client.js';
import styles from './ops.module.css';

const PAGES = [
  ['/ops', 'Overview'],
  ['/ops/sagas', 'Sagas'],
  ['/ops/dead-letters', 'Dead letters'],
] as const;

/** What all pages of the operations have. */
export function OpsPages() {
  return (
    <Gate roles={OPERATIONS} what="The operations">
      <Operations />
    </Gate>
  );
}

function Operations() {
  // Production has no chaos, and does not name it.
  const chaos = useQuery(chaosNow);
  const pages = chaos.data ? [...PAGES, ['/ops/chaos', 'Chaos'] as const] : PAGES;
  return (
    <div className={styles.ops}>
      {chaos.data ? <ChaosBanner chaos={chaos.data} /> : null}
      <SectionNav label="Operations" pages={pages} />
      <Outlet />
    </div>
  );
}
