import { describe, expect, it } from '@jest/globals';
import { foreignIssuers, issuersProblem, ownIssuer } from './issuer.js';

const inDevelopment = { isProduction: false };

describe('ISSUERS', () => {
  it('names issuers, and where their keys are when that is not the usual place', () => {
    const list = 'https://a.example/realm/, https://b.example=https://b.example/keys?x=1';
    expect(foreignIssuers(list, undefined)).toEqual([
      {
        issuer: 'https://a.example/realm/',
        jwksUri: 'https://a.example/realm/.well-known/jwks.json',
        isOwn: false,
      },
      { issuer: 'https://b.example', jwksUri: 'https://b.example/keys?x=1', isOwn: false },
    ]);
    expect(foreignIssuers('', 'roles')).toEqual([]);
  });

  it.each([
    ['no address', 'idp', /"idp"/],
    ['another protocol', 'ftp://a.example', /"ftp:/],
    ['a password', 'https://u:p@a.example', /is not/],
    ['one issuer twice', 'https://a.example,https://a.example', /twice/],
    ['keys without an address', 'https://a.example=keys', /is not/],
  ])('is refused with %s', (_name, list, reason) => {
    expect(issuersProblem(list, inDevelopment)).toMatch(reason);
  });

  it('may be http in development only', () => {
    for (const list of ['http://a.example', 'https://a.example=http://a.example/keys']) {
      expect(issuersProblem(list, inDevelopment)).toBeUndefined();
      expect(issuersProblem(list, { isProduction: true })).toMatch(/https/);
    }
  });
});

describe('identity-service as an issuer', () => {
  it('is asked for its keys where it is reached, and its tokens have its public name', () => {
    expect(ownIssuer('https://shop.example', 'http://10.0.0.7:3006/')).toEqual({
      issuer: 'https://shop.example',
      jwksUri: 'http://10.0.0.7:3006/.well-known/jwks.json',
      rolesClaim: 'roles',
      isOwn: true,
    });
  });
});
