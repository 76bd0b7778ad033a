import type { Database, Transaction } from '@backstitch/database';
import type { JWK } from 'jose';
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
  constructor(private readonly database: Database) {}

  async list(): Promise<StoredKey[]> {
    return (await this.database.pool.query<Row>(LIST)).rows.map(keyOf);
  }

  /** Carries out what `planFor` says about the keys, while no other process does so. */
  async rotate(
    planFor: (keys: readonly KeyState[]) => KeyPlan,
    make: () => Promise<NewKey>,
  ): Promise<StoredKey[]> {
    return this.database.withTransaction(async (tx) => {
      await tx.query(LOCK);
      const plan = planFor((await tx.query<Row>(LIST)).rows.map(keyOf));
      if (plan.retire) await tx.query(SET_STATE, [plan.retire, 'retired']);
      if (plan.promote) await tx.query(SET_STATE, [plan.promote, 'active']);
      if (plan.make) await insert(tx, await make(), plan.make);
      if (plan.remove.length > 0) await tx.query(REMOVE, [plan.remove]);
      return (await tx.query<Row>(LIST)).rows.map(keyOf);
    });
  }
}

async function insert(tx: Transaction, key: NewKey, state: string): Promise<void> {
  const { kid, alg, publicJwk, sealed } = key;
  await tx.query(INSERT, [kid, alg, JSON.stringify(publicJwk), sealed, state]);
}

function keyOf(row: Row): StoredKey {
  const { public_jwk: publicJwk, state_at_ms: stateAtMs, ...rest } = row;
  return { ...rest, publicJwk, stateAtMs: Number(stateAtMs) };
}
