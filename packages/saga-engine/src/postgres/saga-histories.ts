import { isUuid, normalId } from '../core/ids.js';
import type { SagaLogEntry } from '../core/instance.js';
import type { SagaNoteEntry } from '../core/note.js';
import type { RunStatement } from './run-statement.js';
import type { SagaStatements, Statement } from './statements.js';

/** What happened to sagas: their log rows and notes, oldest first. */
export class SagaHistories {
  constructor(
    private readonly statements: SagaStatements,
    private readonly run: RunStatement,
  ) {}

  log(sagaId: string): Promise<SagaLogEntry[]> {
    return this.read<SagaLogEntry>(this.statements.history, sagaId);
  }

  notes(sagaId: string): Promise<SagaNoteEntry[]> {
    return this.read<SagaNoteEntry>(this.statements.notes, sagaId);
  }

  private read<Row extends object>(statement: Statement, sagaId: string): Promise<Row[]> {
    const id = normalId(sagaId);
    return isUuid(id) ? this.run<Row>(statement, [id]) : Promise.resolve([]);
  }
}
