import { describe, expect, it } from '@jest/globals';
import { breakingChanges } from '../../openapi/breaking-changes.mjs';

interface Given {
  parameters?: object[];
  body?: object;
  answer?: object;
  security?: object[];
  schemas?: object;
}

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const MEMBER = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };

function document({ parameters, body, answer = MEMBER, security, schemas = {} }: Given) {
  const post = {
    ...(parameters && { parameters }),
    ...(body && { requestBody: json(body) }),
    ...(security && { security }),
    responses: { 200: json(answer), 404: json({}) },
  };
  return { paths: { '/orders': { post } }, components: { schemas } };
}

const changes = (before: Given, now: Given) => breakingChanges(document(before), document(now));

describe('a change of the API', () => {
  const query = { name: 'limit', in: 'query' };
  const more = { ...MEMBER, properties: { ...MEMBER.properties, name: { type: 'string' } } };
  const one = (type: object) => ({ type: 'object', properties: { id: type } });

  it.each<[string, Given, Given]>([
    ['nothing', {}, {}],
    ['an optional parameter', {}, { parameters: [query] }],
    ['a member of the answer', {}, { answer: more }],
    ['an optional member of the body', { body: MEMBER }, { body: more }],
    [
      'a name for the same answer',
      {},
      { answer: { $ref: '#/components/schemas/One' }, schemas: { One: MEMBER } },
    ],
    [
      'a value that a request may have',
      { body: one({ enum: ['a'] }) },
      { body: one({ enum: ['a', 'b'] }) },
    ],
  ])('that adds %s breaks no client', (_what, before, now) => {
    expect(changes(before, now)).toEqual([]);
  });

  it.each<[string, Given, Given, string]>([
    ['a parameter', { parameters: [query] }, {}, 'the query parameter limit was removed'],
    [
      'the need of a parameter',
      {},
      { parameters: [{ ...query, required: true }] },
      'the query parameter limit is required now',
    ],
    ['the need of a token', {}, { security: [{}] }, 'a token is required now'],
    ['a member of the answer', { answer: more }, {}, '200: name was removed'],
    [
      'the type of a member',
      {},
      { answer: { ...one({ type: 'integer' }), required: ['id'] } },
      '200: id was string and is integer',
    ],
    [
      'a member that may be absent',
      {},
      { answer: one({ type: 'string' }) },
      '200: id may be absent now',
    ],
    [
      'a member that may be null',
      {},
      { answer: { ...one({ type: 'string', nullable: true }), required: ['id'] } },
      '200: id may be null now',
    ],
    [
      'a value of an answer',
      { answer: one({ enum: ['a'] }) },
      { answer: one({ enum: ['a', 'b'] }) },
      '200: id may be "b" now',
    ],
    [
      'a value of a request',
      { body: one({ enum: ['a', 'b'] }) },
      { body: one({ enum: ['a'] }) },
      'the body: id takes "b" no more',
    ],
    [
      'the need of a member of the body',
      { body: one({}) },
      { body: MEMBER },
      'the body: id is required now',
    ],
  ])('of %s is told', (_what, before, now, told) => {
    expect(changes(before, now)).toEqual([`POST /orders: ${told}`]);
  });

  it('that removes a route is told', () => {
    const gone = { paths: {} };
    expect(breakingChanges(document({}), gone)).toEqual(['POST /orders was removed']);
  });
});
