/** `pnpm dead-letters`: what nobody could read or serve, and what may be done with it. */
import { letterReport, lettersReport } from './letters-report.js';
import { Refused } from './orchestrator.js';
import { type Pages, pagesOf } from './pages.js';
import { type ActionOptions, CommandLine, terminal } from './run.js';
import { sagaReport } from './sagas-report.js';
import type {
  DeadLetterDone,
  DeadLetterList,
  SagaView,
  WholeDeadLetterView,
} from '@backstitch/shared-types';

const line = new CommandLine('dead-letters', 'Messages that nobody could read or serve.', terminal);

line
  .look('list', 'dead letters, each classed by where its saga stands now')
  .option('--queue <queue>', 'order_commands, inventory_commands or payment_commands')
  .option('--limit <number>', 'at most so many [100]')
  .action(async ({ queue, limit }: { queue?: string; limit?: string }) => {
    const { orchestrator, show } = line.operating;
    const pages: Pages<DeadLetterList> = {
      get: (query) => orchestrator.get(`/dead-letters${query}`),
      entries: ({ letters }) => letters,
      join: (before, { letters, more, next }) => ({
        letters: [...before.letters, ...letters],
        more: { ...before.more, ...more },
        next,
      }),
    };
    show(await pagesOf(pages, { queue, limit }), lettersReport);
  });

line
  .look('show <id>', 'one letter, with its body and the story of its saga')
  .action(async (id: string) => {
    const { orchestrator, show } = line.operating;
    const letter = await orchestrator.get<WholeDeadLetterView>(pathOf(id));
    const saga = letter.sagaId === null ? null : await sagaOf(letter.sagaId);
    show({ ...letter, saga }, () => [
      ...letterReport(letter),
      ...(saga ? ['', ...sagaReport(saga)] : []),
    ]);
  });

line
  .action('replay <id>', 'send it once more, as it came, to the queue it died in')
  .option('--repaired', 'what made it fail was repaired')
  .action(async (id: string, options: ActionOptions & { repaired?: boolean }) => {
    const { reason, operator, repaired } = options;
    await act(id, 'replay', { reason, operator, ...(repaired && { repaired }) });
  });

line
  .action('discard <id>', 'take it out; the record keeps its body')
  .action(async (id: string, { reason, operator }: ActionOptions) => {
    await act(id, 'discard', { reason, operator });
  });

async function act(id: string, action: 'replay' | 'discard', body: object): Promise<void> {
  const { orchestrator, show } = line.operating;
  const done = await orchestrator.post<DeadLetterDone>(`${pathOf(id)}/${action}`, body);
  const did = action === 'replay' ? 'replayed' : 'discarded';
  show(done, ({ actionId }) => [`${did} ${id} (on record as ${actionId})`]);
}

function pathOf(id: string): string {
  return `/dead-letters/${encodeURIComponent(id)}`;
}

/** A letter may name a saga that there is not. */
async function sagaOf(sagaId: string): Promise<SagaView | null> {
  try {
    return await line.operating.orchestrator.get<SagaView>(`/sagas/${encodeURIComponent(sagaId)}`);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

process.exitCode = await line.run(process.argv.slice(2));
