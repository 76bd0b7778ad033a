import type { EdgeSyncAnswer, EdgeSyncRequest, RevokedSubject } from '@backstitch/auth';
import type { Database } from '@backstitch/database';
import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { Role } from '../accounts/account.js';
import {
  IS_CLIENT_USABLE,
  OTHERS,
  REMOVE_OLD_COUNTERS,
  REMOVE_OLD_GATEWAYS,
  REMOVE_OLD_REVOCATIONS,
  REVOCATIONS,
  SAVE_COUNTERS,
  SEE_GATEWAY,
} from './edge-sync.sql.js';

interface RevocationRow {
  seq: number;
  kind: 'session' | 'user' | 'client';
  key: string;
  issuedBeforeS: number;
  /** Of a user that may be used. */
  roles: Role[] | null;
}

interface RevocationsRow {
  next: string;
  kids: string[];
  revocations: RevocationRow[];
}

type OthersRow = Pick<EdgeSyncAnswer, 'gateways' | 'others'>;

/** Revocations in an answer. */
const PAGE = 1_000;
/** Counters of other gateways in an answer. */
const OTHERS_MAX = 500;
const CLEAN_EVERY_MS = 60_000;

/** What gateways tell identity-service and learn from it, in one database for all processes of it. */
export class EdgeSyncRepository {
  /** Removes what no gateway needs any more. */
  readonly job: PeriodicJob;

  constructor(
    private readonly database: Database,
    logger: Logger,
    private readonly page = PAGE,
  ) {
    const run = () => this.clean();
    this.job = new PeriodicJob({ name: 'edge-clean', logger, intervalMs: CLEAN_EVERY_MS, run });
  }

  async sync({ gateway, since, after, counters }: EdgeSyncRequest): Promise<EdgeSyncAnswer> {
    // A further page is about revocations only.
    if (after !== undefined) {
      return { ...(await this.revocations(since, after)), gateways: 0, others: [] };
    }
    const { pool } = this.database;
    await pool.query(SEE_GATEWAY, [gateway]);
    const revoked = await this.revocations(since, 0);
    if (counters.length > 0) {
      const columns = [0, 1, 2].map((column) => counters.map((counter) => counter[column]));
      await pool.query(SAVE_COUNTERS, [gateway, ...columns]);
    }
    const [others] = (await pool.query<OthersRow>(OTHERS, [gateway, OTHERS_MAX])).rows;
    return { ...revoked, ...others! };
  }

  async isClientUsable(clientId: string): Promise<boolean> {
    return (await this.database.pool.query(IS_CLIENT_USABLE, [clientId])).rowCount === 1;
  }

  async clean(): Promise<void> {
    for (const sql of [REMOVE_OLD_REVOCATIONS, REMOVE_OLD_COUNTERS, REMOVE_OLD_GATEWAYS]) {
      await this.database.pool.query(sql);
    }
  }

  private async revocations(since: string, after: number) {
    const values = [since, after, this.page];
    const [row] = (await this.database.pool.query<RevocationsRow>(REVOCATIONS, values)).rows;
    const { next, kids, revocations } = row!;
    const last = revocations.at(-1);
    return {
      next,
      ...(last && revocations.length === this.page && { more: last.seq }),
      revokedSids: revocations.flatMap(({ kind, key }) => (kind === 'session' ? [key] : [])),
      subjects: revocations.filter(({ kind }) => kind !== 'session').map(subjectOf),
      kids,
    };
  }
}

/** The tokens of a user that may be used lose roles. Those of any other are refused. */
function subjectOf({ key, issuedBeforeS, roles }: RevocationRow): RevokedSubject {
  return { subject: key, issuedBeforeS, ...(roles && { roles }) };
}
