/** `pnpm sagas`: unfinished sagas, and the actions of operators on them. */
import { type Pages, pagesOf } from './pages.js';
import { type ActionOptions, CommandLine, terminal } from './run.js';
import { sagaReport, sagasReport } from './sagas-report.js';
import type { SagaDone, SagaList, SagaView } from '@backstitch/shared-types';

const line = new CommandLine(
  'sagas',
  'Sagas that are not finished: parked ones first, those that wait last.',
  terminal,
);

line
  .query('list', 'unfinished sagas')
  .option('--state <state>', 'parked or unfinished [unfinished]')
  .option('--limit <number>', 'the maximum number [100]')
  .action(async ({ state = 'unfinished', limit }: { state?: string; limit?: string }) => {
    const { orchestrator, show } = line.operating;
    const pages: Pages<SagaList> = {
      get: (query) => orchestrator.get(`/sagas${query}`),
      entries: ({ sagas }) => sagas,
      join: (before, page) => ({ ...page, sagas: [...before.sagas, ...page.sagas] }),
    };
    show(await pagesOf(pages, { state, limit }), sagasReport);
  });

line.query('show <sagaId>', 'one saga with its log').action(async (sagaId: string) => {
  const { orchestrator, show } = line.operating;
  show(await orchestrator.get<SagaView>(pathOf(sagaId)), sagaReport);
});

const ACTIONS = {
  retry: 'send the awaited command now',
  resume: 'the same, and unpark the saga: its attempts count from 0',
  compensate: 'undo all steps; only before the pivot was sent',
} as const;

for (const [action, description] of Object.entries(ACTIONS)) {
  line
    .action(`${action} <sagaId>`, description)
    .action(async (sagaId: string, { reason, operator }: ActionOptions) => {
      const { orchestrator, show } = line.operating;
      const path = `${pathOf(sagaId)}/${action}`;
      const body = { reason, operator };
      const done = await orchestrator.post<SagaDone>(path, body);
      show(done, ({ actionId, saga }) => [
        `${action} ${sagaId} (recorded as action ${actionId})`,
        '',
        ...sagaReport(saga),
      ]);
    });
}

function pathOf(sagaId: string): string {
  return `/sagas/${encodeURIComponent(sagaId)}`;
}

process.exitCode = await line.run(process.argv.slice(2));
