import type { SagaDefinition } from '../core/define.js';
import type { Driver, DriverPorts } from './driver.js';
import { normalId } from '../core/ids.js';
import { isOpen, type SagaInstance } from '../core/instance.js';
import { isSameJson, reasonOf } from '../core/json.js';
import { StartRefused } from './refused.js';
import { definitionKey } from './ownership.js';
import { prepare } from '../core/transition.js';

const TEXT_LENGTH_MAX = 1_000;

/** What a saga is to be started with, not checked yet. */
export interface AskedStart {
  readonly sagaId: string;
  readonly subjectId: string;
  readonly input: unknown;
  readonly requestId?: string;
}

/** Checks what is to be started, and drives a saga whose start got no answer. */
export class Starts {
  constructor(
    private readonly driver: Driver,
    private readonly ports: DriverPorts,
    private readonly definitions: ReadonlyMap<string, SagaDefinition>,
  ) {}

  /** The first state of a saga. Throws StartRefused, naming what is wrong with the request. */
  prepare(definition: SagaDefinition, request: AskedStart) {
    const { input, requestId } = request;
    const key = definitionKey(definition.name, definition.version);
    if (!this.definitions.has(key)) {
      throw new StartRefused('definition', `${key} was not given to this engine`);
    }
    const sagaId = idOf('sagaId', request.sagaId);
    const subjectId = idOf('subjectId', request.subjectId);
    if (requestId !== undefined && !isText(requestId)) {
      throw new StartRefused('requestId', `must be a text of 1 to ${TEXT_LENGTH_MAX} characters`);
    }
    if (input === undefined || typeof input === 'function' || typeof input === 'symbol') {
      throw new StartRefused('input', `is ${typeof input}, which JSON cannot represent`);
    }
    const owner = this.ports.store.instanceId;
    const nowMs = this.ports.clock.nowMs();
    try {
      return prepare(definition, { sagaId, subjectId, input, requestId, owner, nowMs });
    } catch (error) {
      throw new StartRefused('input', `cannot be stored: ${reasonOf(error)}`, error);
    }
  }

  /**
   * The saga of this id exists. When the database's answer to its insert was lost, this instance
   * owns it and does not drive it yet: that begins now. Resolves with its row.
   */
  async takeUp(sagaId: string): Promise<SagaInstance | undefined> {
    const { driver, ports } = this;
    const held = driver.sagas.find(sagaId);
    if (held) return held.instance;
    const row = await ports.store.load(sagaId);
    if (!row || !isOpen(row) || row.owner !== ports.store.instanceId || driver.stopped) return row;
    const definition = this.definitions.get(definitionKey(row.definition, row.definitionVersion));
    if (definition && driver.adopt(definition, row)) ports.counters.count('found-again');
    return row;
  }
}

/** Whether a start that is repeated asks for the saga that is there. */
export function isSameStart(asked: SagaInstance, there: SagaInstance): boolean {
  return asked.definition === there.definition && isSameJson(asked.input, there.input);
}

function idOf(member: 'sagaId' | 'subjectId', id: unknown): string {
  if (isText(id)) return normalId(id);
  throw new StartRefused(member, `must be a text of 1 to ${TEXT_LENGTH_MAX} characters`);
}

function isText(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > TEXT_LENGTH_MAX) return false;
  return !value.includes('\0');
}
