const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * What a client of the former document cannot rely on any more, in one sentence each. Pure. It
 * compares routes, parameters, bodies and answers. What is added breaks no client, unless a request
 * must have it.
 */
export function breakingChanges(former, next) {
  const found = [];
  for (const [path, operations] of Object.entries(former.paths)) {
    for (const method of METHODS.filter((one) => operations[one])) {
      const name = `${method.toUpperCase()} ${path}`;
      const now = next.paths[path]?.[method];
      if (now) found.push(...inOperation(name, { former, next }, operations[method], now));
      else found.push(`${name} was removed`);
    }
  }
  return found;
}

function inOperation(name, documents, before, now) {
  const found = [];
  const keyOf = (parameter) => `${parameter.in} parameter ${parameter.name}`;
  const known = new Map((before.parameters ?? []).map((one) => [keyOf(one), one]));
  for (const parameter of now.parameters ?? []) {
    if (parameter.required && !known.get(keyOf(parameter))?.required) {
      found.push(`${name}: the ${keyOf(parameter)} is required now`);
    }
  }
  const kept = new Set((now.parameters ?? []).map(keyOf));
  for (const key of known.keys()) if (!kept.has(key)) found.push(`${name}: the ${key} was removed`);
  if (!before.security && now.security) found.push(`${name}: a token is required now`);
  const [body, bodyNow] = [before, now].map(({ requestBody }) => schemaIn(requestBody));
  if (bodyNow) found.push(...inRequest(`${name}: the body`, documents, body ?? {}, bodyNow));
  for (const [status, answer] of Object.entries(before.responses)) {
    if (Number(status) >= 400) continue;
    const answerNow = now.responses[status];
    if (!answerNow) found.push(`${name}: the answer ${status} was removed`);
    else
      found.push(
        ...inAnswer(`${name}: ${status}`, documents, schemaIn(answer), schemaIn(answerNow)),
      );
  }
  return found;
}

function schemaIn(part) {
  return part?.content?.['application/json']?.schema;
}

/** A request must still be accepted. */
function inRequest(place, documents, givenBefore, givenNow, depth = 0) {
  const before = resolved(givenBefore, documents.former);
  const now = resolved(givenNow, documents.next);
  const found = typeChange(place, before, now);
  const taken = new Set(now.enum ?? []);
  for (const value of now.enum && before.enum ? before.enum : []) {
    if (!taken.has(value)) found.push(`${place} takes ${JSON.stringify(value)} no more`);
  }
  const required = new Set(before.required ?? []);
  for (const member of now.required ?? []) {
    if (!required.has(member)) found.push(`${place}: ${member} is required now`);
  }
  return found.concat(inMembers(inRequest, place, documents, before, now, depth));
}

/** An answer must still have what it had. */
function inAnswer(place, documents, givenBefore, givenNow, depth = 0) {
  if (!givenBefore) return [];
  const before = resolved(givenBefore, documents.former);
  const now = resolved(givenNow ?? {}, documents.next);
  const found = typeChange(place, before, now);
  if (!before.nullable && now.nullable) found.push(`${place} may be null now`);
  const known = new Set(before.enum ?? []);
  for (const value of before.enum && now.enum ? now.enum : []) {
    if (!known.has(value)) found.push(`${place} may be ${JSON.stringify(value)} now`);
  }
  const required = new Set(now.required ?? []);
  for (const member of before.required ?? []) {
    if (now.properties?.[member] && !required.has(member)) {
      found.push(`${place}: ${member} may be absent now`);
    }
  }
  return found.concat(inMembers(inAnswer, place, documents, before, now, depth));
}

const DEPTH_MAX = 8;

function inMembers(compare, place, documents, before, now, depth) {
  if (depth === DEPTH_MAX) return [];
  const found = [];
  for (const [member, schema] of Object.entries(before.properties ?? {})) {
    const schemaNow = now.properties?.[member];
    if (!schemaNow) found.push(`${place}: ${member} was removed`);
    else found.push(...compare(`${place}: ${member}`, documents, schema, schemaNow, depth + 1));
  }
  if (before.items && now.items) {
    found.push(...compare(`${place}[]`, documents, before.items, now.items, depth + 1));
  }
  return found;
}

function typeChange(place, before, now) {
  if (before.type === undefined || before.type === now.type) return [];
  return [`${place} was ${before.type} and is ${now.type ?? 'anything'}`];
}

/** `allOf` of one reference is how a document adds `nullable` to it. */
function resolved(schema, document) {
  const [only] = schema.allOf?.length === 1 ? schema.allOf : [];
  const { $ref, ...rest } = only ? { ...schema, ...only } : schema;
  if ($ref === undefined) return rest;
  return { ...document.components.schemas[$ref.split('/').at(-1)], ...rest };
}
