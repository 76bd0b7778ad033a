import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const folder = new URL('./schemas/', import.meta.url);
const ajv = new Ajv2020({ validateFormats: false });
for (const file of readdirSync(folder)) {
  ajv.addSchema(
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
    file.replace(/\.json$/, ''),
  );
}

/** True for an event of a known type. Throws when the event breaks its contract. */
export function isKnown(event) {
  demand('cloud-event', event);
  if (!ajv.getSchema(event.type)) return false; // of a later release
  demand(event.type, event.data);
  return true;
}

function demand(name, value) {
  if (ajv.validate(name, value)) return;
  throw new Error(`an event breaks the contract ${name}: ${ajv.errorsText()}`);
}
