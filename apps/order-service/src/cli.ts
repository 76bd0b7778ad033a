/** `pnpm orders rebuild [--check] [id]`. */
import { userInfo } from 'node:os';
import { createLogger, loadConfig, openDatabase } from '@backstitch/service-kit';
import { isUuid } from '@backstitch/shared-types';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import 'reflect-metadata';
import { OrderConfig } from './config.js';
import { type Finding, RebuildRepository } from './rebuild/rebuild.repository.js';

const [DIFFERENT, CANNOT_TELL] = [1, 2];

const { DB_URL: url } = loadConfig(OrderConfig, ['DB_URL']);
const logger = createLogger({ app: 'orders', level: 'silent' });
const database = openDatabase({ url, name: 'orders', logger, poolMax: 2, keyLookups: true });
const repository = new RebuildRepository(database);

function orderIdOf(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It is not the id of an order.');
}

function operatorOf(): string {
  return process.env.OPERATOR?.trim() || userInfo().username;
}

async function rebuild(orderId: string | undefined, { check }: { check?: boolean }): Promise<void> {
  let [compared, wrong] = [0, 0];
  const take = async (found: readonly Finding[]) => {
    for (const each of found) {
      console.log(`${each.orderId}: ${each.differences.join('; ')}`);
      const isMended = !check && (await repository.mend(each.orderId, operatorOf()));
      if (isMended) console.log(`${each.orderId}: rebuilt`);
      else wrong += 1;
      if (!each.isMendable)
        console.log(`${each.orderId}: its events do not tell what it should be`);
    }
  };
  if (orderId !== undefined) {
    const one = await repository.find(orderId);
    if (!one) return command.error(`there is no order ${orderId}`, { exitCode: CANNOT_TELL });
    compared = 1;
    await take(one.found);
  } else {
    for await (const batch of repository.findings()) {
      compared += batch.compared;
      await take(batch.found);
    }
  }
  console.log(`${compared} orders compared with their events, ${wrong} different`);
  if (wrong > 0) process.exitCode = DIFFERENT;
}

const command = new Command('pnpm orders').exitOverride();
command
  .command('rebuild')
  .exitOverride()
  .showHelpAfterError()
  .description(
    'Makes the rows of orders anew where they do not follow from the events. What was changed is on ' +
      'record in order_rebuilds. Ends with 1 when a row stays different.',
  )
  .argument('[id]', 'only this order', orderIdOf)
  .option('--check', 'only say which rows are different')
  .action(rebuild);

try {
  await command.parseAsync();
} catch (error) {
  const isTold = error instanceof CommanderError; // it has said why itself
  if (!isTold) console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = isTold && error.exitCode === 0 ? 0 : CANNOT_TELL;
} finally {
  await database.close();
}
