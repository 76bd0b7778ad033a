import pg from 'pg';
import { type Blockers, findBlockers } from './blockers.repository.js';
import { PersonalRowsRepository } from './personal-rows.repository.js';
import { EraseRepository } from './erase.repository.js';
import { type Person, replacementsOf } from './person.js';

/** The databases whose records may name a shopper, a seller or an operator. */
const ERASED_DATABASES = ['orders', 'inventory', 'payments', 'orchestrator'] as const;
type ErasedDatabase = (typeof ERASED_DATABASES)[number];
export type ErasedUrls = Readonly<Record<ErasedDatabase, string>>;

export type Erasure =
  | { kind: 'erased'; rows: Readonly<Record<string, number>> }
  /** Nothing was changed: this has to end first. */
  | { kind: 'blocked'; blockers: Blockers };

/**
 * Replaces a person by the pseudonym in every record of the shop, and removes the delivery data and
 * the cart. The addresses are those of the owners of the databases. It may be repeated after it was
 * interrupted. Throws when a name is left.
 */
export async function erasePerson(
  urls: ErasedUrls,
  person: Person,
  pseudonym: string,
): Promise<Erasure> {
  const clients = {} as Record<ErasedDatabase, pg.Client>;
  try {
    for (const name of ERASED_DATABASES) {
      clients[name] = new pg.Client({ connectionString: urls[name], application_name: 'erase' });
      await clients[name].connect();
    }
    const replacements = replacementsOf(person, pseudonym);
    const blockers = await findBlockers(clients, replacements);
    if (Object.values(blockers).some((ids) => ids.length > 0)) return { kind: 'blocked', blockers };
    const rows: Record<string, number> = {};
    const personal = new PersonalRowsRepository(clients.orders);
    for (const [table, count] of await personal.remove(replacements)) {
      if (count > 0) rows[`orders.${table}`] = count;
    }
    for (const name of ERASED_DATABASES) {
      const counts = await new EraseRepository(clients[name]).replace(replacements);
      for (const [table, count] of counts) {
        rows[`${name}.${table.replace(/^public\./, '')}`] = count;
      }
    }
    await demandNothingLeft(clients, replacements);
    return { kind: 'erased', rows };
  } finally {
    await Promise.all(Object.values(clients).map((client) => client.end()));
  }
}

async function demandNothingLeft(
  clients: Record<ErasedDatabase, pg.Client>,
  replacements: ReturnType<typeof replacementsOf>,
): Promise<void> {
  for (const name of ERASED_DATABASES) {
    const tables = await new EraseRepository(clients[name]).tablesWith(replacements);
    if (tables.length > 0) {
      throw new Error(`${name}: the person is named again in ${tables.join(', ')}. Repeat it.`);
    }
  }
}
