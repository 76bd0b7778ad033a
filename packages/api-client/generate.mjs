/** `pnpm --filter=@backstitch/api-client generate`: writes the types of the API. `--check` compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const DOCUMENT = new URL('../../apps/api-gateway/openapi.json', import.meta.url);
const TYPES = new URL('src/schema.gen.ts', import.meta.url);
const HEAD =
  '/** Generated from apps/api-gateway/openapi.json by `pnpm generate`. Do not edit. */\n';

const text = HEAD + astToString(await openapiTS(DOCUMENT, { silent: true }));
if (!process.argv.includes('--check')) {
  writeFileSync(TYPES, text);
} else if (readFileSync(TYPES, 'utf8') !== text) {
  console.error('schema.gen.ts is not up to date: pnpm --filter=@backstitch/api-client generate');
  process.exitCode = 1;
}
