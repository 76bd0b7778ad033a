/** `pnpm dead-letters`: messages that no service could read or serve, and what may be done with them. */
import { deadLetterReport, deadLettersReport, groupsReport } from './dead-letters-report.js';
import { type ActionBody, Refused } from './orchestrator.js';
import { type Pages, pagesOf } from './pages.js';
import { type ActionOptions, CommandLine, queryOf, terminal } from './run.js';
import { sagaReport } from './sagas-report.js';
import type {
  DeadLetterDone,
  DeadLetterGroups,
  DeadLetterList,
  SagaView,
  WholeDeadLetterView,
} from '@backstitch/shared-types';

interface ListOptions {
  queue?: string;
  pattern?: string;
  reason?: string;
  class?: string;
  saga?: string;
  limit?: string;
}

const line = new CommandLine(
  'dead-letters',
  'Messages that no service could read or serve.',
  terminal,
);

line
  .query('list', 'dead letters, each with its class at this moment')
  .option('--queue <queue>', 'order_commands, inventory_commands or payment_commands')
  .option('--pattern <pattern>', 'such as payment.refund')
  .option('--reason <code>', 'the reason code, such as INTERNAL')
  .option('--class <class>', 'obsolete, replayable, poison, "unknown shape" or unclear')
  .option('--saga <sagaId>', 'only those that name this saga')
  .option('--limit <number>', 'the maximum number [100]')
  .action(async (given: ListOptions) => {
    const { orchestrator, show } = line.operating;
    const pages: Pages<DeadLetterList> = {
      get: (query) => orchestrator.get(`/dead-letters${query}`),
      entries: ({ deadLetters }) => deadLetters,
      join: (before, { deadLetters, more, next }) => ({
        deadLetters: [...before.deadLetters, ...deadLetters],
        more: { ...before.more, ...more },
        next,
      }),
    };
    show(await pagesOf(pages, { ...given }), deadLettersReport);
  });

line
  .query('groups', 'the number of dead letters by queue, pattern, reason and class')
  .option('--queue <queue>', 'order_commands, inventory_commands or payment_commands')
  .option('--pattern <pattern>', 'such as payment.refund')
  .option('--reason <code>', 'the reason code, such as INTERNAL')
  .option('--saga <sagaId>', 'only those that name this saga')
  .action(async (given: Omit<ListOptions, 'class' | 'limit'>) => {
    const { orchestrator, show } = line.operating;
    const path = `/dead-letters/groups${queryOf({ ...given })}`;
    show(await orchestrator.get<DeadLetterGroups>(path), groupsReport);
  });

line
  .query('show <id>', 'one dead letter, with its body and the log of its saga')
  .action(async (id: string) => {
    const { orchestrator, show } = line.operating;
    const deadLetter = await orchestrator.get<WholeDeadLetterView>(pathOf(id));
    const saga = deadLetter.sagaId === null ? null : await sagaOf(deadLetter.sagaId);
    show({ ...deadLetter, saga }, () => [
      ...deadLetterReport(deadLetter),
      ...(saga ? ['', ...sagaReport(saga)] : []),
    ]);
  });

line
  .action('replay <id>', 'send the original message to its command queue again')
  .option('--repaired', 'the cause of the failure was repaired')
  .action(async (id: string, options: ActionOptions & { repaired?: boolean }) => {
    const { reason, operator, repaired } = options;
    await act(id, 'replay', { reason, operator, ...(repaired && { repaired: true }) });
  });

line
  .action('discard <id>', 'never send it again; operator_actions keeps its body')
  .action(async (id: string, { reason, operator }: ActionOptions) => {
    await act(id, 'discard', { reason, operator });
  });

async function act(id: string, action: 'replay' | 'discard', body: ActionBody): Promise<void> {
  const { orchestrator, show } = line.operating;
  const done = await orchestrator.post<DeadLetterDone>(`${pathOf(id)}/${action}`, body);
  const did = action === 'replay' ? 'replayed' : 'discarded';
  show(done, ({ actionId }) => [`${did} ${id} (recorded as action ${actionId})`]);
}

function pathOf(id: string): string {
  return `/dead-letters/${encodeURIComponent(id)}`;
}

/** A dead letter may name a saga that does not exist. */
async function sagaOf(sagaId: string): Promise<SagaView | null> {
  try {
    return await line.operating.orchestrator.get<SagaView>(`/sagas/${encodeURIComponent(sagaId)}`);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

process.exitCode = await line.run(process.argv.slice(2));
