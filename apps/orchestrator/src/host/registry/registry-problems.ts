import type { SagaDefinition } from '@backstitch/saga-engine';
import type { RegisteredSaga } from './registered-saga.js';

/** Names are part of correlation ids, labels of metrics, and file names. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** What is wrong with the list of sagas, each as a sentence; empty when it may be served. Pure. */
export function registryProblems(sagas: readonly RegisteredSaga[]): string[] {
  const problems: string[] = sagas.flatMap(problemsOf);
  const names = sagas.map(({ definitions }) => definitions[0].name);
  for (const name of repeated(names)) problems.push(`the saga "${name}" is listed twice`);
  const queries = new Map<string, string>();
  for (const { queue, title, query } of sagas.flatMap((saga) => saga.participants)) {
    const told = `"${title}", asked by ${query.pattern}`;
    const known = queries.get(queue) ?? told;
    queries.set(queue, known);
    if (known !== told) problems.push(`${queue} has two participants: ${known}, and ${told}`);
  }
  return problems;
}

function problemsOf({ definitions, participants }: RegisteredSaga): string[] {
  const { name } = definitions[0];
  const problems: string[] = [];
  if (!NAME.test(name)) problems.push(`"${name}" must be lower case letters, digits and -`);
  for (const other of definitions.slice(1)) {
    if (other.name !== name) problems.push(`"${other.name}" is listed as a version of "${name}"`);
  }
  const versions = definitions.map(({ version }) => version);
  for (const version of repeated(versions)) {
    problems.push(`the version ${version} of "${name}" is listed twice`);
  }
  if (versions[0] !== Math.max(...versions)) {
    problems.push(`the newest version of "${name}" must be listed first`);
  }
  const served = new Set(participants.map(({ queue }) => queue));
  for (const queue of new Set(definitions.flatMap(queuesOf))) {
    if (!served.has(queue)) problems.push(`"${name}" has no participant for its queue ${queue}`);
  }
  return problems;
}

function queuesOf({ commands }: SagaDefinition): string[] {
  return [...commands.values()].map(({ queue }) => queue);
}

function repeated<Value>(values: readonly Value[]): Set<Value> {
  return new Set(values.filter((value, at) => values.indexOf(value) !== at));
}
