import type { Database, Transaction } from '@backstitch/database';
import type { JWK } from 'jose';
import { NO_REQUEST } from '../events/event-chain.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { KeyPlan, KeyState } from './key-plan.js';
import { INSERT, LIST, LOCK, REMOVE, SET_STATE } from './signing-keys.sql.js';

export interface StoredKey extends KeyState {
  alg: string;
  publicJwk: JWK;
  /** The private key; see Sealing. */
  sealed: Buffer;
}

export type NewKey = Pick<StoredKey, 'kid' | 'alg' | 'publicJwk' | 'sealed'>;

interface Row {
  kid: string;
  alg: string;
  public_jwk: JWK;
  sealed: Buffer;
  state: KeyState['state'];
  state_at_ms: string;
}

/** The rows of the keys that sign access tokens. */
export class SigningKeysRepository {
  constructor(
    private readonly database: Database,
    private readonly events: EventsRepository,
  ) {}

  async list(): Promise<StoredKey[]> {
    return (await this.database.pool.query<Row>(LIST)).rows.map(keyOf);
  }

  /** Carries out what `planFor` says about the keys, while no other process does so. */
  async change(
    planFor: (keys: readonly KeyState[]) => KeyPlan,
    make: () => Promise<NewKey>,
    actor: string,
  ): Promise<{ plan: KeyPlan; keys: StoredKey[] }> {
    return this.database.withTransaction(async (tx) => {
      await tx.query(LOCK);
      const plan = planFor((await tx.query<Row>(LIST)).rows.map(keyOf));
      const { revoke, retire, promote, remove } = plan;
      if (revoke) await tx.query(SET_STATE, [revoke, 'revoked']);
      if (retire) await tx.query(SET_STATE, [retire, 'retired']);
      if (promote) await tx.query(SET_STATE, [promote, 'active']);
      const made = plan.make && (await insert(tx, await make(), plan.make));
      if (remove.length > 0) await tx.query(REMOVE, [remove]);
      const keys = (await tx.query<Row>(LIST)).rows.map(keyOf);
      const signs = promote ?? (plan.make === 'active' ? made : undefined);
      await this.record({ revoke, retire, made, signs }, actor, tx);
      return { plan, keys };
    });
  }

  private async record(kids: ChangedKids, actor: string, tx: Transaction): Promise<void> {
    for (const [name, action] of KEY_ACTIONS) {
      const kid = kids[name];
      if (kid === undefined) continue;
      await this.events.append({ actor, action, subject: kid, outcome: 'done' }, NO_REQUEST, tx);
    }
  }
}

type ChangedKids = Readonly<Record<'made' | 'revoke' | 'retire' | 'signs', string | undefined>>;

const KEY_ACTIONS = [
  ['made', 'key made'],
  ['revoke', 'key revoked'],
  ['retire', 'key retired'],
  ['signs', 'key signs'],
] as const;

async function insert(tx: Transaction, key: NewKey, state: string): Promise<string> {
  const { kid, alg, publicJwk, sealed } = key;
  await tx.query(INSERT, [kid, alg, JSON.stringify(publicJwk), sealed, state]);
  return kid;
}

function keyOf(row: Row): StoredKey {
  const { public_jwk: publicJwk, state_at_ms: stateAtMs, ...rest } = row;
  return { ...rest, publicJwk, stateAtMs: Number(stateAtMs) };
}
