/** `pnpm sagas`: unfinished sagas, and what a person may ask of them. */
import { type Pages, pagesOf } from './pages.js';
import { type ActionOptions, CommandLine, terminal } from './run.js';
import { sagaReport, sagasReport } from './sagas-report.js';
import type { SagaDone, SagaList, SagaView } from '@backstitch/shared-types';

const line = new CommandLine('sagas', 'Sagas that are not finished, parked ones first.', terminal);

line
  .look('list', 'unfinished sagas')
  .option('--state <state>', 'parked or unfinished [unfinished]')
  .option('--limit <number>', 'at most so many [100]')
  .action(async ({ state, limit }: { state?: string; limit?: string }) => {
    const { orchestrator, show } = line.operating;
    const pages: Pages<SagaList> = {
      get: (query) => orchestrator.get(`/sagas${query}`),
      entries: ({ sagas }) => sagas,
      join: (before, page) => ({ ...page, sagas: [...before.sagas, ...page.sagas] }),
    };
    show(await pagesOf(pages, { state, limit }), sagasReport);
  });

line.look('show <sagaId>', 'one saga and its story').action(async (sagaId: string) => {
  const { orchestrator, show } = line.operating;
  show(await orchestrator.get<SagaView>(pathOf(sagaId)), sagaReport);
});

const ACTIONS = {
  retry: 'send what it awaits now, instead of at its next try',
  resume: 'the same for a parked one, whose attempts count anew',
  compensate: 'undo it all; only before its last step was sent',
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
        `${action} ${sagaId} (on record as ${actionId})`,
        '',
        ...sagaReport(saga),
      ]);
    });
}

function pathOf(sagaId: string): string {
  return `/sagas/${encodeURIComponent(sagaId)}`;
}

process.exitCode = await line.run(process.argv.slice(2));
