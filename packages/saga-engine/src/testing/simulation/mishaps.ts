import { deploymentsOf } from './deployments.js';
import { outagesOf } from './outages.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { Mishap, Pending, World } from './world.js';

/** Shorter than a reply, longer than a lease, longer than a step. */
export const PAUSES_MS = [1_000, 8_000, 30_000];
/** What may happen to a participant when a command arrives. */
export const FATES = [
  'its participant dies before doing it',
  'its participant dies before answering',
  'its participant fails for a moment',
  'its participant refuses it, and remembers nothing',
];
const LATE_MS = [3_000, 15_000, 100_000];

/** What may happen to processes, messages and queues as things are now, kind by kind. */
export function mishapsOf(
  world: World,
  processes: readonly SimulatedProcess[],
  queues: readonly string[],
  sagaIds: readonly string[],
): Mishap[][] {
  const ofMail = world.pending.filter(isMail).flatMap((message) => ofMessage(world, message));
  const late = world.pending.map((one) => ({
    name: `${one.name} is late`,
    happen: () => delay(world, [one]),
  }));
  const ofProcesses = processes
    .filter((one) => one.isAwake)
    .flatMap((one) => ofProcess(world, one));
  return [
    [...late, ...ofMail],
    ofProcesses,
    processes.filter((one) => one.isAwake).flatMap((one) => ofOperator(one, sagaIds)),
    queues.flatMap((queue) => [
      {
        name: `${queue} has no consumer for a while`,
        happen: () => void world.unreadUntilMs.set(queue, world.nowMs + world.lasting(LATE_MS)),
      },
      {
        name: `the reader of ${queue} hangs for a while`,
        happen: () => void world.hangsUntilMs.set(queue, world.nowMs + world.lasting(LATE_MS)),
      },
    ]),
    outagesOf(world, processes),
    deploymentsOf(world, processes),
  ].filter((mishaps) => mishaps.length > 0);
}

function isMail({ kind }: Pending): boolean {
  return kind === 'command' || kind === 'reply';
}

function ofMessage(world: World, message: Pending): Mishap[] {
  const { name } = message;
  return [
    { name: `${name} is lost`, happen: () => world.remove(message) },
    { name: `${name} comes twice`, happen: () => void world.pending.push({ ...message }) },
    {
      name: `${name} comes twice, once late`,
      happen: () => {
        const again = { ...message };
        world.pending.push(again);
        delay(world, [again]);
      },
    },
  ];
}

function delay(world: World, messages: readonly Pending[]): void {
  const lateMs = world.lasting(LATE_MS);
  for (const message of messages) message.notBeforeMs = world.nowMs + lateMs;
}

function ofProcess(world: World, one: SimulatedProcess): Mishap[] {
  const { id, engine } = one;
  return [
    {
      name: `${id} is killed`,
      happen: () => one.die('suddenly'),
    },
    {
      name: `${id} stands still`,
      happen: () => one.standStill(world.lasting(PAUSES_MS)),
    },
    {
      name: `${id} cannot write its heartbeat`,
      happen: () => {
        one.store.silencedUntilMs = world.nowMs + world.lasting([10_000]);
      },
    },
    {
      name: `${id} loses its reply queue`,
      happen: () => {
        const lost = world.pending.filter(({ kind, actor }) => kind === 'reply' && actor === one);
        for (const reply of lost) world.remove(reply);
        engine.resendAwaited();
      },
    },
    { name: `${id} hears that the broker is back`, happen: () => engine.resendUnsent() },
    { name: `${id} is stopped`, happen: () => one.stop() },
    {
      name: `${id} is stopped when it has no more to do`,
      happen: () => one.stop(world.chance.pick(PAUSES_MS)),
    },
  ];
}

const ACTIONS = ['retry', 'resume', 'compensate'] as const;

/** A person asks anything of any saga, of any process, as of the sagas of others. */
function ofOperator(one: SimulatedProcess, sagaIds: readonly string[]): Mishap[] {
  return sagaIds.flatMap((sagaId) =>
    ACTIONS.map((action) => ({
      name: `an operator asks ${one.id} to ${action} ${sagaId}`,
      happen: () => one.operate(sagaId, action),
    })),
  );
}
