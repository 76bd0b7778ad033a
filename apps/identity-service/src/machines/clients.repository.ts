import { createHash, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '@backstitch/database';
import { type MachineScope, newUuid } from '@backstitch/shared-types';
import { DISABLE, INSERT, LIST, USE } from './clients.sql.js';

export type Scope = MachineScope;

/** A machine, as admins see it. */
export interface Client {
  clientId: string;
  scopes: Scope[];
  /** The account of the admin who made it. */
  owner: string;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  disabledAt: Date | null;
}

export interface NewClient {
  scopes: readonly Scope[];
  owner: string;
  days: number;
}

const SECRET_BYTES = 32;

/** Machines and their secrets, of which only the hash is stored: they are random. */
export class ClientsRepository {
  constructor(private readonly database: Database) {}

  /** The secret is known to nobody afterwards. */
  async insert(
    { scopes, owner, days }: NewClient,
    tx: Transaction,
  ): Promise<{ client: Client; secret: string }> {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const values = [newUuid(), sha256(secret), scopes, owner, days];
    const [client] = (await tx.query<Client>(INSERT, values)).rows;
    return { client: client!, secret };
  }

  async list(): Promise<Client[]> {
    return (await this.database.pool.query<Client>(LIST)).rows;
  }

  /** False when there is no such client, or it is disabled. */
  async disable(clientId: string, tx: Transaction): Promise<boolean> {
    return (await tx.query(DISABLE, [clientId])).rowCount === 1;
  }

  /** Its scopes; undefined for a wrong secret and for a client that may not be used. */
  async use(clientId: string, secret: string): Promise<Scope[] | undefined> {
    const values = [clientId, sha256(secret)];
    const { rows } = await this.database.pool.query<{ scopes: Scope[] }>(USE, values);
    return rows[0]?.scopes;
  }
}

function sha256(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
