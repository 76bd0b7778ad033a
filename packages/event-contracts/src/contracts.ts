import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ORDER_EVENT_TYPES, type OrderCloudEvent } from './order-events.js';

/** What a reader finds in an event. */
export type Checked =
  | { kind: 'valid'; event: OrderCloudEvent }
  /** Of a type that this release does not know: it is skipped. */
  | { kind: 'unknown'; type: string }
  | { kind: 'invalid'; why: string };

/**
 * Checks events against the JSON Schemas: a publisher before it publishes, and a consumer after it has
 * received. Compiling takes some 50 ms, so one is made for each process.
 */
export class EventContracts {
  private readonly envelope: ValidateFunction;
  private readonly dataOf: ReadonlyMap<string, ValidateFunction>;

  constructor() {
    const ajv = new Ajv2020({ strict: true, formats: FORMATS });
    this.envelope = ajv.compile(schema('cloud-event'));
    this.dataOf = new Map(ORDER_EVENT_TYPES.map((type) => [type, ajv.compile(schema(type))]));
  }

  check(event: unknown): Checked {
    if (!this.envelope(event)) return { kind: 'invalid', why: whyOf(this.envelope) };
    const { type, data, id, subject, sequence } = event as OrderCloudEvent;
    const validate = this.dataOf.get(type);
    if (!validate) return { kind: 'unknown', type };
    if (!validate(data)) return { kind: 'invalid', why: `data${whyOf(validate)}` };
    if (data.orderId !== subject || id !== `${subject}:${Number(sequence)}`) {
      return { kind: 'invalid', why: 'id, subject, sequence and data name different events' };
    }
    return { kind: 'valid', event: event as OrderCloudEvent };
  }
}

const FORMATS = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
};

function schema(name: string): object {
  const file = new URL(`../schemas/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as object;
}

function whyOf({ errors }: ValidateFunction): string {
  const [first] = errors ?? [];
  return first ? `${first.instancePath} ${first.message}` : ' is not valid';
}
